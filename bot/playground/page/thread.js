/** The thread at the right: a message, its replies, a composer of its own. */

import { composer } from "./composer.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { log } from "./log.js";
import { go } from "./route.js";
import { inThread, me, messagesOf, open, state } from "./state.js";
import { statusLine } from "./status.js";

/** The messages of the open thread, or nothing where none is open or it is gone. */
export function threadMessages() {
  const { thread } = state.place;
  const conversation = open();
  if (!thread || !conversation) return [];
  const messages = messagesOf(conversation.id).filter((one) => inThread(one, thread));
  return messages[0]?.ts === thread ? messages : [];
}

export function threadPane() {
  const messages = threadMessages();
  if (!messages.length) return null;
  const { thread } = state.place;
  const conversation = open();
  const where = conversation.kind === "im" ? conversation.name : `#${conversation.name}`;
  const name = `thread ${me()} ${conversation.id} ${thread}`;
  const count = messages.filter((one) => !one.ephemeral).length - 1; // as Slack counts
  return h(
    "aside",
    { class: "thread", id: "thread", "aria-label": "Thread", key: "thread" },
    h(
      "header",
      { class: "head" },
      h(
        "div",
        { class: "head-title" },
        h("h2", null, "Thread"),
        h("p", { class: "purpose" }, where),
      ),
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Close thread",
          title: "Close thread",
          onclick: () => closeThread(thread),
        },
        icon("close"),
      ),
    ),
    log({
      name,
      label: `Thread in ${where}`,
      channel: conversation.id,
      messages,
      inThread: true,
      afterFirst:
        count > 0 &&
        h(
          "div",
          { class: "reply-divider", key: "replies", role: "separator", "aria-label": "Replies" },
          h("span", null, count === 1 ? "1 reply" : `${count} replies`),
        ),
    }),
    statusLine(conversation.id, thread),
    canWrite(conversation) &&
      composer({ channel: conversation, thread, label: "Reply…", log: name }),
  );
}

const canWrite = ({ archived, kind, members }) =>
  !archived && (kind === "im" || members.includes(me()));

/** Back to where the thread hangs: to its message in the conversation. */
function closeThread(thread) {
  go({});
  setTimeout(() => document.querySelector(`#main [data-ts="${CSS.escape(thread)}"]`)?.focus());
}
