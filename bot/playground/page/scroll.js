/**
 * Logs stay at their end as long as one is there, and stay put where one reads further up.
 *
 * Whether a log is at its end is noted while it scrolls: once content has grown below, it cannot be
 * told any more.
 */

import { change, state } from "./state.js";

const NEAR_END = 40; // pixels

// log -> {name, at: is it at its end?, top: where it then was, size: of content and log, last: ts}
const ends = new WeakMap();
const watchers = new WeakMap();

/** A log came about: show what is new in it, else its end. */
export function startLog(name, el) {
  el.dataset.log = name;
  ends.set(el, { name, at: true, top: el.scrollTop });
  const fresh = el.querySelector(".new");
  if (fresh) fresh.scrollIntoView({ block: "center" });
  else followEnd(el);
  const watcher = new ResizeObserver(() => followEnd(el));
  watcher.observe(el);
  watchers.set(el, watcher);
}

export function stopLog(el) {
  watchers.get(el)?.disconnect();
}

/** Its content or size may have changed. Show the end; but of a new message that is taller than the log, where it begins. */
export function followEnd(el) {
  const end = ends.get(el);
  if (end.size === sizeOf(el)) return;
  end.size = sizeOf(el);
  if (el.scrollTop !== end.top) noteScroll(el); // scrolled, but the event is still to come
  follow(el, ends.get(el));
}

const sizeOf = (el) => `${el.scrollHeight} ${el.clientHeight}`;

function follow(el, end) {
  const last = [...el.querySelectorAll(":scope > article")].at(-1);
  const isNew = last && last.dataset.ts !== end.last;
  end.last = last?.dataset.ts;
  if (!end.at) return isNew && showAway(end.name, true); // it came below what is being read
  const tall = isNew && last.offsetHeight > el.clientHeight;
  el.scrollTop = tall ? startOf(last) : el.scrollHeight;
  note(el);
  showAway(end.name, false);
}

/** Where a message begins: with the line above that tells of it, if there is one. */
function startOf(message) {
  const above = message.previousElementSibling;
  return (above?.role === "separator" ? above : message).offsetTop - 4;
}

/** Note whether a log is at its end; what it was scrolled to here is no wish to be elsewhere. */
export function noteScroll(el) {
  const { name, top } = ends.get(el);
  const at = note(el);
  if (at || el.scrollTop !== top) showAway(name, !at);
}

function note(el) {
  const at = el.scrollHeight - el.scrollTop - el.clientHeight < NEAR_END;
  ends.set(el, { ...ends.get(el), at, top: el.scrollTop });
  el.style.overflowAnchor = at ? "none" : "auto"; // the browser may hold on to what is being read
  return at;
}

function showAway(name, away) {
  if (Boolean(state.away[name]) === away) return;
  change((s) => {
    s.away[name] = away;
  });
}

/** Follow the end of a log again: somebody just said something there. */
export function toTheEnd(name) {
  const el = document.querySelector(`[data-log="${CSS.escape(name)}"]`);
  if (!el) return;
  el.scrollTop = el.scrollHeight;
  noteScroll(el);
}
