/** The quick switcher: type a few letters of where to go, or whom to be. */

import { avatar } from "./avatar.js";
import { classes, h } from "./dom.js";
import { icon } from "./icons.js";
import { dialog } from "./modal.js";
import { address } from "./route.js";
import { app, change, me, nameOf, state, user } from "./state.js";

export function openSwitcher() {
  change((s) => {
    s.switcher = { query: "", index: 0 };
  });
}

function close() {
  change((s) => {
    s.switcher = null;
  });
}

/** Ctrl+K or Cmd+K, from anywhere but another dialog. */
export function listenForShortcut() {
  addEventListener("keydown", (event) => {
    if (
      event.key.toLowerCase() !== "k" ||
      !(event.ctrlKey || event.metaKey) ||
      event.altKey ||
      event.shiftKey
    )
      return;
    event.preventDefault();
    if (state.switcher) close();
    else if (state.snapshot && !document.querySelector("dialog[open]")) openSwitcher();
  });
}

export function switcher() {
  if (!state.switcher) return null;
  const { query, index } = state.switcher;
  const found = targets().filter(({ label, note }) =>
    `${label} ${note ?? ""}`.toLowerCase().includes(query.trim().toLowerCase()),
  );
  const at = Math.min(index, found.length - 1);
  const pick = (target) => {
    close();
    location.hash = target.href;
  };
  return dialog(
    { key: "switcher", label: "Jump to", look: "switcher", close },
    h("input", {
      class: "field",
      type: "text",
      role: "combobox",
      "aria-label": "Jump to a conversation or a person",
      "aria-expanded": "true",
      "aria-controls": "switcher-options",
      "aria-activedescendant": found.length ? `switcher-${at}` : null,
      "aria-autocomplete": "list",
      autocomplete: "off",
      placeholder: "Where to? Or: who to be?",
      value: query,
      oninput: (event) => {
        const { value } = event.currentTarget;
        change((s) => {
          s.switcher = { query: value, index: 0 };
        });
      },
      onkeydown: (event) => keys(event, found, at, pick),
    }),
    h(
      "ul",
      {
        class: "switcher-options",
        id: "switcher-options",
        role: "listbox",
        "aria-label": "Places",
      },
      found.map((target, position) =>
        h(
          "li",
          {
            key: target.href,
            id: `switcher-${position}`,
            role: "option",
            class: classes("completion-option", { active: position === at }),
            "aria-selected": String(position === at),
            onclick: () => pick(target),
            hooks: {
              update: (el) =>
                el.classList.contains("active") && el.scrollIntoView({ block: "nearest" }),
            },
          },
          target.picture,
          h(
            "span",
            { class: "completion-text" },
            h("b", null, target.label),
            " ",
            h("span", { class: "quiet" }, target.note),
          ),
        ),
      ),
    ),
    !found.length && h("p", { class: "quiet nothing" }, "Nothing of that name."),
  );
}

function keys(event, found, at, pick) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length) {
    event.preventDefault();
    change((s) => {
      s.switcher.index = (at + step + found.length) % found.length;
    });
  } else if (event.key === "Enter" && found[at]) {
    event.preventDefault();
    pick(found[at]);
  }
}

function targets() {
  const { conversations, people } = state.snapshot;
  const { name, user: id, home, messages } = app();
  const channels = conversations
    .filter((one) => one.kind !== "im")
    .map((one) => ({
      label: one.name,
      note: one.purpose,
      picture: icon(one.kind === "private" ? "lock" : "hash"),
      href: address({ view: one.id }),
    }));
  const tabs = [messages && ["app", "Messages"], home && ["home", "Home"]]
    .filter(Boolean)
    .map(([view, tab]) => ({
      label: name,
      note: tab,
      picture: avatar(id, "small"),
      href: address({ view }),
    }));
  const others = people
    .filter((one) => one !== me())
    .map((one) => ({
      label: `Be ${nameOf(one)}`,
      note: user(one)?.title,
      picture: avatar(one, "small"),
      href: address({ person: one }),
    }));
  return [...channels, ...tabs, ...others];
}
