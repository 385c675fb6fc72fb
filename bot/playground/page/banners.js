/** What everybody should notice: the connection, the app being away, notices, failures. */

import { act } from "./act.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { app, change, state } from "./state.js";

const CONNECTION = {
  connecting: "Connecting…",
  lost: "The connection to the workspace is lost. Reconnecting…",
};

export function banners() {
  const { snapshot, connection, failure } = state;
  return h(
    "div",
    { class: "banners", role: "region", "aria-label": "Notices" },
    h(
      "div",
      { role: "status" },
      connection !== "open" && banner("connection", "plain", CONNECTION[connection]),
      snapshot &&
        connection === "open" &&
        !app().connected &&
        banner(
          "app",
          "plain",
          `${app().name} is not connected: it neither hears nor answers anything.`,
        ),
    ),
    h(
      "div",
      { role: "alert" },
      (snapshot?.notices ?? []).map(({ id, text, kind }) =>
        banner(`notice ${id}`, kind, text, () => act("dismiss", { notice: id })),
      ),
      failure &&
        banner("failure", "error", failure.text, () =>
          change((s) => {
            s.failure = null;
          }),
        ),
    ),
  );
}

function banner(key, kind, text, dismiss) {
  return h(
    "div",
    { key, class: `banner ${kind ?? "plain"}` },
    icon("warning"),
    h("p", null, text),
    dismiss &&
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Dismiss",
          title: "Dismiss",
          onclick: dismiss,
        },
        icon("close"),
      ),
  );
}
