// The messages of one place: threads folded under what they answer, and what came of one's own clicks.

import { clicking } from "./act.js";
import { $, el } from "./dom.js";
import { messageBody } from "./blocks.js";
import { trouble } from "./trouble.js";

let drawn = new Map();
let openThreads = new Set();
let started = false;
const linked = location.pathname.match(/^\/archives\/[^/]+\/p(\d+)(\d{6})$/);
let soughtTs = linked ? `${linked[1]}.${linked[2]}` : "";

// The message to jump to once it is there.
export function seek(ts) {
  soughtTs = ts;
}

export function forgetMessages() {
  drawn = new Map();
  openThreads = new Set();
  started = false;
  $("messages").replaceChildren();
}

export function showMessages(messages, view) {
  const list = $("messages");
  const scroller = $("scroller");
  const atEnd = !started || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const there = new Set(messages.map((message) => message.ts));
  const isReply = (message) => message.thread_ts && message.thread_ts !== message.ts && there.has(message.thread_ts);
  const top = messages.filter((message) => !isReply(message) || message.subtype === "thread_broadcast");
  const wanted = new Set(top.map((message) => message.ts));
  for (const [ts, entry] of drawn) {
    if (!wanted.has(ts)) {
      entry.node.remove();
      drawn.delete(ts);
    }
  }
  let before = null;
  for (const message of top) {
    const replies = messages.filter((reply) => isReply(reply) && reply.thread_ts === message.ts);
    const failed = view.outcomes.filter(({ ok, message_ts }) => !ok && [message, ...replies].some(({ ts }) => ts === message_ts));
    const key = JSON.stringify([message, replies, failed]);
    const known = drawn.get(message.ts);
    if (known?.key !== key) {
      const made = messageNode(message, replies, view);
      const node = known ? refill(known.node, made) : made;
      if (!known && before) before.after(node);
      else if (!known) list.prepend(node);
      if (!known && started) $("announcer").textContent = `${view.botName}: ${message.text}`;
      drawn.set(message.ts, { key, node });
    }
    before = drawn.get(message.ts).node;
  }
  started = true;
  showLinked(atEnd, scroller);
}

// A changed message stays the element that it is: what points at it, or stands on it, is not lost.
function refill(node, made) {
  const action = node.contains(document.activeElement) ? document.activeElement.dataset.actionId : null;
  node.replaceChildren(...made.childNodes);
  if (action) (node.querySelector(`[data-action-id="${CSS.escape(action)}"]`) ?? node).focus();
  return node;
}

function showLinked(atEnd, scroller) {
  const target = soughtTs && drawn.get(soughtTs)?.node;
  if (target) {
    soughtTs = "";
    target.classList.add("linked");
    target.scrollIntoView({ block: "center" });
  } else if (atEnd) scroller.scrollTop = scroller.scrollHeight;
}

function messageNode(message, replies, view) {
  const sent = new Date(Number(message.ts) * 1000);
  const outcome = view.outcomes.find((each) => each.message_ts === message.ts);
  return el("li", {
    class: `message${message.ephemeral ? " ephemeral" : ""}`,
    "data-ts": message.ts, tabindex: "-1", "aria-label": `Message from ${view.botName}`,
  },
    el("img", { class: "avatar-picture", src: "/assets/icon.svg", alt: "", width: 36, height: 36 }),
    el("div", { class: "message-main" },
      message.ephemeral ? el("p", { class: "only-you" }, "Only visible to you") : null,
      message.subtype === "thread_broadcast" ? el("p", { class: "only-you" }, "replied to a thread") : null,
      el("p", { class: "byline" },
        el("strong", {}, view.botName),
        el("span", { class: "badge" }, "app"),
        el("time", { datetime: sent.toISOString(), title: sent.toLocaleString() },
          sent.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
        message.edited ? el("span", { class: "edited" }, "(edited)") : null),
      messageBody(message, { ...view, act: clicking({ message_ts: message.ts }, view) }),
      message.reactions ? el("p", { class: "reactions" }, message.reactions.map((reaction) =>
        el("span", { class: "badge" }, `:${reaction.name}: ${reaction.count}`))) : null,
      trouble(outcome),
      replies.length ? thread(message, replies, view) : null));
}

function thread(message, replies, view) {
  const words = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const folded = el("details", {
    class: "thread", open: openThreads.has(message.ts),
    ontoggle: () => (folded.open ? openThreads.add(message.ts) : openThreads.delete(message.ts)),
  },
    el("summary", {}, words),
    el("ol", { "aria-label": "Thread" }, replies.map((reply) => messageNode({ ...reply, subtype: undefined }, [], view))));
  return folded;
}
