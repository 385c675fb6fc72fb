/** The drawer below: what goes between the workspace and the app, line by line, with its JSON. */

import { fail } from "./act.js";
import { classes, h, hidden } from "./dom.js";
import { icon } from "./icons.js";
import { moveFocus } from "./menu.js";
import { app, change, remember, state } from "./state.js";
import { clockSeconds } from "./time.js";

const GOOD = new Set(["acked", "ok"]);
const TOKEN =
  /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/g;

export function inspector() {
  if (!state.inspector) return null;
  const wanted = state.filter.trim().toLowerCase();
  const traffic = state.snapshot.traffic ?? [];
  const lines = traffic.filter(
    (one) => !wanted || `${one.what} ${one.outcome}`.toLowerCase().includes(wanted),
  );
  return h(
    "aside",
    { class: "inspector", id: "inspector", "aria-label": "Traffic inspector" },
    h(
      "header",
      { class: "inspector-head" },
      h("h2", null, "Traffic"),
      h("span", { class: "quiet" }, `${traffic.length} ${traffic.length === 1 ? "line" : "lines"}`),
      h("input", {
        class: "field small",
        type: "search",
        "aria-label": "Filter the traffic",
        placeholder: "Filter",
        value: state.filter,
        oninput: (event) => {
          const { value } = event.currentTarget;
          change((s) => {
            s.filter = value;
          });
        },
      }),
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Close the inspector",
          title: "Close",
          onclick: () => remember("inspector", false),
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      { class: classes("inspector-body", { split: state.chosen }) },
      lineList(lines),
      payloadPane(),
    ),
  );
}

function lineList(lines) {
  const chosen = state.chosen?.id;
  const reached = lines.some((one) => one.id === chosen) ? chosen : lines.at(-1)?.id;
  return h(
    "ul",
    {
      class: "traffic",
      role: "listbox",
      "aria-label": "Traffic",
      onkeydown: (event) => moveFocus(event, event.currentTarget, "[role=option]"),
      onscroll: (event) => atEnd.set(event.currentTarget, isAtEnd(event.currentTarget)),
      hooks: { mount: follow, update: follow },
    },
    lines.map((one) => trafficLine(one, one.id === chosen, one.id === reached)),
    !lines.length &&
      h(
        "li",
        { class: "quiet nothing" },
        "Nothing yet. Say something, and watch what it sets off.",
      ),
  );
}

const atEnd = new WeakMap();
const isAtEnd = (el) => el.scrollHeight - el.scrollTop - el.clientHeight < 24;

function follow(el) {
  if (atEnd.get(el) ?? true) el.scrollTop = el.scrollHeight;
}

function trafficLine(line, chosen, reached) {
  const { id, at, to, what, outcome, ms } = line;
  const toApp = to === "app";
  const pick = () => show(line);
  return h(
    "li",
    {
      key: id,
      role: "option",
      class: "traffic-line",
      "aria-selected": String(chosen),
      tabindex: reached ? "0" : "-1",
      "data-to": to,
      onclick: pick,
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        pick();
      },
      onfocus: () => state.chosen && state.chosen.id !== id && pick(),
    },
    h("span", { class: "traffic-time" }, clockSeconds(at)),
    h(
      "span",
      { class: classes("direction", toApp ? "to-app" : "to-slack") },
      h("span", { "aria-hidden": "true" }, toApp ? "→" : "←"),
      hidden(`${toApp ? "to" : "from"} ${app().name}`),
    ),
    h("span", { class: "what" }, what),
    h(
      "span",
      { class: classes("outcome", { good: GOOD.has(outcome), open: outcome === "waiting" }) },
      outcome,
    ),
    h("span", { class: "ms" }, ms === null || ms === undefined ? "" : `${Math.round(ms)} ms`),
  );
}

async function show({ id, outcome }) {
  change((s) => {
    s.chosen = { id, outcome, payload: s.chosen?.id === id ? s.chosen.payload : null };
  });
  const answer = await fetch(`/page/traffic/${encodeURIComponent(id)}`).catch(() => null);
  const payload = answer?.ok ? await answer.json().catch(() => null) : null;
  if (state.chosen?.id !== id) return; // another line was chosen meanwhile
  change((s) => {
    s.chosen = { id, outcome, payload: payload ?? { error: "This line is no longer kept." } };
  });
}

/** The chosen line may have been answered since it was looked at. */
export function refreshChosen() {
  const { chosen, snapshot } = state;
  const line = chosen && snapshot.traffic?.find((one) => one.id === chosen.id);
  if (line && line.outcome !== chosen.outcome) show(line);
}

function payloadPane() {
  const { chosen } = state;
  if (!chosen) return null;
  const parts = Object.entries(chosen.payload ?? {}).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return h(
    "section",
    { class: "payload", "aria-label": "Payload", key: chosen.id, tabindex: "0" },
    h(
      "button",
      {
        type: "button",
        class: "button small payload-close only-narrow",
        onclick: () =>
          change((s) => {
            s.chosen = null;
          }),
      },
      icon("back"),
      "All lines",
    ),
    !chosen.payload && h("p", { class: "quiet" }, "Loading…"),
    parts.map(([name, value]) => jsonPart(name, value)),
  );
}

function jsonPart(name, value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return h(
    "div",
    { class: "payload-part", key: name },
    h(
      "header",
      null,
      h("h3", null, name),
      h(
        "button",
        {
          type: "button",
          class: "button small",
          "aria-label": `Copy the ${name}`,
          onclick: (event) => copy(event.currentTarget, text),
        },
        icon("copy"),
        "Copy",
      ),
    ),
    h("pre", { class: "json" }, coloured(text)),
  );
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1200);
  } catch {
    fail("The browser did not allow copying.");
  }
}

function coloured(text) {
  const out = [];
  let from = 0;
  for (const found of text.matchAll(TOKEN)) {
    const [whole, string, colon] = found;
    const kind = colon ? "json-key" : string ? "json-string" : "json-word";
    out.push(
      text.slice(from, found.index),
      h("span", { class: kind }, string ?? whole),
      colon ?? "",
    );
    from = found.index + whole.length;
  }
  return [...out, text.slice(from)];
}
