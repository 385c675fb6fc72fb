/** Dialogs: the app's modals as a stack, and the page's own questions. */

import { act, actQuietly } from "./act.js";
import { drawBlocks } from "./blocks.js";
import { classes, h } from "./dom.js";
import { problems, values } from "./forms.js";
import { icon } from "./icons.js";
import { app, change, state } from "./state.js";
import { plainText, textOf } from "./texts.js";

/**
 * A dialog over everything else. The browser keeps the focus inside, and gives it back when it goes;
 * Escape asks `close`, so that whoever holds the state decides.
 */
export function dialog({ key, label, labelledby, look, role, describedby, close }, ...children) {
  return h(
    "dialog",
    {
      key,
      class: classes("dialog", look),
      role,
      "aria-modal": "true",
      "aria-label": label,
      "aria-labelledby": labelledby,
      "aria-describedby": describedby,
      onkeydown: (event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        if (event.currentTarget.querySelector(":popover-open")) return; // Escape is for that menu
        event.preventDefault();
        close();
      },
      oncancel: (event) => {
        event.preventDefault();
        if (!event.currentTarget.querySelector(":popover-open")) close();
      },
      onmousedown: (event) =>
        event.target === event.currentTarget && look === "switcher" && close(),
      hooks: { mount: show, remove: (el) => el.close() },
    },
    ...children,
  );
}

/** The first thing to fill in gets the focus; where there is none, the text, so that keys scroll it. */
function show(el) {
  el.showModal();
  const wanted = [
    "[autofocus]",
    ".dialog-body :is(input, select, textarea)",
    ".dialog-body[tabindex]",
  ];
  wanted
    .map((selector) => el.querySelector(selector))
    .find(Boolean)
    ?.focus();
}

const dropped = new Set(); // ids of modals that are being closed, and not shown meanwhile

/** Close the modals that were left open before this page was: Slack loses them with its window. */
export async function dropModals() {
  const left = [...state.snapshot.modals].reverse();
  for (const { id } of left) dropped.add(id);
  for (const { id, view } of left) {
    await actQuietly("close", { view_id: id });
    if (view.clear_on_close) return; // the others went with it
  }
}

/** All modals of the app, the lowest first; only the topmost is to be seen. */
export function modals() {
  const known = state.snapshot.modals;
  for (const id of dropped) if (!known.some((one) => one.id === id)) dropped.delete(id);
  const all = known.filter((one) => !dropped.has(one.id));
  return all.map((modal, index) => drawModal(modal, index === all.length - 1));
}

function drawModal(modal, top) {
  const { id, view, busy } = modal;
  const close = () => act("close", { view_id: id });
  const errors = { ...modal.errors, ...state.problems[id] };
  const container = { type: "view", view_id: id };
  return dialog(
    { key: id, labelledby: `${id}-title`, look: classes("modal", { beneath: !top }), close },
    h(
      "form",
      {
        class: "modal-form",
        novalidate: true, // the page finds the faults itself, all at once and in its own words
        "aria-busy": busy ? "true" : null,
        onsubmit: (event) => {
          event.preventDefault();
          submit(modal, event.currentTarget);
        },
        hooks: { update: (el) => focusNewError(el, id, modal.errors) },
      },
      h(
        "header",
        { class: "dialog-top" },
        h("h2", { id: `${id}-title` }, textOf(view.title)),
        h(
          "button",
          { type: "button", class: "icon-button", "aria-label": "Close", onclick: close },
          icon("close"),
        ),
      ),
      h(
        "div",
        { class: "dialog-body blocks", tabindex: "-1" },
        drawBlocks(view.blocks, { scope: "modal", container, errors }),
      ),
      h(
        "footer",
        { class: "dialog-foot" },
        h("span", { class: "quiet from" }, app().name),
        h(
          "button",
          { type: "button", class: "button", onclick: close },
          plainText(view.close) ?? "Close",
        ),
        view.submit &&
          h(
            "button",
            {
              type: "submit",
              class: classes("button primary", { busy }),
              "aria-disabled": busy ? "true" : null,
            },
            plainText(view.submit),
          ),
      ),
    ),
  );
}

async function submit(modal, form) {
  if (modal.busy || !modal.view.submit) return;
  const found = problems(modal);
  const explain = (errors) => {
    change((s) => {
      s.problems[modal.id] = errors;
    });
    if (Object.keys(errors).length) setTimeout(() => focusError(form));
  };
  explain(found);
  if (!Object.keys(found).length)
    await act("submit", { view_id: modal.id, values: values(modal) }, explain);
}

const errorsSeen = new WeakMap();

/** When the app finds faults, the first of them gets the focus; once, not at every drawing. */
function focusNewError(form, id, errors) {
  if (errorsSeen.get(form) === errors) return;
  errorsSeen.set(form, errors);
  if (errors && Object.keys(errors).length) setTimeout(() => focusError(form));
}

function focusError(form) {
  const block = form.querySelector(".block-input.invalid");
  block?.querySelector("input, select, textarea, button")?.focus();
}

/** A question before something is done. */
export function confirmation() {
  if (!state.confirm) return null;
  const { texts, proceed } = state.confirm;
  const close = () =>
    change((s) => {
      s.confirm = null;
    });
  const yes = () => {
    close();
    proceed();
  };
  return dialog(
    {
      key: "confirm",
      role: "alertdialog",
      labelledby: "confirm-title",
      describedby: "confirm-text",
      look: "confirm",
      close,
    },
    h("header", { class: "dialog-top" }, h("h2", { id: "confirm-title" }, textOf(texts.title))),
    h("div", { class: "dialog-body", id: "confirm-text" }, textOf(texts.text)),
    h(
      "footer",
      { class: "dialog-foot" },
      h(
        "button",
        { type: "button", class: "button", autofocus: texts.style === "danger", onclick: close },
        plainText(texts.deny) ?? "Cancel",
      ),
      h(
        "button",
        {
          type: "button",
          class: classes("button", texts.style === "danger" ? "danger" : "primary"),
          autofocus: texts.style !== "danger",
          onclick: yes,
        },
        plainText(texts.confirm) ?? "Yes",
      ),
    ),
  );
}
