/** Completion in a composer: commands after "/", people after "@", channels after "#". */

import { avatar } from "./avatar.js";
import { classes, h } from "./dom.js";
import { icon } from "./icons.js";
import { app, change, state } from "./state.js";

const MOST = 8;
const WORD = /(^|[\s(])([@#])([\p{L}\p{N}_.-]*)$/u;
const COMMAND = /^\/(\S*)$/;

/** Offer what fits the text before the caret; `inThread`, where commands do not work, none. */
export function offer(draft, field, inThread) {
  const before = field.value.slice(0, field.selectionStart);
  const found = field.selectionStart === field.selectionEnd ? wanted(before, inThread) : null;
  const last = state.completion;
  if (!found && !last) return;
  change((s) => {
    const same = last && found && last.typed === found.typed;
    s.completion = found && { ...found, draft, end: before.length, index: same ? last.index : 0 };
  });
}

/** Stop offering. */
export function withdraw() {
  if (!state.completion) return;
  change((s) => {
    s.completion = null;
  });
}

/**
 * Let a key choose among what is offered. Gives "taken" when the key is used up, or {text, caret}
 * for the text with the chosen option in its place, or null when the key means something else.
 */
export function answerKey(event, draft) {
  const offered = state.completion;
  if (offered?.draft !== draft) return null;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    change((s) => {
      const count = offered.options.length;
      s.completion = { ...offered, index: (offered.index + step + count) % count };
    });
    return "taken";
  }
  if (event.key === "Escape") {
    withdraw();
    return "taken";
  }
  // A word that is complete already needs no choosing: Enter sends it.
  if (
    event.key === "Enter" &&
    (event.shiftKey || offered.options[offered.index].insert === offered.typed)
  )
    return null;
  if (event.key !== "Enter" && event.key !== "Tab") return null;
  return complete(event.currentTarget.value, offered, offered.options[offered.index]);
}

/** The list of what is offered, for its composer. */
export function completionList(draft, take) {
  const offered = state.completion;
  if (offered?.draft !== draft) return null;
  return h(
    "ul",
    { class: "completion", role: "listbox", id: listId(draft), "aria-label": offered.label },
    offered.options.map((option, index) =>
      h(
        "li",
        {
          role: "option",
          id: `${listId(draft)}-${index}`,
          key: option.insert,
          class: classes("completion-option", { active: index === offered.index }),
          "aria-selected": String(index === offered.index),
          // Before the field loses its focus.
          onmousedown: (event) => {
            event.preventDefault();
            take(complete(document.getElementById(draft).value, offered, option));
          },
          hooks: {
            update: (el) =>
              el.classList.contains("active") && el.scrollIntoView({ block: "nearest" }),
          },
        },
        option.picture,
        h(
          "span",
          { class: "completion-text" },
          h("b", null, option.insert),
          " ",
          h("span", { class: "quiet" }, option.note),
          option.about && h("span", { class: "completion-about" }, option.about),
        ),
      ),
    ),
  );
}

const listId = (draft) => `${draft}-options`;

/** The attributes that tell of the list in the field. */
export function completionProps(draft) {
  const offered = state.completion?.draft === draft ? state.completion : null;
  return {
    "aria-autocomplete": "list",
    "aria-controls": offered && listId(draft),
    "aria-activedescendant": offered && `${listId(draft)}-${offered.index}`,
  };
}

function complete(text, { start, end }, { insert }) {
  const rest = text.slice(end).replace(/^\s/, "");
  const head = `${text.slice(0, start)}${insert} `;
  return { text: head + rest, caret: head.length };
}

function wanted(before, inThread) {
  const command = COMMAND.exec(before);
  if (command)
    return inThread
      ? null
      : some({ label: "Commands", start: 0, typed: before, options: commands(before) });
  const word = WORD.exec(before);
  if (!word) return null;
  const [, , mark, name] = word;
  const typed = mark + name;
  const options = mark === "@" ? people(name) : channels(name);
  return some({
    label: mark === "@" ? "People" : "Channels",
    start: before.length - typed.length,
    typed,
    options,
  });
}

const some = (offered) =>
  offered.options.length ? { ...offered, options: offered.options.slice(0, MOST) } : null;
const begins = (text, part) =>
  text
    .toLowerCase()
    .split(/[\s_.-]+/)
    .some((word) => word.startsWith(part)) || text.toLowerCase().startsWith(part);

function commands(typed) {
  return app()
    .commands.filter(({ command }) => command.startsWith(typed.toLowerCase()))
    .map(({ command, usage_hint: hint, description }) => ({
      insert: command,
      note: hint,
      about: description,
      picture: avatar(app().user, "small"),
    }));
}

function people(name) {
  const part = name.toLowerCase();
  return state.snapshot.users
    .filter((one) => begins(one.name, part) || begins(one.real_name ?? "", part))
    .map((one) => ({
      insert: `@${one.name}`,
      note: [one.real_name, one.title || (one.is_bot && "app")].filter(Boolean).join(" · "),
      picture: avatar(one.id, "small"),
    }));
}

function channels(name) {
  return state.snapshot.conversations
    .filter((one) => one.kind !== "im" && begins(one.name, name.toLowerCase()))
    .map((one) => ({
      insert: `#${one.name}`,
      note: one.purpose,
      picture: icon(one.kind === "private" ? "lock" : "hash"),
    }));
}
