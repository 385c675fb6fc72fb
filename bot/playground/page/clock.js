/** The time of the workspace, at the foot of the list: what it is, and how to move it. */

import { act } from "./act.js";
import { classes, h, hidden } from "./dom.js";
import { icon } from "./icons.js";
import { panelButton } from "./menu.js";
import { change, me, now, state, user } from "./state.js";
import { atWallClock, moment, wallClock } from "./time.js";

const MINUTE = 60;
const STEPS = [
  ["+1 hour", { by: 60 * MINUTE }],
  ["+1 day", { by: 24 * 60 * MINUTE }],
  ["+1 week", { by: 7 * 24 * 60 * MINUTE }],
  ["Next Monday, 9:00 AM", "monday"],
];

export function workspaceClock() {
  const at = moment(now());
  const isMoved = state.snapshot.ahead !== 0;
  return panelButton(
    {
      id: "clock",
      label: "Workspace time",
      look: classes("clock", { moved: isMoved }),
      content: [
        icon("clock"),
        h(
          "span",
          { class: "clock-text" },
          h("b", null, hidden("Workspace time: "), at),
          h("span", { class: "clock-note" }, user(me())?.tz, isMoved && ", moved"),
        ),
      ],
      props: { title: "Move the workspace’s clock" },
      closed: () => type(null),
    },
    h("h3", { class: "panel-title" }, "Workspace time"),
    h("p", { class: "clock-now", role: "status" }, h("b", null, at), " ", zoneNote()),
    h(
      "div",
      { class: "clock-steps" },
      STEPS.map(([label, to]) => step(label, to)),
    ),
    form(),
    step("Back to now", "now", "clock-back"),
    h(
      "p",
      { class: "quiet clock-hint" },
      "The app lives by this clock, too. Messages stay in their order: what is said after going back" +
        " bears the time of the latest one.",
    ),
  );
}

const zoneNote = () => h("span", { class: "quiet" }, user(me())?.tz);

const step = (label, to, look = "") =>
  h(
    "button",
    {
      type: "button",
      class: classes("button small", look),
      key: label,
      onclick: () => {
        type(null);
        act("clock", { to });
      },
    },
    label,
  );

function form() {
  return h(
    "form",
    { class: "clock-form", onsubmit: set, novalidate: true },
    h("label", { for: "clock-at" }, "Date and time"),
    h("input", {
      id: "clock-at",
      class: "field",
      type: "datetime-local",
      min: "2000-01-01T00:00",
      max: "2099-12-31T23:59",
      value: state.typedTime ?? wallClock(now()),
      oninput: (event) => type(event.currentTarget.value),
    }),
    h("button", { type: "submit", class: "button small" }, "Set"),
  );
}

function set(event) {
  event.preventDefault();
  const at = atWallClock(state.typedTime ?? wallClock(now()));
  if (Number.isNaN(at)) return document.getElementById("clock-at")?.focus();
  type(null);
  return act("clock", { to: at });
}

/** What was typed stays in the field while the time goes on; null for nothing. */
function type(text) {
  change((s) => {
    s.typedTime = text;
  });
}
