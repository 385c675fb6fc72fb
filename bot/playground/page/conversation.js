/** The main pane: the head of a conversation or of the app, its messages, its composer. */

import { act } from "./act.js";
import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { composer } from "./composer.js";
import { classes, h } from "./dom.js";
import { icon } from "./icons.js";
import { log } from "./log.js";
import { panelButton } from "./menu.js";
import { address, go } from "./route.js";
import { app, me, messagesOf, nameOf, open, repliesTo, state, topLevel, user } from "./state.js";
import { mrkdwn } from "./mrkdwn.js";
import { setDrawer } from "./sidebar.js";
import { statusLine } from "./status.js";

/** What the current place shows. */
export function mainPane(before) {
  const { view } = state.place;
  const conversation = open();
  const inApp = view === "home" || view === "app";
  return h(
    "main",
    { class: "main", id: "main", "aria-label": inApp ? app().name : conversation.name },
    inApp ? appHead() : channelHead(conversation),
    before,
    view === "home" ? homeTab() : conversationBody(conversation),
  );
}

function head(title, ...rest) {
  return h(
    "header",
    { class: "head" },
    h(
      "button",
      {
        type: "button",
        class: "icon-button only-narrow drawer-button",
        "aria-label": "Show conversations",
        "aria-expanded": String(state.drawer),
        "aria-controls": "sidebar",
        onclick: () => setDrawer(true),
      },
      icon("menu"),
    ),
    title,
    ...rest,
  );
}

function channelHead(channel) {
  return head(
    h(
      "div",
      { class: "head-title" },
      h("h2", null, icon(channel.kind === "private" ? "lock" : "hash"), channel.name),
      channel.purpose && h("p", { class: "purpose", title: channel.purpose }, channel.purpose),
    ),
    membersButton(channel),
  );
}

/** Who is in a channel, and whether the app is: adding and removing it is done here. */
function membersButton(channel) {
  const { name, user: bot } = app();
  const people = channel.members.filter((id) => id !== bot);
  const count = people.length + (channel.app_in ? 1 : 0);
  const row = (id, ...rest) =>
    h(
      "li",
      { key: id },
      avatar(id, "small"),
      h(
        "span",
        { class: "member-name" },
        nameOf(id),
        h("span", { class: "quiet" }, user(id)?.title),
      ),
      ...rest,
    );
  const [label, what] = channel.app_in ? [`Remove ${name}`, "remove"] : [`Add ${name}`, "invite"];
  return panelButton(
    {
      id: "members",
      label: "Members",
      look: "members",
      content: [icon("people"), String(count)],
      props: { "aria-label": `Members: ${count}`, title: "Members" },
    },
    h("h3", { class: "panel-title" }, "Members"),
    h(
      "ul",
      { class: "member-list" },
      people.map((id) => row(id)),
      row(
        bot,
        h(
          "button",
          {
            type: "button",
            class: "button small",
            onclick: () => act(what, { channel: channel.id }),
          },
          label,
        ),
      ),
    ),
  );
}

function appHead() {
  const { name, user: id, description, home, messages } = app();
  const tabs = [home && ["home", "Home"], messages && ["app", "Messages"]].filter(Boolean);
  return head(
    h(
      "div",
      { class: "head-title with-avatar" },
      avatar(id),
      h(
        "div",
        null,
        h("h2", null, name, h("span", { class: "badge" }, "APP")),
        description && h("p", { class: "purpose", title: description }, description),
      ),
    ),
    h(
      "div",
      {
        class: "tabs",
        role: "tablist",
        "aria-label": name,
        onkeydown: (event) => moveTab(event, tabs),
      },
      tabs.map(([view, label]) => {
        const here = state.place.view === view;
        return h(
          "a",
          {
            class: "tab",
            role: "tab",
            id: `tab-${view}`,
            href: address({ view }),
            "aria-selected": String(here),
            "aria-controls": "tab-panel",
            tabindex: here ? "0" : "-1",
          },
          label,
        );
      }),
    ),
  );
}

function moveTab(event, tabs) {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const other = tabs.find(([view]) => view !== state.place.view);
  if (!other) return;
  event.preventDefault();
  go({ view: other[0] });
  document.getElementById(`tab-${other[0]}`)?.focus();
}

function homeTab() {
  const { home } = state.snapshot;
  const { name } = app();
  return h(
    "div",
    {
      class: "home",
      id: "tab-panel",
      role: "tabpanel",
      "aria-labelledby": "tab-home",
      tabindex: "0",
      key: "home",
    },
    home
      ? h(
          "div",
          { class: "home-blocks blocks" },
          drawBlocks(home.blocks, { scope: "home", container: { type: "view", view_id: home.id } }),
        )
      : h("p", { class: "quiet nothing" }, `${name} has nothing on its Home tab yet.`),
  );
}

function conversationBody(conversation) {
  const { id, kind } = conversation;
  const inApp = kind === "im";
  const name = `main ${me()} ${id}`;
  const label = inApp ? `Message ${app().name}` : `Message #${conversation.name}`;
  const messages = inApp ? flowing(id) : topLevel(id);
  return h(
    "div",
    {
      class: "conversation",
      key: id,
      ...(inApp ? { id: "tab-panel", role: "tabpanel", "aria-labelledby": "tab-app" } : {}),
    },
    log({
      name,
      label: inApp ? `Messages with ${app().name}` : `Messages in ${conversation.name}`,
      channel: id,
      messages,
      before: beginning(conversation),
      flow: inApp,
    }),
    statusLine(id),
    inApp && prompts(id, messages.length === 0),
    writing(conversation) ?? composer({ channel: conversation, label, log: name }),
  );
}

/** What stands in the place of the composer where one cannot write. */
function writing({ id, name, archived, kind, members }) {
  if (archived)
    return h(
      "p",
      { class: "no-writing", key: "archived" },
      "This channel is archived: nothing can be said here any more.",
    );
  if (kind === "im" || members.includes(me())) return null;
  return h(
    "div",
    { class: "no-writing", key: "join" },
    h("p", null, "You are looking at ", h("b", null, `#${name}`)),
    h(
      "button",
      { type: "button", class: "button primary", onclick: () => act("join", { channel: id }) },
      "Join channel",
    ),
  );
}

/**
 * The messages with the app, each followed by its replies: an app answers every message in a thread
 * of its own, and people should not have to open one to see the answer.
 */
function flowing(id) {
  return topLevel(id).flatMap((message) => [message, ...repliesTo(id, message.ts)]);
}

/** How a conversation begins: what it is for, above its first message. */
function beginning(conversation) {
  const { name, user: id, description } = app();
  if (conversation.kind === "im") {
    return h(
      "div",
      { class: "beginning", key: "beginning" },
      avatar(id, "large"),
      h("h3", null, name),
      h("p", null, mrkdwn(description ?? "")),
      !messagesOf(conversation.id).length &&
        h("p", { class: "quiet" }, `This is the beginning of your messages with ${name}.`),
    );
  }
  return h(
    "div",
    { class: "beginning", key: "beginning" },
    h("h3", null, icon(conversation.kind === "private" ? "lock" : "hash"), conversation.name),
    h("p", null, mrkdwn(conversation.purpose || "This is the very beginning of the channel.")),
  );
}

/** What the app suggests to ask; choosing one says it. */
function prompts(id, large) {
  const offered = state.snapshot.prompts?.[id];
  if (!offered?.prompts?.length) return null;
  return h(
    "section",
    { class: classes("prompts", { large }), "aria-label": offered.title || "Suggestions" },
    large && offered.title && h("h3", null, offered.title),
    h(
      "div",
      { class: classes("prompt-list", { strip: !large }) },
      offered.prompts.map(({ title, message }) =>
        h(
          "button",
          {
            type: "button",
            class: "prompt",
            title: message,
            onclick: () => act("say", { channel: id, text: message }),
          },
          title,
        ),
      ),
    ),
  );
}
