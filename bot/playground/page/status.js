/** "… is typing": what the app says it is doing, in its own words. */

import { h } from "./dom.js";
import { app, state } from "./state.js";

/** The line for a thread, or without one for the conversation with all its threads. */
export function statusLine(channel, thread = null) {
  const all = (state.snapshot.statuses ?? []).filter(
    (one) => one.channel === channel && one.status,
  );
  const found = all.find((one) => thread === null || one.thread_ts === thread);
  if (!found) return null;
  return h(
    "p",
    { class: "status-line", role: "status", key: "status" },
    h("b", null, app().name),
    " ",
    found.status,
  );
}
