// What Slack's client says when the app failed to answer.

import { el } from "./dom.js";

const WHY = {
  timeout: "the app did not answer within 3 seconds",
  unreachable: "the app could not be reached",
  no_url: "the app has no request URL yet",
  http_status: "the app answered with an error",
  bad_answer: "the app's answer made no sense",
};

export const why = (outcome) => `${WHY[outcome.error] ?? outcome.error}${outcome.status ? ` (${outcome.status})` : ""}`;

export function trouble(outcome) {
  if (!outcome || outcome.ok) return null;
  return el("p", { class: "trouble", role: "alert" },
    el("span", { "aria-hidden": "true" }, "⚠ "), `That did not work: ${why(outcome)}. Try again?`);
}
