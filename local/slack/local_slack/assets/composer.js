// The message box. Slash commands go to the app; nothing else is sent, because no app here listens to messages.

import { $, el, post } from "./dom.js";

const WORDS = {
  timeout: "operation_timeout",
  unreachable: "dispatch_failed",
  no_url: "dispatch_failed",
  http_status: "http_service_error",
  bad_answer: "dispatch_unknown_error",
};
let where = {};

export function showComposer(place, commands, userId) {
  if (where.place?.id !== place?.id || where.userId !== userId) $("composer-trouble").textContent = "";
  where = { place, commands, userId };
  $("composer").hidden = !place || !userId || place.is_archived;
  const label = !place || place.direct ? "Message the app" : `Message #${place.name}`;
  $("message").placeholder = label;
  $("message").setAttribute("aria-label", label);
}

$("message").addEventListener("input", (event) => {
  const typed = event.target.value;
  const begun = typed.split(" ", 1)[0];
  const fitting = typed.startsWith("/") ? where.commands.filter((each) => each.command.startsWith(begun)) : [];
  $("composer-trouble").textContent = "";
  $("commands").hidden = fitting.length === 0;
  $("commands").replaceChildren(...fitting.map((each) =>
    el("li", {}, el("button", { type: "button", onclick: () => take(each.command) },
      el("strong", {}, each.command), ` ${each.usage_hint}`, el("small", {}, each.description)))));
});

function take(command) {
  $("message").value = `${command} `;
  $("message").focus();
}

$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = $("message").value.trim();
  const { place, userId } = where;
  if (!typed) return;
  if (!typed.startsWith("/")) return tell("Only slash commands can be sent here.");
  const [command] = typed.split(/\s/, 1);
  if (where.commands.length && !where.commands.some((each) => each.command === command)) {
    return tell(`${command} is not a valid command.`);
  }
  $("message").value = "";
  $("commands").hidden = true;
  const text = typed.slice(command.length).trim();
  const outcome = await post("/_control/command", { user_id: userId, channel: place.id, command, text })
    .catch(() => ({ ok: false, error: "unreachable" }));
  if (outcome.ok) return;
  $("message").value = typed;
  tell(`${command} failed with the error “${WORDS[outcome.error] ?? outcome.error}”.`);
});

const tell = (words) => { $("composer-trouble").textContent = words; };
