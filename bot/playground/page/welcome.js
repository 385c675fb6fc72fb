/** The welcome: a few steps to take; each one leads to its place and prepares the words. */

import { draftKey, prepare } from "./composer.js";
import { classes, h, hidden } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { go } from "./route.js";
import { change, conversation, directMessages, makeRoom, me, remember, state } from "./state.js";
import { save } from "./storage.js";

export function welcomePanel() {
  const { welcome } = state.snapshot.workspace;
  if (!welcome || !state.welcome) return null;
  const done = state.done[me()] ?? [];
  const slim = state.welcome === "slim";
  const close = h(
    "button",
    {
      key: "close",
      type: "button",
      class: "icon-button",
      "aria-label": "Close the welcome",
      title: "Close; the ? button brings it back",
      onclick: () => remember("welcome", false),
    },
    icon("close"),
  );
  return h(
    "section",
    { class: classes("welcome", { slim }), "aria-labelledby": "welcome-title", key: "welcome" },
    h(
      "header",
      null,
      h(
        "h3",
        { id: "welcome-title" },
        welcome.title,
        done.length > 0 &&
          h("span", { class: "quiet" }, `${done.length} of ${welcome.steps.length}`),
      ),
      !slim && close,
    ),
    !slim && h("div", { class: "welcome-text", key: "text" }, mrkdwn(welcome.text)),
    h(
      "ol",
      { class: classes("steps", { strip: slim }) },
      welcome.steps.map((step, index) => stepButton(step, index, done.includes(index))),
    ),
    slim && close, // everything in one row
  );
}

function stepButton(step, index, done) {
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", class: classes("step", { done }), onclick: () => take(step, index) },
      h(
        "span",
        { class: "step-mark", "aria-hidden": "true" },
        done ? icon("check") : String(index + 1),
      ),
      h("span", null, mrkdwn(step.text), done && hidden(" (done)")),
    ),
  );
}

function take(step, index) {
  change((s) => {
    const done = s.done[me()] ?? [];
    s.done[me()] = done.includes(index) ? done : [...done, index];
  });
  save("steps", state.done);
  makeRoom();
  const target = conversation(step.channel) ?? directMessages();
  go({ view: target.kind === "im" ? "app" : target.id });
  if (step.insert) prepare(draftKey(target.id), step.insert);
}
