// The channel as one person sees it, kept up to date by long polling.

import { el, post } from "./dom.js";
import { messageBody } from "./blocks.js";
import { askToConfirm, showModal } from "./modal.js";

const $ = (id) => document.getElementById(id);
const WHY = {
  timeout: "the app did not answer within 3 seconds",
  unreachable: "the app could not be reached",
  no_url: "the app has no request URL yet",
  http_status: "the app answered with an error",
  bad_answer: "the app's answer made no sense",
};
let userId = new URLSearchParams(location.search).get("as") ?? localStorage.getItem("user") ?? "";
let polling = null;
let drawn = new Map();
let latest = null;

async function poll() {
  let revision = 0;
  let failures = 0;
  for (;;) {
    polling = new AbortController();
    const wait = revision ? 20 : 0;
    try {
      const url = `/_page/state?user=${encodeURIComponent(userId)}&after=${revision}&wait=${wait}`;
      const response = await fetch(url, { signal: polling.signal });
      const state = await response.json();
      revision = state.revision;
      failures = 0;
      $("connection").textContent = "";
      draw(state);
    } catch (error) {
      if (error.name === "AbortError") {
        revision = 0;
        continue;
      }
      // Between a stop and a start of the workspace nothing answers; the page catches up by itself.
      revision = 0;
      failures += 1;
      $("connection").textContent = "Reconnecting…";
      await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 500 * failures)));
    }
  }
}

function choose(id) {
  userId = id;
  localStorage.setItem("user", id);
  drawn = new Map();
  $("messages").replaceChildren();
  polling?.abort();
}

function draw(state) {
  if (userId && !state.members.some((member) => member.id === userId)) userId = "";
  const names = new Map(state.members.map((member) => [member.id, member.real_name]));
  names.set(state.channel.id, state.channel.name);
  const view = { names, userId };
  document.title = `#${state.channel.name} · ${state.workspace.name}`;
  $("workspace-name").textContent = state.workspace.name;
  $("channel-entry").textContent = $("channel-name").textContent = state.channel.name;
  $("archived").hidden = !state.channel.is_archived;
  $("choose").hidden = Boolean(userId);
  $("empty").hidden = state.messages.length > 0;
  drawPeople(state.members);
  drawMessages(state, view);
  showModal(state.modal, view);
  latest = state;
}

function drawPeople(members) {
  const key = JSON.stringify([members, userId]);
  if ($("people").dataset.key === key) return;
  const focused = $("people").contains(document.activeElement);
  $("people").dataset.key = key;
  $("people").replaceChildren(...members.map((member, at) =>
    el("label", { class: "person" },
      el("input", {
        type: "radio", name: "person", value: member.id, checked: member.id === userId, onchange: () => choose(member.id),
      }),
      el("span", { class: `avatar tone-${at % 6}`, "aria-hidden": "true" }, initials(member.real_name)),
      el("span", { class: "person-name" }, member.real_name),
      member.badges.map((badge) => el("span", { class: "badge" }, badge)))));
  if (focused) $("people").querySelector("input:checked")?.focus();
}

const initials = (name) => name.split(/\s+/).slice(0, 2).map((word) => word[0]).join("").toUpperCase();

function drawMessages(state, view) {
  const list = $("messages");
  const scroller = list.parentElement;
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const outcomes = new Map(state.outcomes.map((outcome) => [outcome.message_ts, outcome]));
  const wanted = new Set(state.messages.map((message) => message.ts));
  for (const [ts, entry] of drawn) {
    if (!wanted.has(ts)) {
      entry.node.remove();
      drawn.delete(ts);
    }
  }
  let before = null;
  for (const message of state.messages) {
    const outcome = outcomes.get(message.ts);
    const key = JSON.stringify([message, outcome, userId]);
    const known = drawn.get(message.ts);
    if (known?.key !== key) {
      const node = messageNode(message, outcome, view, state.workspace);
      if (known) replaceKeepingFocus(known.node, node);
      else if (before) before.after(node);
      else list.prepend(node);
      if (!known && latest) $("announcer").textContent = `${state.workspace.bot_name}: ${message.text}`;
      drawn.set(message.ts, { key, node });
    }
    before = drawn.get(message.ts).node;
  }
  showLinked(atEnd, scroller);
}

function replaceKeepingFocus(old, node) {
  const action = old.contains(document.activeElement) ? document.activeElement.dataset.actionId : null;
  old.replaceWith(node);
  if (action) (node.querySelector(`[data-action-id="${CSS.escape(action)}"]`) ?? node).focus();
}

let jumped = false;
function showLinked(atEnd, scroller) {
  const linked = location.pathname.match(/^\/archives\/[^/]+\/p(\d+)(\d{6})$/);
  const target = linked && !jumped ? drawn.get(`${linked[1]}.${linked[2]}`)?.node : null;
  if (target) {
    jumped = true;
    target.classList.add("linked");
    target.scrollIntoView({ block: "center" });
  } else if (atEnd) scroller.scrollTop = scroller.scrollHeight;
}

function messageNode(message, outcome, view, workspace) {
  const sent = new Date(Number(message.ts) * 1000);
  const failed = outcome && !outcome.ok;
  return el("li", {
    class: `message${message.ephemeral ? " ephemeral" : ""}${message.thread_ts && message.thread_ts !== message.ts ? " reply" : ""}`,
    "data-ts": message.ts, tabindex: "-1", "aria-label": `Message from ${workspace.bot_name}`,
  },
    el("img", { class: "avatar-picture", src: "/assets/icon.svg", alt: "", width: 36, height: 36 }),
    el("div", { class: "message-main" },
      message.ephemeral ? el("p", { class: "only-you" }, "Only visible to you") : null,
      el("p", { class: "byline" },
        el("strong", {}, workspace.bot_name),
        el("span", { class: "badge" }, "app"),
        el("time", { datetime: sent.toISOString(), title: sent.toLocaleString() },
          sent.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
        message.edited ? el("span", { class: "edited" }, "(edited)") : null),
      messageBody(message, { ...view, act: actOn(message, view) }),
      message.reactions ? el("p", { class: "reactions" }, message.reactions.map((reaction) =>
        el("span", { class: "badge" }, `:${reaction.name}: ${reaction.count}`))) : null,
      failed ? el("p", { class: "trouble", role: "alert" },
        el("span", { "aria-hidden": "true" }, "⚠ "),
        `That did not work: ${WHY[outcome.error] ?? outcome.error}${outcome.status ? ` (${outcome.status})` : ""}. Try again?`) : null));
}

const actOn = (message, view) => async (block, element, value, node) => {
  if (!view.userId) {
    document.querySelector("#people input")?.focus();
    return;
  }
  if (element.confirm && !(await askToConfirm(element.confirm, view.names))) return;
  node.setAttribute("aria-busy", "true");
  await post("/_control/click", {
    user_id: view.userId, message_ts: message.ts, block_id: block.block_id, action_id: element.action_id, value,
  }).catch(() => null);
  node.removeAttribute("aria-busy");
};

poll();
