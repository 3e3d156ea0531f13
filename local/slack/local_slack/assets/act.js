// What happens when a person uses an element: "are you sure" where the app asks for it, then the click.

import { $, el, post } from "./dom.js";
import { plainText, textObject } from "./mrkdwn.js";

const confirmDialog = $("confirm");

// `where` says what the element is in: a `message_ts` or a `view_id`.
export const clicking = (where, view) => async (block, element, value, node) => {
  if (!view.userId) {
    document.querySelector("#people input")?.focus();
    return;
  }
  if (element.confirm && !(await askToConfirm(element.confirm, view.names))) return;
  node.setAttribute("aria-busy", "true");
  await post("/_control/click", {
    user_id: view.userId, ...where, block_id: block.block_id, action_id: element.action_id, value,
  }).catch(() => null);
  node.removeAttribute("aria-busy");
};

function askToConfirm(confirm, names) {
  return new Promise((resolve) => {
    const finish = (answer) => {
      confirmDialog.close();
      resolve(answer);
    };
    confirmDialog.replaceChildren(
      el("h2", { id: "confirm-title" }, plainText(confirm.title)),
      el("p", { id: "confirm-text", class: "text" }, textObject(confirm.text, names)),
      el("div", { class: "dialog-buttons" },
        el("button", { type: "button", class: "button", onclick: () => finish(false) }, plainText(confirm.deny)),
        el("button", {
          type: "button", class: `button ${confirm.style ?? "primary"}`, onclick: () => finish(true),
        }, plainText(confirm.confirm))));
    confirmDialog.oncancel = () => resolve(false);
    confirmDialog.showModal();
  });
}
