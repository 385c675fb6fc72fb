/** What each person has read, kept in the browser: a conversation or a thread up to a ts. */

import { change, me, messagesOf, state } from "./state.js";
import { load, save } from "./storage.js";

const read = load("read", {}); // person -> {conversation or "conversation:thread": ts}
const news = {}; // conversation -> {since, until}: what of it was new when it was opened

const mine = () => (read[me()] ??= {});
const isAfter = (message, ts) => Number(message.ts) > Number(ts);

/** Whatever was said before a person first came here is no news to them. */
export function meet() {
  const marks = mine();
  marks.met = String(Math.min(marks.met ?? Infinity, state.snapshot.now));
  for (const { id } of state.snapshot.conversations) {
    const last = messagesOf(id).at(-1)?.ts ?? "0";
    // A mark later than all that was said is of another workspace, whose clock had been moved.
    if (!(Number(marks[id]) <= Number(last))) marks[id] = last;
  }
  save("read", read);
}

/** How many messages of others wait in a conversation, and how many of them are for this person. */
export function unread(conversation) {
  const since = mine()[conversation.id] ?? "0";
  const waiting = messagesOf(conversation.id).filter(
    (one) => one.user !== me() && isAfter(one, since),
  );
  const direct = conversation.kind === "im" ? waiting : waiting.filter(isForMe);
  return { count: waiting.length, direct: direct.length };
}

const isForMe = (message) => message.ephemeral || message.text?.includes(`<@${me()}>`);

/** How many replies of others a thread of this person got since they last looked into it. */
export function unreadReplies(conversationId, root, replies) {
  const since = mine()[`${conversationId}:${root.ts}`] ?? mine().met;
  const follows = replies.some((one) => one.user === me()) || root.user === me();
  return follows ? replies.filter((one) => one.user !== me() && isAfter(one, since)).length : 0;
}

/** Note what is new in a conversation that is being opened. */
export function markOpened(id) {
  if (!id) return;
  news[id] = { since: Number(mine()[id]), until: Number(messagesOf(id).at(-1)?.ts ?? 0) };
}

/** Was this message news when its conversation was opened? What comes while one looks on is not. */
export function wasNew(id, message) {
  const { since, until } = news[id] ?? {};
  return Number(message.ts) > since && Number(message.ts) <= until;
}

/** Take all of a conversation or thread as read, while somebody looks at the page. */
export function markRead(key, ts) {
  if (!ts || document.hidden || mine()[key] === ts) return;
  mine()[key] = ts;
  save("read", read);
  change();
}
