// The app's Home tab: opening it tells the app, which publishes what this person sees.

import { $, el, post } from "./dom.js";
import { renderBlocks } from "./blocks.js";
import { askToConfirm } from "./modal.js";
import { trouble, why } from "./trouble.js";

let opened = "";
let shown = "";
let failure = null;
let newest = null;

export function leaveHome() {
  opened = shown = "";
  failure = null;
  $("home").hidden = true;
}

export function showHome(home, view) {
  $("home").hidden = false;
  newest = { home, view };
  if (opened !== view.userId) {
    opened = view.userId;
    post("/_control/home", { user_id: view.userId })
      .catch(() => ({ ok: false, error: "unreachable" }))
      .then((outcome) => {
        failure = outcome.ok ? null : outcome;
        draw();
      });
  }
  draw();
}

function draw() {
  const { home, view } = newest;
  const outcome = home && view.outcomes.find((each) => each.view_id === home.id);
  const key = JSON.stringify([home?.hash, view.userId, outcome, failure]);
  if (key === shown) return;
  shown = key;
  $("home").replaceChildren(...[
    failure ? el("p", { class: "trouble", role: "alert" }, `The app was not told that you are here: ${why(failure)}.`) : null,
    home ? null : el("p", { class: "empty" }, "The app has not published a Home for you."),
    ...(home ? renderBlocks(home.blocks, { ...view, act: actIn(home, view) }) : []),
    trouble(outcome),
  ].filter(Boolean));
}

const actIn = (home, view) => async (block, element, value, node) => {
  if (element.confirm && !(await askToConfirm(element.confirm, view.names))) return;
  node.setAttribute("aria-busy", "true");
  await post("/_control/click", {
    user_id: view.userId, view_id: home.id, block_id: block.block_id, action_id: element.action_id, value,
  }).catch(() => null);
  node.removeAttribute("aria-busy");
};
