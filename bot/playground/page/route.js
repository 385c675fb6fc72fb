/**
 * Where one is, kept in the address: #/PERSON/VIEW/THREAD.
 *
 * VIEW is a channel's id, "home" (the app's Home tab) or "app" (its Messages tab, which is a
 * different conversation for each person). So a tab of the browser can stay with one person, and
 * going back works.
 */

import { change, conversation, state } from "./state.js";
import { load, save } from "./storage.js";

const parse = () => location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);

/** The address of a place; what is not named stays as it is, except the thread. */
export function address({ person = state.place.person, view = state.place.view, thread } = {}) {
  return `#/${[person, view, thread].filter(Boolean).map(encodeURIComponent).join("/")}`;
}

export function go(place) {
  location.hash = address(place);
}

/** Read the address, or else where one was the last time. */
export function readPlace() {
  const [person, view, thread] = parse();
  const last = load("place", {});
  return person ? { person, view, thread } : { person: last.person, view: last.view };
}

/** Follow the address; `arrive` is told of the place left and the place reached. */
export function followAddress(arrive) {
  addEventListener("hashchange", () => {
    const before = state.place;
    change((s) => {
      s.place = readPlace();
      s.drawer = false;
      s.completion = null;
    });
    save("place", state.place);
    arrive(before, state.place);
  });
}

/** Make the place one that exists: a snapshot may show that a channel or a person is gone. */
export function settle() {
  const { snapshot, place } = state;
  const person = snapshot.me;
  const view = exists(place.view) ? place.view : firstView();
  if (person === place.person && view === place.view) return false;
  state.place = { person, view, thread: view === place.view ? place.thread : undefined };
  history.replaceState(null, "", address(state.place));
  save("place", state.place);
  return true;
}

/** Is there such a view, for the person who looks? */
export function exists(view) {
  const { app } = state.snapshot;
  if (view === "home") return app.home;
  if (view === "app") return app.messages;
  return conversation(view)?.kind !== undefined && conversation(view).kind !== "im";
}

function firstView() {
  const { conversations } = state.snapshot;
  return conversations.find((one) => one.kind !== "im" && !one.archived)?.id ?? "app";
}
