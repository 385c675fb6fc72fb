/** Where people write: Enter sends, Shift+Enter makes a line, commands and names complete. */

import { act, fail } from "./act.js";
import { answerKey, completionList, completionProps, offer, withdraw } from "./completion.js";
import { classes, h } from "./dom.js";
import { icon } from "./icons.js";
import { idOf, menuButton } from "./menu.js";
import { startEdit } from "./messages.js";
import { toTheEnd } from "./scroll.js";
import { app, change, isReply, makeRoom, me, messagesOf, state } from "./state.js";
import { save } from "./storage.js";

const TALLEST = 220; // pixels

/** The draft of a person in a conversation or thread; also the id of its field. */
export const draftKey = (channel, thread) => idOf("draft", me(), channel, thread ?? "main");
const draftOf = (key) => state.drafts[key] ?? "";

function setDraft(key, text) {
  change((s) => {
    if (text) s.drafts[key] = text;
    else delete s.drafts[key];
  });
  save("drafts", state.drafts);
}

/** Put a text into a composer, ready to be sent by whoever reads it. */
export function prepare(key, text) {
  setDraft(key, text);
  // After the drawing that may first bring the field about.
  setTimeout(() => focusAtEnd(key));
}

function focusAtEnd(key) {
  const field = document.getElementById(key);
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
}

/**
 * The composer of a conversation or a thread.
 * @param {{channel: object, thread?: string, label: string, log: string}} target `log` names the log
 *   that what is sent will appear in
 */
export function composer(target) {
  const { channel, thread, label } = target;
  const key = draftKey(channel.id, thread);
  const text = draftOf(key);
  const take = (completed) => takeCompletion(key, completed);
  return h(
    "div",
    { class: "composer", key },
    completionList(key, take),
    commandHint(text, thread) ?? mentionHint(text, channel),
    h(
      "form",
      {
        class: "composer-box",
        "data-composer": thread ? "thread" : "main",
        onsubmit: (event) => submitted(event, target, key),
      },
      h("textarea", {
        id: key,
        class: "composer-field",
        rows: "1",
        placeholder: label,
        "aria-label": label,
        "aria-keyshortcuts": "Enter",
        value: text,
        ...completionProps(key),
        oninput: (event) => {
          setDraft(key, event.currentTarget.value);
          offer(key, event.currentTarget, Boolean(thread));
        },
        onkeydown: (event) => pressed(event, target, key),
        onkeyup: (event) =>
          ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key) &&
          offer(key, event.currentTarget, Boolean(thread)),
        onclick: (event) => offer(key, event.currentTarget, Boolean(thread)),
        onblur: withdraw,
        hooks: { mount: fit, update: fit },
      }),
      h(
        "div",
        { class: "composer-bar" },
        globalShortcuts(key),
        startButton(key, "@", "at", "Mention someone"),
        !thread && app().commands.length > 0 && startButton(key, "/", "slash", "Use a command"),
        h(
          "span",
          { class: "composer-help", "aria-hidden": "true" },
          h("b", null, "Shift + Enter"),
          " for a new line",
        ),
        h(
          "button",
          {
            type: "submit",
            class: classes("send", { ready: text.trim() }),
            "aria-label": thread ? "Send reply" : "Send message",
            title: "Send",
            "aria-disabled": text.trim() ? null : "true",
          },
          icon("send"),
        ),
      ),
    ),
  );
}

/** As tall as its text, up to a limit. */
function fit(el) {
  el.style.height = "auto";
  el.style.height = `${Math.min(el.scrollHeight, TALLEST)}px`;
}

function pressed(event, target, key) {
  if (event.isComposing) return; // Enter belongs to the input method
  const answer = answerKey(event, key);
  if (answer) {
    event.preventDefault();
    if (answer !== "taken") takeCompletion(key, answer);
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    send(target, key);
  } else if (event.key === "ArrowUp" && !event.currentTarget.value) {
    editLast(event, target);
  }
}

function takeCompletion(key, { text, caret }) {
  const field = document.getElementById(key);
  field.value = text;
  field.setSelectionRange(caret, caret);
  setDraft(key, text);
  withdraw();
  field.focus();
}

function editLast(event, { channel, thread }) {
  const mine = messagesOf(channel.id).filter(
    (one) =>
      one.user === me() && !one.ephemeral && (isReply(one) ? one.thread_ts : undefined) === thread,
  );
  if (!mine.length) return;
  event.preventDefault();
  startEdit(mine.at(-1), channel.id);
}

function submitted(event, target, key) {
  event.preventDefault();
  send(target, key);
  document.getElementById(key)?.focus();
}

async function send({ channel, thread, log }, key) {
  const text = draftOf(key).trim();
  if (!text) return;
  const problem = commandProblem(text, thread);
  if (problem) return fail(problem);
  withdraw();
  makeRoom();
  setDraft(key, "");
  toTheEnd(log);
  const done = await (text.startsWith("/")
    ? act("command", { channel: channel.id, text })
    : act("say", { channel: channel.id, text, ...(thread ? { thread_ts: thread } : {}) }));
  // Not sent: the words come back, unless others were written meanwhile.
  if (!done && !draftOf(key)) setDraft(key, text);
}

const commandOf = (text) => app().commands.find(({ command }) => command === text.split(/\s/)[0]);

function commandProblem(text, thread) {
  if (!text.startsWith("/")) return null;
  const [name] = text.split(/\s/);
  if (!commandOf(text))
    return `${name} is not a command of this workspace. Type / to see those there are.`;
  return thread ? `${name} does not work in threads. Use it in the channel.` : null;
}

/** What the command being written expects. */
function commandHint(text, thread) {
  if (thread || state.completion || !/^\/\S+(\s|$)/.test(text)) return null;
  const command = commandOf(text);
  if (!command) return null;
  return h(
    "p",
    { class: "hint-line" },
    h("b", null, command.command),
    " ",
    command.usage_hint,
    h("span", { class: "quiet" }, command.description),
  );
}

/** Calling an app that is not in the channel goes unheard, as in Slack; better said beforehand. */
function mentionHint(text, channel) {
  const { user: id, name } = app();
  const handle = state.snapshot.users.find((one) => one.id === id)?.name ?? name;
  if (
    channel.app_in ||
    channel.kind === "im" ||
    !text.toLowerCase().includes(`@${handle.toLowerCase()}`)
  )
    return null;
  return h(
    "p",
    { class: "hint-line" },
    h("span", null, `${name} is not in this channel and will not see this.`),
    h(
      "button",
      { type: "button", class: "link", onclick: () => act("invite", { channel: channel.id }) },
      `Add ${name}`,
    ),
  );
}

/** A button that starts a mention or a command where the caret is. */
function startButton(key, mark, drawn, label) {
  const start = () => {
    const field = document.getElementById(key);
    field.focus();
    const { selectionStart: at, value } = field;
    const gap = mark === "/" || at === 0 || /\s$/.test(value.slice(0, at)) ? "" : " ";
    if (mark === "/" && value) return;
    field.setRangeText(gap + mark, at, field.selectionEnd, "end");
    field.dispatchEvent(new window.Event("input"));
  };
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, onclick: start },
    icon(drawn),
  );
}

function globalShortcuts(key) {
  const all = (app().shortcuts ?? []).filter((one) => one.type === "global");
  if (!all.length) return null;
  return menuButton({
    id: `${key}-shortcuts`,
    label: "Shortcuts",
    content: icon("bolt"),
    items: all.map((one) => ({
      label: one.name,
      note: one.description,
      run: () => act("shortcut", { callback_id: one.callback_id }),
    })),
  });
}
