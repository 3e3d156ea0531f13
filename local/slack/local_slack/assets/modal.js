// The modals that an app opens.

import { clicking } from "./act.js";
import { $, el, post } from "./dom.js";
import { plainText } from "./mrkdwn.js";
import { renderBlocks, valueOf } from "./blocks.js";

const modalDialog = $("modal");
let shown = { key: "", userId: "" };

export function showModal(modal, view) {
  if (!modal) {
    if (modalDialog.open) modalDialog.close();
    shown = { key: "", userId: "" };
    return;
  }
  const key = `${modal.view.id} ${modal.view.hash}`;
  if (key !== shown.key || shown.userId !== view.userId) {
    build(modal.view, view);
    shown = { key, userId: view.userId };
  }
  if (!modalDialog.open) modalDialog.showModal();
  showErrors(modal.errors);
}

function build(modal, view) {
  const name = modal.close ? plainText(modal.close) : ["Cancel"];
  const close = () => post("/_control/close", { user_id: view.userId, view_id: modal.id });
  const form = el("form", { novalidate: true, onsubmit: (event) => submit(event, modal, view) },
    el("header", {},
      el("h2", { id: "modal-title" }, plainText(modal.title)),
      el("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: close }, "✕")),
    el("div", { class: "modal-body" }, renderBlocks(modal.blocks, { ...view, act: clicking({ view_id: modal.id }, view) })),
    el("p", { class: "trouble", role: "alert", hidden: true }, "We had some trouble connecting. Try again?"),
    el("footer", { class: "dialog-buttons" },
      el("button", { type: "button", class: "button", onclick: close }, name),
      modal.submit ? el("button", { type: "submit", class: "button primary" }, plainText(modal.submit)) : null));
  modalDialog.replaceChildren(form);
  modalDialog.oncancel = (event) => {
    event.preventDefault();
    close();
  };
}

async function submit(event, modal, view) {
  event.preventDefault();
  const values = {};
  for (const block of modalDialog.querySelectorAll("[data-block-id]")) {
    for (const node of block.querySelectorAll("[data-kind]")) {
      if (["button", "overflow"].includes(node.dataset.kind)) continue;
      (values[block.dataset.blockId] ??= {})[node.dataset.actionId] = valueOf(node);
    }
  }
  const button = modalDialog.querySelector("button[type=submit]");
  const trouble = modalDialog.querySelector(".trouble");
  button.disabled = true;
  trouble.hidden = true;
  const outcome = await post("/_control/submit", { user_id: view.userId, view_id: modal.id, values })
    .catch(() => ({ ok: false }));
  button.disabled = false;
  trouble.hidden = outcome.ok || outcome.error === "invalid_input";
}

function showErrors(errors) {
  for (const block of modalDialog.querySelectorAll("[data-block-id]")) {
    const message = errors[block.dataset.blockId] ?? "";
    const place = block.querySelector(".field-error");
    if (place && place.textContent !== message) place.textContent = message;
    const field = block.querySelector("[data-kind]");
    if (field && message) field.setAttribute("aria-invalid", "true");
    else if (field) field.removeAttribute("aria-invalid");
  }
}
