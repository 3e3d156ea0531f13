// One person's view of the workspace, kept up to date by long polling.

import { $ } from "./dom.js";
import { showComposer } from "./composer.js";
import { leaveHome, showHome } from "./home.js";
import { forgetMessages, seek, showMessages } from "./messages.js";
import { showModal } from "./modal.js";
import { showPeople, showPlaces } from "./sidebar.js";

const asked = new URLSearchParams(location.search);
const linked = location.pathname.match(/^\/archives\/([^/]+)/);
const HOME = "home";
let userId = asked.get("as") ?? localStorage.getItem("user") ?? "";
let place = linked?.[1] ?? asked.get("place") ?? "";
let polling = null;

async function poll() {
  let revision = 0;
  let failures = 0;
  for (;;) {
    polling = new AbortController();
    const wait = revision ? 20 : 0;
    try {
      const query = new URLSearchParams({ user: userId, place, after: revision, wait });
      const response = await fetch(`/_page/state?${query}`, { signal: polling.signal });
      const state = await response.json();
      if (polling.signal.aborted) throw new DOMException("chosen anew", "AbortError");
      revision = state.revision;
      failures = 0;
      $("connection").textContent = "";
      draw(state);
    } catch (error) {
      revision = 0;
      if (error.name === "AbortError") continue;
      // Between a stop and a start of the workspace nothing answers; the page catches up by itself.
      failures += 1;
      $("connection").textContent = "Reconnecting…";
      await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 500 * failures)));
    }
  }
}

function become(id) {
  userId = id;
  localStorage.setItem("user", id);
  startAnew();
}

function go(id) {
  place = id;
  startAnew();
}

document.addEventListener("follow", (event) => {
  seek(event.detail.ts);
  go(event.detail.place);
});

function startAnew() {
  forgetMessages();
  leaveHome();
  polling?.abort();
}

function draw(state) {
  if (userId && !state.members.some((member) => member.id === userId)) userId = "";
  place = state.place;
  const current = state.places.find((entry) => entry.id === place);
  const names = new Map(state.members.map((member) => [member.id, member.real_name]));
  for (const entry of state.places) names.set(entry.id, entry.name);
  const view = { names, userId, botName: state.workspace.bot_name, outcomes: state.outcomes };
  const title = !current || current.direct ? state.workspace.bot_name : `#${current.name}`;
  document.title = `${title} · ${state.workspace.name}`;
  entitle("workspace-name", state.workspace.name);
  entitle("place-name", title);
  $("archived").hidden = !current?.is_archived;
  $("choose").hidden = Boolean(userId);
  $("empty").hidden = !current || state.messages.length > 0;
  showPlaces(state, userId, place, go);
  showPeople(state.members, userId, become);
  // Before the messages, which scroll to the end of what room there is.
  showComposer(current, state.workspace.commands, userId);
  $("messages").hidden = place === HOME;
  if (place === HOME) showHome(state.home, view);
  else showMessages(state.messages, view);
  showModal(state.modal, view);
}

// A name too long for its line is cut; the title has all of it.
function entitle(id, name) {
  $(id).textContent = $(id).title = name;
}

poll();
