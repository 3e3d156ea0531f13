// Where one can go, and who one is.

import { $, el } from "./dom.js";

const read = new Map();

export function showPlaces(state, userId, place, go) {
  for (const entry of state.places) if (entry.id === place || !read.has(entry.id)) read.set(entry.id, entry.newest);
  const entries = state.places.map((entry) => ({ ...entry, unread: entry.newest > read.get(entry.id) }));
  const bot = state.workspace.bot_name;
  fill("channels", entries.filter((entry) => !entry.direct).map((entry) => ({ ...entry, sign: "#" })), place, go);
  fill("directs", entries.filter((entry) => entry.direct).map((entry) => ({ ...entry, name: bot, sign: "@" })), place, go);
  fill("apps", userId ? [{ id: "home", name: bot, sign: "⌂" }] : [], place, go);
}

function fill(id, entries, place, go) {
  const key = JSON.stringify([entries.map(({ newest, ...shown }) => shown), place]);
  const list = $(id);
  const section = $(`${id}-section`);
  if (section) section.hidden = entries.length === 0;
  if (list.dataset.key === key) return;
  const focused = list.contains(document.activeElement);
  list.dataset.key = key;
  list.replaceChildren(...entries.map((entry) =>
    el("li", {},
      el("button", {
        type: "button", class: `place${entry.unread ? " unread" : ""}`, title: entry.name,
        "aria-current": entry.id === place ? "page" : undefined, onclick: () => go(entry.id),
      },
        el("span", { "aria-hidden": "true" }, entry.sign),
        el("span", { class: "cut" }, entry.name),
        entry.unread ? el("span", { class: "badge" }, "new") : null))));
  if (focused) list.querySelector("[aria-current]")?.focus();
}

export function showPeople(members, userId, become) {
  const key = JSON.stringify([members, userId]);
  const people = $("people");
  if (people.dataset.key === key) return;
  const focused = people.contains(document.activeElement);
  people.dataset.key = key;
  people.replaceChildren(...members.map((member, at) =>
    el("label", { class: "person", title: [member.real_name, ...member.badges].join(", ") },
      el("input", {
        type: "radio", name: "person", value: member.id, checked: member.id === userId, onchange: () => become(member.id),
      }),
      el("span", { class: `avatar tone-${at % 6}`, "aria-hidden": "true" }, initials(member.real_name)),
      el("span", { class: "cut" }, member.real_name),
      member.badges.map((badge) => el("span", { class: "badge" }, badge)))));
  people.querySelector(".person:has(input:checked)")?.scrollIntoView({ block: "nearest" });
  if (focused) people.querySelector("input:checked")?.focus();
}

const initials = (name) => name.split(/\s+/).slice(0, 2).map((word) => word[0]).join("").toUpperCase();
