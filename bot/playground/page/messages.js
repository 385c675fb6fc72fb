/** A message: who said what and when, and what can be done to it. */

import { act } from "./act.js";
import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { classes, h } from "./dom.js";
import { icon } from "./icons.js";
import { idOf, menuButton } from "./menu.js";
import { mrkdwn, spoken, typed } from "./mrkdwn.js";
import { address, go } from "./route.js";
import { app, change, me, nameOf, state, user } from "./state.js";
import { ago, clock, fullTime, isoTime } from "./time.js";

/**
 * The row of a message.
 * @param {object} message
 * @param {{scope: string, channel: string, inThread: boolean, inFlow: boolean, grouped: boolean,
 *   reached: boolean}} place `grouped`: under the name of the message before; `reached`: Tab leads here
 * @param {{replies: object[], fresh: number, editing: object | null}} more
 */
export function drawMessage(message, place, { replies, fresh, editing }) {
  if (isEventLine(message)) return eventLine(message, place);
  const { grouped, inFlow, channel } = place;
  const time = h(
    "time",
    { class: "time", datetime: isoTime(message.ts), title: fullTime(message.ts) },
    grouped ? clock(message.ts).replace(/ .*/, "") : clock(message.ts),
  );
  return h(
    "article",
    {
      key: message.ts,
      class: classes("message", {
        grouped,
        ephemeral: message.ephemeral,
        editing,
        "in-flow": inFlow,
        tombstone: isGone(message),
      }),
      tabindex: place.reached ? "0" : "-1",
      "aria-label": articleName(message),
      "data-ts": message.ts,
      "data-kind": kindOf(message),
    },
    h("div", { class: "gutter" }, grouped ? time : avatar(message.user)),
    h(
      "div",
      { class: "message-body" },
      message.ephemeral &&
        h("p", { class: "only-you", key: "only" }, icon("eye"), "Only visible to you"),
      !grouped && byline(message, time),
      editing ? editor(editing) : content(message, place),
      repliesButton(message, channel, replies, fresh),
    ),
    !editing && toolbar(message, place),
  );
}

function kindOf({ ephemeral, bot }) {
  if (ephemeral) return "ephemeral";
  return bot ? "app" : "message";
}

const isGone = (message) => message.subtype === "tombstone"; // deleted, but its thread is not

const articleName = (message) =>
  [`${nameOf(message.user)} at ${clock(message.ts)}`, message.ephemeral && "only visible to you"]
    .filter(Boolean)
    .join(", ");

function byline(message, time) {
  return h(
    "p",
    { class: "byline" },
    h("span", { class: "author" }, nameOf(message.user)),
    (message.bot || user(message.user)?.is_bot) && h("span", { class: "badge" }, "APP"),
    message.shared_by && h("span", { class: "shared" }, `shared by ${nameOf(message.shared_by)}`),
    time,
  );
}

function content(message, { scope, channel }) {
  const edited = message.edited && h("span", { class: "edited" }, " (edited)");
  if (message.blocks?.length) {
    const container = { type: "message", channel, ts: message.ts };
    return h("div", { class: "blocks" }, drawBlocks(message.blocks, { scope, container }), edited);
  }
  return h("div", { class: "text" }, mrkdwn(message.text ?? ""), edited);
}

const EVENT_LINES = new Set([
  "channel_join",
  "channel_leave",
  "channel_topic",
  "channel_purpose",
  "channel_archive",
  "group_join",
  "group_leave",
]);
export const isEventLine = (message) => EVENT_LINES.has(message.subtype);

function eventLine(message, { reached }) {
  return h(
    "article",
    {
      key: message.ts,
      class: "event-line",
      tabindex: reached ? "0" : "-1",
      "aria-label": articleName(message),
      "data-ts": message.ts,
      "data-kind": "event",
    },
    h("span", null, mrkdwn(message.text ?? "")),
    h("time", { class: "time", datetime: isoTime(message.ts) }, clock(message.ts)),
  );
}

function repliesButton(message, channel, replies, fresh) {
  if (!replies.length) return null;
  const people = [...new Set(replies.map((one) => one.user))].slice(0, 4);
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  return h(
    "a",
    {
      class: "replies",
      role: "button",
      href: address({ thread: message.ts, view: viewOf(channel) }),
      onkeydown: pressOnSpace,
    },
    h(
      "span",
      { class: "avatars", "aria-hidden": "true" },
      people.map((id) => avatar(id, "small")),
    ),
    h("span", { class: "reply-count" }, count),
    fresh > 0 && h("span", { class: "fresh" }, `${fresh} new`),
    h("span", { class: "quiet" }, `Last reply ${ago(replies.at(-1).ts, state.snapshot.now)}`),
  );
}

function pressOnSpace(event) {
  if (event.key !== " ") return;
  event.preventDefault();
  event.currentTarget.click();
}

const viewOf = (channel) => (state.place.view === "app" ? "app" : channel);

function toolbar(message, { scope, channel, inThread, reached }) {
  const root = message.thread_ts ?? message.ts;
  const items = [...shortcuts(message, channel), ...ownActions(message, channel)];
  const canReply = !inThread && !message.ephemeral;
  if (!canReply && !items.length) return null;
  const tabindex = reached ? null : "-1";
  return h(
    "div",
    { class: "toolbar", role: "group", "aria-label": "Message actions" },
    canReply &&
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          tabindex,
          "aria-label": "Reply in thread",
          title: "Reply in thread",
          onclick: () => go({ view: viewOf(channel), thread: root }),
        },
        icon("reply"),
      ),
    items.length > 0 &&
      menuButton({ id: idOf("more", scope, message.ts), label: "More actions", tabindex, items }),
  );
}

function shortcuts(message, channel) {
  if (message.ephemeral || isGone(message)) return [];
  const { name, user: picture, shortcuts: all = [] } = app();
  return all
    .filter((one) => one.type === "message")
    .map((one) => ({
      label: one.name,
      note: name,
      picture: avatar(picture, "small"),
      run: () => act("shortcut", { callback_id: one.callback_id, channel, ts: message.ts }),
    }));
}

function ownActions(message, channel) {
  if (message.ephemeral || isGone(message)) return [];
  const copy = {
    label: "Copy text",
    run: () => navigator.clipboard?.writeText(spoken(message.text ?? "")),
  };
  if (message.user !== me()) return [copy];
  return [
    copy,
    { label: "Edit message", run: () => startEdit(message, channel) },
    { label: "Delete message…", danger: true, run: () => confirmDelete(message, channel) },
  ];
}

/** Open the editor in the place of a message's text. */
export function startEdit(message, channel) {
  change((s) => {
    s.edit = { channel, ts: message.ts, text: typed(message.text ?? "") };
  });
}

function confirmDelete(message, channel) {
  change((s) => {
    s.confirm = {
      texts: {
        title: "Delete message",
        text: "It will be gone for everybody.",
        confirm: "Delete",
        deny: "Cancel",
        style: "danger",
      },
      proceed: () => act("delete", { channel, ts: message.ts }),
    };
  });
}

function editor(edit) {
  const stop = () =>
    change((s) => {
      s.edit = null;
    });
  const finish = async () => {
    const { channel, ts, text } = edit;
    stop();
    if (text.trim()) await act("edit", { channel, ts, text });
  };
  const keys = (event) => {
    if (event.key === "Escape") stop();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      finish();
    }
  };
  return h(
    "div",
    { class: "editor" },
    h("textarea", {
      class: "field",
      "aria-label": "Edit message",
      rows: "3",
      value: edit.text,
      oninput: (event) =>
        change((s) => {
          s.edit = { ...s.edit, text: event.currentTarget?.value ?? event.target.value };
        }),
      onkeydown: keys,
      hooks: { mount: (el) => el.focus() },
    }),
    h(
      "div",
      { class: "editor-buttons" },
      h("button", { type: "button", class: "button", onclick: stop }, "Cancel"),
      h("button", { type: "button", class: "button primary", onclick: finish }, "Save"),
    ),
  );
}
