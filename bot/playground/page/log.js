/** The log of a conversation or a thread: its messages, the lines between them, its keys. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { drawMessage, isEventLine } from "./messages.js";
import { followEnd, noteScroll, startLog, stopLog, toTheEnd } from "./scroll.js";
import { change, isReply, me, repliesTo, state } from "./state.js";
import { day, dayOf } from "./time.js";
import { unreadReplies, wasNew } from "./unread.js";

const GROUP_SECONDS = 5 * 60;

const rows = new Map(); // log -> {ts: {deps, vnode}}: rows that need not be described again

/**
 * A log of messages that stays at its end as long as one is there.
 * @param {{name: string, label: string, channel: string, messages: object[], inThread?: boolean,
 *   flow?: boolean, before?: object, afterFirst?: object}} log with `flow`, replies stand right after
 *   their message
 */
export function log({
  name,
  label,
  channel,
  messages,
  inThread = false,
  flow = false,
  before,
  afterFirst,
}) {
  const reached = [state.current[name], messages.at(-1)?.ts];
  const kept = new Map();
  let lastTop;
  const drawn = messages.flatMap((message, index) => {
    const inFlow = flow && isReply(message);
    const dividers =
      inThread || inFlow
        ? []
        : [dayDivider(lastTop, message), newDivider(lastTop, message, channel)].filter(Boolean);
    const grouped =
      !dividers.length && !(inThread && index === 1) && sameGroup(messages[index - 1], message);
    const row = remembered(name, kept, message, {
      channel,
      grouped,
      inThread,
      flow,
      inFlow,
      scope: name,
      reached: reached.includes(message.ts),
    });
    if (!inFlow) lastTop = message;
    return [...dividers, row, index === 0 && afterFirst];
  });
  rows.set(name, kept);
  return h(
    "div",
    { class: "log-frame", key: name },
    h(
      "div",
      {
        class: "log",
        role: "log",
        "aria-label": label,
        "aria-live": "polite",
        "aria-relevant": "additions",
        tabindex: messages.length ? null : "0",
        onkeydown: moveAmongMessages,
        onfocusin: (event) => reach(name, event),
        onscroll: (event) => noteScroll(event.currentTarget),
        hooks: { mount: (el) => startLog(name, el), update: followEnd, remove: stopLog },
      },
      before,
      drawn,
    ),
    state.away[name] && jumpButton(name),
  );
}

/** Everything that a row is drawn from; while none of it changes, the same description serves. */
function remembered(name, kept, message, place) {
  const { snapshot, edit, inputsVersion } = state;
  const replies = repliesBelow(message, place);
  const fresh = replies.length ? unreadReplies(place.channel, message, replies) : 0;
  const minute = replies.length ? Math.floor(snapshot.now / 60) : 0;
  const editing = edit?.ts === message.ts && edit.channel === place.channel ? edit : null;
  const deps = [
    message,
    place.grouped,
    place.reached,
    snapshot.me,
    snapshot.users,
    snapshot.app,
    snapshot.conversations,
    inputsVersion,
    editing,
    editing?.text,
    minute,
    dayOf(snapshot.now),
    location.hash,
    replies.length,
    replies.at(-1),
    fresh,
  ];
  const was = rows.get(name)?.get(message.ts);
  const same = was && was.deps.every((dep, index) => dep === deps[index]);
  const row = same
    ? was
    : { deps, vnode: drawMessage(message, place, { replies, fresh, editing }) };
  kept.set(message.ts, row);
  return row.vnode;
}

/** The replies that a message only tells the number of; as in Slack, private ones do not count. */
const repliesBelow = (message, { channel, inThread, flow }) =>
  inThread || flow || isReply(message)
    ? []
    : repliesTo(channel, message.ts).filter((one) => !one.ephemeral);

/** Do two messages stand together under one name? A private one always says anew who speaks. */
function sameGroup(last, message) {
  return (
    Boolean(last) &&
    !isEventLine(last) &&
    last.user === message.user &&
    !last.ephemeral &&
    !message.ephemeral &&
    !message.shared_by &&
    message.ts - last.ts < GROUP_SECONDS
  );
}

function dayDivider(last, message) {
  if (last && dayOf(last.ts) === dayOf(message.ts)) return null;
  return h(
    "div",
    {
      class: "day",
      key: `day ${dayOf(message.ts)}`,
      role: "separator",
      "aria-label": day(message.ts, state.snapshot.now),
    },
    h("span", null, day(message.ts, state.snapshot.now)),
  );
}

/** Before the first message of others that came since one was last here. */
function newDivider(last, message, channel) {
  if (message.user === me() || !wasNew(channel, message) || (last && wasNew(channel, last)))
    return null;
  return h(
    "div",
    { class: "new", key: "new", role: "separator", "aria-label": "New" },
    h("span", null, "New"),
  );
}

function jumpButton(name) {
  return h(
    "button",
    { type: "button", class: "jump", key: "jump", onclick: () => toTheEnd(name) },
    icon("down"),
    "Jump to the latest",
  );
}

// Keys. The newest message of a log is in the tab order; arrows move to the others, and the one that
// they led to is in it too.

function moveAmongMessages(event) {
  if (event.target.role !== "article" && event.target.tagName !== "ARTICLE") return;
  const all = [...event.currentTarget.querySelectorAll("article")];
  const at = all.indexOf(event.target);
  const target = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
  if (target === undefined || !all[target]) return;
  event.preventDefault();
  all[target].focus();
}

function reach(name, event) {
  const { ts } = event.target.dataset; // a message itself, not a button in one
  if (!ts || state.current[name] === ts) return;
  change((s) => {
    s.current[name] = ts;
  });
}
