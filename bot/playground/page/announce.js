/**
 * Messages in conversations that are not on show, said to people who listen rather than look. What
 * comes in the open ones, their logs say themselves.
 */

import { conversation, messagesOf, nameOf, open, state } from "./state.js";

/** Say where something new came since the snapshot `before`. */
export function announceNews(before) {
  const elsewhere = state.snapshot.conversations.filter(({ id }) => id !== open()?.id);
  const said = elsewhere.flatMap(({ id }) =>
    newMessages(before, id)
      .slice(-1)
      .map((one) => sentence(id, one)),
  );
  if (said.length) document.getElementById("announcer").textContent = said.join(" ");
}

function newMessages(before, id) {
  const last = Number(before.messages[id]?.at(-1)?.ts ?? 0);
  return messagesOf(id).filter((one) => Number(one.ts) > last && one.user !== state.snapshot.me);
}

const sentence = (id, message) =>
  `New message from ${nameOf(message.user)} in ${conversation(id).name}.`;
