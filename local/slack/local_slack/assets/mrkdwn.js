// Slack's text formats as DOM nodes: mrkdwn, plain_text and rich_text.

import { el } from "./dom.js";

const EMOJI = {
  "+1": "👍", "-1": "👎", alarm_clock: "⏰", arrow_right: "➡️", bell: "🔔", boom: "💥", bust_in_silhouette: "👤",
  busts_in_silhouette: "👥", calendar: "📆", clipboard: "📋", clock3: "🕒", closed_lock_with_key: "🔐", eyes: "👀",
  file_folder: "📁", fire: "🔥", gear: "⚙️", grey_question: "❔", heavy_check_mark: "✔️", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", information_source: "ℹ️", key: "🔑", label: "🏷️", large_blue_circle: "🔵",
  large_green_circle: "🟢", large_orange_circle: "🟠", large_yellow_circle: "🟡", link: "🔗", lock: "🔒", mag: "🔍",
  memo: "📝", no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", package: "📦", page_facing_up: "📄",
  point_right: "👉", raised_hand: "✋", red_circle: "🔴", robot_face: "🤖", rotating_light: "🚨", shield: "🛡️",
  stopwatch: "⏱️", tada: "🎉", thumbsdown: "👎", thumbsup: "👍", unlock: "🔓", warning: "⚠️", white_check_mark: "✅",
  x: "❌", zap: "⚡",
};
const SAFE_LINK = /^(https?:\/\/|mailto:)/i;

// One pass and exactly these three, as Slack does: everything else stays as it was typed.
const unescape = (text) =>
  text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);

function emojiNode(name, fallback) {
  const symbol = EMOJI[name];
  return symbol ? el("span", { class: "emoji", role: "img", "aria-label": name, title: `:${name}:` }, symbol) : fallback;
}

const mention = (label, strong = false) => el("span", { class: strong ? "mention loud" : "mention" }, label);

function link(url, label) {
  const inside = url.startsWith(`${location.origin}/`) && url.slice(location.origin.length).match(PERMALINK);
  if (inside) return inward(url, label, { place: inside[1], ts: inside[2] ? `${inside[2]}.${inside[3]}` : "" });
  return el("a", { href: url, title: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

// To a channel or a message of this workspace: the page goes there, and stays with the person who sits before it.
const PERMALINK = /^\/archives\/([^/?#]+)(?:\/p(\d+)(\d{6}))?$/;

function inward(url, label, detail, more = {}) {
  return el("a", {
    href: url, ...more,
    onclick: (event) => {
      event.preventDefault();
      document.dispatchEvent(new CustomEvent("follow", { detail }));
    },
  }, label);
}

function channelMention(id, label, names) {
  const name = `#${label || names.get(id) || "unknown channel"}`;
  return names.has(id) ? inward(`/archives/${id}`, name, { place: id, ts: "" }, { class: "mention" }) : mention(name);
}

export function plainText(object) {
  if (object.emoji === false) return [unescape(object.text)];
  return object.text.split(/(:[a-z0-9_+-]+:)/).map((part, at) =>
    at % 2 ? emojiNode(part.slice(1, -1), part) : unescape(part));
}

export function textObject(object, names) {
  return object.type === "mrkdwn" ? mrkdwn(object.text, names, object.verbatim) : plainText(object);
}

export function mrkdwn(text, names, verbatim = false) {
  return text.split(/```/).flatMap((part, at, all) => {
    if (at % 2 && at < all.length - 1) return [el("pre", {}, literal(part.replace(/^\n|\n$/g, "")))];
    // A code block stands on lines of its own, so the breaks around it are not shown a second time.
    const words = (at % 2 ? "```" : "") + part;
    const trimmed = words.slice(at && words[0] === "\n" ? 1 : 0).replace(/\n$/, at < all.length - 2 ? "" : "\n");
    return trimmed ? lines(trimmed, names, verbatim) : [];
  });
}

// In code Slack shows the words of a link, and formats nothing.
const literal = (text) =>
  unescape(text.replace(/<([^<>\n]+)>/g, (_, inner) => inner.split("|").pop()));

function lines(text, names, verbatim) {
  const nodes = [];
  let quote = null;
  text.split("\n").forEach((line, at, all) => {
    const quoted = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quoted) {
      if (quote) quote.append("\n");
      else nodes.push((quote = el("blockquote")));
      quote.append(...inline(quoted[1], names, verbatim));
      return;
    }
    if (at > 0 && !quote) nodes.push("\n");
    quote = null;
    if (line || at < all.length - 1) nodes.push(...inline(line, names, verbatim));
  });
  return nodes;
}

const PATTERNS = [
  [/`([^`\n]+)`/, (match) => el("code", {}, literal(match[1]))],
  [/<([^<>\n]+)>/, (match, names) => special(match[1], match[0], names)],
  [/:([a-z0-9_+-]+):/, (match) => emojiNode(match[1], match[0])],
  [
    /(?<![\p{L}\p{N}*_~])([*_~])(?![\s*_~])([^\n]*?[^\s*_~])\1(?![\p{L}\p{N}])/u,
    (match, names, verbatim) =>
      el({ "*": "strong", _: "em", "~": "s" }[match[1]], {}, inline(match[2], names, verbatim)),
  ],
];
const BARE_URL = [/https?:\/\/[^\s<>|"]+[^\s<>|".,;:!?)]/, (match) => link(unescape(match[0]), unescape(match[0]))];

function inline(text, names, verbatim) {
  const patterns = verbatim ? PATTERNS : [...PATTERNS, BARE_URL];
  const nodes = [];
  let rest = text;
  while (rest) {
    let first = null;
    for (const [pattern, build] of patterns) {
      const match = pattern.exec(rest);
      if (match && (!first || match.index < first.match.index)) first = { match, build };
    }
    if (!first) break;
    nodes.push(unescape(rest.slice(0, first.match.index)), first.build(first.match, names, verbatim));
    rest = rest.slice(first.match.index + first.match[0].length);
  }
  return [...nodes, unescape(rest)];
}

function special(inner, whole, names) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inner.slice(bar + 1));
  if (target.startsWith("@")) return mention(`@${names.get(target.slice(1)) ?? (label || "unknown user")}`);
  if (target.startsWith("#")) return channelMention(target.slice(1), label, names);
  if (/^!(here|channel|everyone)$/.test(target)) return mention(`@${target.slice(1)}`, true);
  if (target.startsWith("!subteam^")) return mention(label || "@group", true);
  if (target.startsWith("!date^")) return dateNode(target, label);
  if (SAFE_LINK.test(target)) return link(unescape(target), label || unescape(target).replace(/^mailto:/i, ""));
  return unescape(whole);
}

function dateNode(target, fallback) {
  const [, seconds, format = ""] = target.split("^");
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return fallback;
  const show = (options) => new Intl.DateTimeFormat(undefined, options).format(when);
  const tokens = {
    date: { dateStyle: "long" }, date_num: { dateStyle: "short" }, date_short: { dateStyle: "medium" },
    date_long: { dateStyle: "full" }, time: { timeStyle: "short" }, time_secs: { timeStyle: "medium" },
  };
  const text = format.replace(/\{(\w+?)(?:_pretty)?\}/g, (whole, name) => (tokens[name] ? show(tokens[name]) : whole));
  return el("time", { datetime: when.toISOString(), title: fallback }, text);
}

export function richText(block, names) {
  return block.elements.map((part) => richPart(part, names));
}

function richPart(part, names) {
  const runs = () => part.elements.map((run) => richRun(run, names));
  switch (part.type) {
    case "rich_text_preformatted":
      return el("pre", {}, runs());
    case "rich_text_quote":
      return el("blockquote", {}, runs());
    case "rich_text_list":
      return el(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent ?? 0}` },
        part.elements.map((item) => el("li", {}, richPart(item, names))));
    default:
      return el("div", { class: "rich-section" }, runs());
  }
}

function richRun(run, names) {
  let node;
  switch (run.type) {
    case "text": node = run.text; break;
    case "link": node = SAFE_LINK.test(run.url) ? link(run.url, run.text ?? run.url) : (run.text ?? run.url); break;
    case "emoji": node = emojiNode(run.name, `:${run.name}:`); break;
    case "user": node = mention(`@${names.get(run.user_id) ?? "unknown user"}`); break;
    case "channel": node = channelMention(run.channel_id, "", names); break;
    case "usergroup": node = mention("@group", true); break;
    case "broadcast": node = mention(`@${run.range}`, true); break;
    case "date": node = dateNode(`!date^${run.timestamp}^${run.format}`, run.fallback ?? ""); break;
    default: node = run.value ?? "";
  }
  const wrap = { code: "code", bold: "strong", italic: "em", strike: "s", underline: "u" };
  for (const [name, tag] of Object.entries(wrap)) if (run.style?.[name]) node = el(tag, {}, node);
  return node;
}
