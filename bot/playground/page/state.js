/**
 * What the page knows: the server's last snapshot, and what belongs to this page alone.
 *
 * `change` is the only way to alter the state; the page is drawn anew once after a burst of changes.
 */

import { load, save } from "./storage.js";

export const state = {
  snapshot: null,
  connection: "connecting", // connecting | open | lost
  place: { person: null, view: null, thread: null }, // see route.js
  drafts: load("drafts", {}), // see composer.js
  edit: null, // {channel, ts, text}: the message being edited
  inputs: new Map(), // what people chose in blocks, see forms.js
  inputsVersion: 0,
  pending: new Map(), // elements whose click the app has not acknowledged, see pending.js
  problems: {}, // view id -> {block id: sentence} found before sending
  confirm: null, // {texts, proceed}
  switcher: null, // {query, index}
  completion: null, // {draft, kind, start, end, index, options}
  current: {}, // log -> ts of the message that arrows led to: Tab reaches it, besides the newest
  away: {}, // log -> true once somebody scrolled away from its end, or more came below
  drawer: false,
  failure: null, // {text, draft?}: what could not be done
  done: load("steps", {}), // person -> indices of the welcome steps taken
  welcome: load("welcome", "full"), // full | slim | false
  inspector: load("inspector", false),
  chosen: null, // {id, outcome, payload}: the line of the inspector being looked at
  filter: "",
  typedTime: null, // what stands in the field of the clock, if somebody typed there
  received: 0, // when the snapshot came, by the clock of this machine
};

let listener = () => {};
let scheduled = false;

/** Have `render` called after changes. */
export function onChange(render) {
  listener = render;
}

export function change(alter = () => {}) {
  alter(state);
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    listener();
  });
}

/** Change one remembered flag, and keep it over a reload. */
export function remember(name, value) {
  change((s) => {
    s[name] = value;
  });
  save(name, value);
}

/** Once people are at it, the welcome need not take much room; on a small screen it would take all. */
export function makeRoom() {
  const wanted = matchMedia("(max-width: 760px)").matches ? false : "slim";
  if (state.welcome && state.welcome !== wanted) remember("welcome", wanted);
}

/** Take over a snapshot. What did not change stays the same object, so that drawing can skip it. */
export function accept(snapshot) {
  const before = state.snapshot;
  change((s) => {
    s.snapshot = share(before, snapshot);
    s.received = Date.now();
  });
  return before;
}

/** `next`, with every part that equals its counterpart in `last` replaced by that very part. */
export function share(last, next) {
  if (Object.is(last, next)) return last;
  if (!isTree(last) || !isTree(next) || Array.isArray(last) !== Array.isArray(next)) return next;
  const keys = Object.keys(next);
  let same = keys.length === Object.keys(last).length;
  for (const key of keys) {
    next[key] = share(last[key], next[key]);
    same &&= key in last && Object.is(next[key], last[key]);
  }
  return same ? last : next;
}

const isTree = (value) => typeof value === "object" && value !== null;

/** The time of the workspace, which goes on between two snapshots. */
export const now = () => state.snapshot.now + (Date.now() - state.received) / 1000;

export const me = () => state.snapshot.me;
export const app = () => state.snapshot.app;
export const user = (id) => state.snapshot.users.find((one) => one.id === id);
export const nameOf = (id) => user(id)?.real_name || user(id)?.name || id || "Unknown";
export const conversation = (id) => state.snapshot.conversations.find((one) => one.id === id);
export const directMessages = () => state.snapshot.conversations.find((one) => one.kind === "im");
export const messagesOf = (id) => state.snapshot.messages[id] ?? [];

/** The conversation on show; none while the app's Home tab is. */
export function open() {
  const { view } = state.place;
  return view === "app" ? directMessages() : conversation(view);
}

/** Is this message a reply that only its thread shows? */
export const isReply = (message) =>
  Boolean(message.thread_ts) &&
  message.thread_ts !== message.ts &&
  message.subtype !== "thread_broadcast";

export const inThread = (message, root) => message.thread_ts === root || message.ts === root;
export const repliesTo = (channel, root) =>
  messagesOf(channel).filter((one) => one.thread_ts === root && one.ts !== root);

/** The messages a conversation shows outside of threads. */
export const topLevel = (channel) => messagesOf(channel).filter((one) => !isReply(one));
