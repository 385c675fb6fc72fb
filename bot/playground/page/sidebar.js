/** The left side: workspace, conversations, the app, and who one is. */

import { avatar } from "./avatar.js";
import { workspaceClock } from "./clock.js";
import { classes, h, hidden } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { address } from "./route.js";
import { app, change, directMessages, makeRoom, me, nameOf, remember, state, user } from "./state.js";
import { openSwitcher } from "./switcher.js";
import { load, save } from "./storage.js";
import { unread } from "./unread.js";

export function sidebar() {
  const { workspace, conversations } = state.snapshot;
  const of = (kind) => conversations.filter((one) => one.kind === kind);
  return h(
    "nav",
    {
      class: classes("sidebar", { shown: state.drawer }),
      id: "sidebar",
      "aria-label": "Workspace",
      onkeydown: closeOnEscape,
    },
    h(
      "header",
      { class: "sidebar-top" },
      h("h1", { class: "workspace-name" }, workspace.name),
      h(
        "button",
        {
          type: "button",
          class: "icon-button only-narrow",
          "aria-label": "Close the list",
          onclick: () => setDrawer(false),
        },
        icon("close"),
      ),
    ),
    h(
      "button",
      {
        type: "button",
        class: "jump-to",
        "aria-keyshortcuts": "Control+K Meta+K",
        onclick: openSwitcher,
      },
      icon("search"),
      "Jump to…",
      h("kbd", { "aria-hidden": "true" }, shortcutKeys()),
    ),
    h(
      "div",
      { class: "sidebar-lists", onkeydown: moveAmongLinks, onclick: leaveDrawer },
      list("Channels", of("channel"), "hash"),
      list("Private channels", of("private"), "lock"),
      apps(),
    ),
    h("footer", { class: "sidebar-foot" }, personSwitcher(), workspaceClock(), tools()),
  );
}

const shortcutKeys = () => (/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K");

/** On a narrow window the list of conversations covers the rest, and goes with a choice. */
export function setDrawer(shown) {
  change((s) => {
    s.drawer = shown;
  });
  setTimeout(() =>
    document
      .querySelector(shown ? "#sidebar [aria-current], #sidebar a" : ".drawer-button")
      ?.focus(),
  );
}

function list(title, conversations, drawn) {
  if (!conversations.length) return null;
  return h(
    "section",
    { "aria-label": title },
    h("h2", { class: "sidebar-title" }, title),
    h(
      "ul",
      null,
      conversations.map((one) => conversationLink(one, { view: one.id, drawn: icon(drawn) })),
    ),
  );
}

function apps() {
  const { name, home, messages, user: id, connected } = app();
  const im = directMessages();
  const view = lastTab(home, messages);
  const here = ["home", "app"].includes(state.place.view);
  const { count } = im ? unread(im) : { count: 0 };
  return h(
    "section",
    { "aria-label": "Apps" },
    h("h2", { class: "sidebar-title" }, "Apps"),
    h(
      "ul",
      null,
      h(
        "li",
        null,
        h(
          "a",
          {
            class: classes("sidebar-link", { unread: count }),
            href: address({ view }),
            "aria-current": here ? "page" : null,
          },
          avatar(id, "small"),
          h("span", { class: "sidebar-name" }, name),
          count > 0 && badge(count),
          h(
            "span",
            {
              class: classes("presence", { on: connected }),
              title: connected ? "Connected" : "Not connected",
            },
            hidden(connected ? "connected" : "not connected"),
          ),
        ),
      ),
    ),
  );
}

/** The tab of the app to open: the one last looked at. */
function lastTab(home, messages) {
  const { view } = state.place;
  if (view === "home" || view === "app") save("tab", view);
  const tab = load("tab", home ? "home" : "app");
  if (tab === "home" && !home) return "app";
  return tab === "app" && !messages ? "home" : tab;
}

function conversationLink(conversation, { view, drawn }) {
  const here = state.place.view === view;
  const { count, direct } = unread(conversation);
  return h(
    "li",
    { key: conversation.id },
    h(
      "a",
      {
        class: classes("sidebar-link", { unread: count && !here, archived: conversation.archived }),
        href: address({ view }),
        "aria-current": here ? "page" : null,
      },
      drawn,
      h("span", { class: "sidebar-name" }, conversation.name),
      !here && direct > 0 && badge(direct),
      !here && count > 0 && direct === 0 && hidden("unread"),
    ),
  );
}

const badge = (count) =>
  h(
    "span",
    { class: "count" },
    String(count),
    hidden(count === 1 ? " unread message" : " unread messages"),
  );

function personSwitcher() {
  const one = user(me());
  return menuButton({
    id: "people",
    label: `You are ${nameOf(me())}. Change person`,
    look: "person",
    content: [
      avatar(me()),
      h(
        "span",
        { class: "person-text" },
        h("b", null, nameOf(me())),
        h("span", null, one?.title || "member"),
      ),
      icon("down"),
    ],
    items: state.snapshot.people.map((id) => ({
      label: nameOf(id),
      note: user(id)?.title,
      picture: avatar(id, "small"),
      checked: id === me(),
      href: address({ person: id }),
    })),
  });
}

function tools() {
  const tool = (name, label, run, pressed) =>
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": label,
        title: label,
        "aria-pressed": pressed === undefined ? null : String(pressed),
        onclick: run,
      },
      icon(name),
    );
  return h(
    "div",
    { class: "tools" },
    tool("traffic", "Traffic inspector", toggleInspector, state.inspector),
    tool("theme", "Switch between light and dark", switchTheme),
    state.snapshot.workspace.welcome &&
      tool(
        "help",
        "Welcome",
        () => remember("welcome", state.welcome ? false : "full"),
        Boolean(state.welcome),
      ),
  );
}

function toggleInspector() {
  if (!state.inspector) makeRoom();
  remember("inspector", !state.inspector);
  if (state.drawer) setDrawer(false);
}

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("workspace:theme", root.dataset.theme);
}

function closeOnEscape(event) {
  if (event.key === "Escape" && state.drawer) setDrawer(false);
}

/** The place one is at already is a choice too. */
function leaveDrawer(event) {
  if (state.drawer && event.target.closest("a")) setDrawer(false);
}

function moveAmongLinks(event) {
  const all = [...event.currentTarget.querySelectorAll("a")];
  const at = all.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (at < 0 || !step) return;
  event.preventDefault();
  all[(at + step + all.length) % all.length].focus();
}
