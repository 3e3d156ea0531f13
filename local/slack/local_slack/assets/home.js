// The app's Home tab: opening it tells the app, which publishes what this person sees.

import { clicking } from "./act.js";
import { $, el, post } from "./dom.js";
import { renderBlocks } from "./blocks.js";
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
    ...(home ? renderBlocks(home.blocks, { ...view, act: clicking({ view_id: home.id }, view) }) : []),
    trouble(outcome),
  ].filter(Boolean));
}
