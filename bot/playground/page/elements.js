/** The interactive elements of blocks: buttons, menus, pickers and inputs. */

import { act } from "./act.js";
import { classes, h, hidden } from "./dom.js";
import { choose, chosen, nameContainer, offered } from "./forms.js";
import { icon } from "./icons.js";
import { idOf, menuButton, panelButton } from "./menu.js";
import { begin, isPending, sentAs } from "./pending.js";
import { change, me } from "./state.js";
import { plainText, textOf } from "./texts.js";
import { atWallClock, wallClock } from "./time.js";

/**
 * Where an element stands.
 * @typedef {{scope: string, container: object, block: object, input?: {id: string, label: string,
 *   required: boolean, describedby: string | null, invalid: boolean}}} Place
 */

const DRAWN = {
  button,
  overflow,
  static_select: select,
  users_select: select,
  channels_select: select,
  conversations_select: select,
  multi_static_select: multiSelect,
  multi_users_select: multiSelect,
  multi_channels_select: multiSelect,
  multi_conversations_select: multiSelect,
  radio_buttons: radios,
  checkboxes,
  datepicker: (described, place) => picker(described, place, "date", "selected_date", "Date"),
  timepicker: (described, place) => picker(described, place, "time", "selected_time", "Time"),
  datetimepicker: dateTime,
  plain_text_input: textInput,
  rich_text_input: richTextInput,
  email_text_input: (described, place) => typedInput(described, place, "email"),
  url_text_input: (described, place) => typedInput(described, place, "url"),
  number_input: (described, place) =>
    typedInput(described, place, "text", { inputmode: "decimal" }),
  feedback_buttons: feedback,
  icon_button: iconButton,
};

/** Elements that consist of several controls, so that their label is that of a group. */
export const GROUPS = new Set(["radio_buttons", "checkboxes"]);

/** An element of a block. */
export function drawElement(described, place) {
  const draw = DRAWN[described.type];
  if (draw) return draw(described, place);
  return h("span", { class: "unknown" }, `This workspace cannot show a ${described.type} here.`);
}

/** Do what an element asks for: after its confirmation, if it wants one. */
function press(described, place, part) {
  const proceed = () => send(described, place, part);
  if (!described.confirm) return proceed();
  change((s) => {
    s.confirm = { texts: described.confirm, proceed };
  });
}

async function send(described, { container, block }, part) {
  const key = pendingKey(described, container, block);
  begin(key);
  const action = { block_id: block.block_id, action_id: described.action_id, ...part };
  const done = await act("act", { container, action });
  sentAs(key, done?.delivery);
}

const pendingKey = (described, container, block) =>
  `${nameContainer(container)} ${block.block_id} ${described.action_id}`;

/** A choice was made: remember it, and send it unless it waits for the form to be submitted. */
function chose(described, place, value, part) {
  const take = () => choose(place.container, place.block.block_id, described, value);
  if (place.input && !place.block.dispatch_action) return take();
  const proceed = () => {
    take();
    send(described, place, part);
  };
  if (!described.confirm) return proceed();
  change((s) => {
    s.inputsVersion += 1; // so that the control shows the old choice until the new one is confirmed
    s.confirm = { texts: described.confirm, proceed };
  });
}

const current = (described, place) => chosen(place.container, place.block.block_id, described);
const ownId = (described, place) =>
  place.input?.id ??
  idOf(place.scope, nameContainer(place.container), place.block.block_id, described.action_id);

/** Attributes that tie a control to its label, hint and error, or give it a name of its own. */
function naming(described, place) {
  const { input } = place;
  const autofocus = described.focus_on_load ? { autofocus: true } : {};
  if (!input)
    return {
      id: ownId(described, place),
      "aria-label": described.accessibility_label ?? plainText(described.placeholder) ?? "Choose",
    };
  return {
    ...autofocus,
    id: input.id,
    "aria-describedby": input.describedby,
    "aria-invalid": input.invalid ? "true" : null,
    "aria-required": input.required ? "true" : null,
  };
}

function button(described, place) {
  const busy = isPending(pendingKey(described, place.container, place.block));
  const props = {
    class: classes("button", described.style, { busy }),
    "aria-label": described.accessibility_label,
    "aria-busy": busy ? "true" : null,
    "data-action": described.action_id,
  };
  const label = textOf(described.text);
  const value = described.value === undefined ? {} : { value: described.value };
  if (!described.url) {
    return h(
      "button",
      { ...props, type: "button", onclick: () => !busy && press(described, place, value) },
      label,
    );
  }
  return h(
    "a",
    {
      ...props,
      href: /^https?:/i.test(described.url) ? described.url : null,
      target: "_blank",
      rel: "noopener noreferrer",
      onclick: (event) => followUrl(event, described, place, value),
    },
    label,
  );
}

/** The address opens at once, and the app is told; a confirmation comes before both. */
function followUrl(event, described, place, value) {
  if (!described.confirm) return send(described, place, value);
  event.preventDefault();
  change((s) => {
    s.confirm = {
      texts: described.confirm,
      proceed: () => {
        window.open(described.url, "_blank", "noopener,noreferrer");
        send(described, place, value);
      },
    };
  });
}

function overflow(described, place) {
  return h(
    "span",
    { class: "overflow" },
    menuButton({
      id: ownId(described, place),
      label: described.accessibility_label ?? "More options",
      look: "button icon-only",
      items: described.options.map((option) => ({
        label: textOf(option.text),
        note: plainText(option.description),
        href: option.url,
        target: option.url && "_blank",
        run: () => press(described, place, { selected_option: option }),
      })),
    }),
  );
}

/** The options of any select as {label, part}: `part` is what its state holds. */
function optionsOf(described) {
  if (!described.type.endsWith("static_select")) {
    return [
      {
        options: offered(described).map(({ value, label }) => ({ label, note: null, part: value })),
      },
    ];
  }
  const groups = described.option_groups ?? [{ options: described.options ?? [] }];
  return groups.map(({ label, options }) => ({
    label: plainText(label),
    options: options.map((option) => ({
      label: plainText(option.text),
      note: plainText(option.description),
      part: option,
    })),
  }));
}

const sameChoice = (one, other) => (one?.value ?? one) === (other?.value ?? other);
const PARTS = {
  static_select: "selected_option",
  users_select: "selected_user",
  channels_select: "selected_channel",
  conversations_select: "selected_conversation",
};
const partName = (type) => (type.startsWith("multi_") ? `${PARTS[type.slice(6)]}s` : PARTS[type]);

function select(described, place) {
  const groups = optionsOf(described);
  const all = groups.flatMap((group) => group.options);
  const index = all.findIndex(({ part }) => sameChoice(part, current(described, place)));
  const option = (one) => h("option", { value: String(all.indexOf(one)) }, one.label);
  const placeholder = plainText(described.placeholder) ?? "Select an option";
  const pick = (event) => {
    const { part } = all[Number(event.currentTarget.value)] ?? { part: null };
    if (part === null) return choose(place.container, place.block.block_id, described, null);
    chose(described, place, part, { [partName(described.type)]: part });
  };
  return h(
    "select",
    {
      ...naming(described, place),
      class: classes("select", { unset: index < 0 }),
      value: index < 0 ? "" : String(index),
      onchange: pick,
    },
    h(
      "option",
      { value: "", disabled: Boolean(place.input?.required) || !place.input, hidden: !place.input },
      placeholder,
    ),
    groups.map((group) =>
      group.label
        ? h("optgroup", { label: group.label }, group.options.map(option))
        : group.options.map(option),
    ),
  );
}

function multiSelect(described, place) {
  const picked = current(described, place);
  const groups = optionsOf(described);
  const all = groups.flatMap((group) => group.options);
  const names = all
    .filter(({ part }) => picked.some((one) => sameChoice(one, part)))
    .map(({ label }) => label);
  const id = ownId(described, place);
  const most = described.max_selected_items ?? Infinity;
  const toggle = (part, on) =>
    choose(
      place.container,
      place.block.block_id,
      described,
      on ? [...picked, part] : picked.filter((one) => !sameChoice(one, part)),
    );
  const line = ({ label, note, part }) => {
    const on = picked.some((one) => sameChoice(one, part));
    return choiceLine("checkbox", {
      label,
      note,
      checked: on,
      disabled: !on && picked.length >= most,
      change: (event) => toggle(part, event.currentTarget.checked),
    });
  };
  const placeholder = plainText(described.placeholder) ?? "Select options";
  return h(
    "span",
    { class: "multi" },
    panelButton(
      {
        id: `${id}-panel`,
        label: placeholder,
        look: classes("select", { unset: !names.length }),
        content: names.length ? names.join(", ") : placeholder,
        // A button may not say that it is required or invalid; its description tells of an error.
        props: { ...naming(described, place), "aria-required": null, "aria-invalid": null },
        closed: () => sendSelection(described, place),
      },
      groups.map(({ label, options }) =>
        label
          ? h(
              "div",
              { role: "group", "aria-label": label, class: "choice-group" },
              h("p", { class: "choice-title", "aria-hidden": "true" }, label),
              options.map(line),
            )
          : options.map(line),
      ),
      !all.length && h("p", { class: "quiet" }, "Nothing to choose from."),
    ),
  );
}

/** A menu of several choices is sent when it closes, if the choices are other than the last time. */
const sent = new Map();
function sendSelection(described, place) {
  if (place.input && !place.block.dispatch_action) return;
  const picked = current(described, place);
  const key = pendingKey(described, place.container, place.block);
  const last = sent.get(key) ?? described.initial_options ?? [];
  if (JSON.stringify(last) === JSON.stringify(picked)) return;
  sent.set(key, picked);
  press(described, place, { [partName(described.type)]: picked });
}

function radios(described, place) {
  const picked = current(described, place);
  const name = ownId(described, place);
  return choiceGroup(
    "radiogroup",
    described,
    place,
    described.options.map((option) =>
      choiceLine("radio", {
        name,
        label: textOf(option.text),
        note: textOf(option.description),
        checked: sameChoice(option, picked),
        change: () => chose(described, place, option, { selected_option: option }),
      }),
    ),
  );
}

function checkboxes(described, place) {
  const picked = current(described, place);
  const toggle = (option, on) => {
    const next = described.options.filter((one) =>
      sameChoice(one, option) ? on : picked.some((was) => sameChoice(was, one)),
    );
    chose(described, place, next, { selected_options: next });
  };
  return choiceGroup(
    "group",
    described,
    place,
    described.options.map((option) =>
      choiceLine("checkbox", {
        label: textOf(option.text),
        note: textOf(option.description),
        checked: picked.some((one) => sameChoice(one, option)),
        change: (event) => toggle(option, event.currentTarget.checked),
      }),
    ),
  );
}

function choiceGroup(role, described, place, lines) {
  const { input } = place;
  const name = input
    ? { "aria-labelledby": `${input.id}-label`, "aria-describedby": input.describedby }
    : { "aria-label": "Options" };
  return h("div", { class: "choices", role, id: ownId(described, place), ...name }, lines);
}

function choiceLine(type, { name, label, note, checked, disabled = false, change: changed }) {
  return h(
    "label",
    { class: "choice" },
    h("input", { type, name, checked, disabled, onchange: changed }),
    h("span", null, label, note && h("span", { class: "choice-note" }, note)),
  );
}

function picker(described, place, type, part, name) {
  const props = naming(described, place);
  const pick = (event) => {
    const value = event.currentTarget.value || null;
    chose(described, place, value, { [part]: value });
  };
  const label = place.input ? {} : { "aria-label": plainText(described.placeholder) ?? name };
  return h("input", {
    ...props,
    ...label,
    type,
    class: "field short",
    value: current(described, place) ?? "",
    onchange: pick,
  });
}

function dateTime(described, place) {
  const seconds = current(described, place);
  const pick = (event) => {
    const value = event.currentTarget.value
      ? atWallClock(event.currentTarget.value)
      : null;
    chose(described, place, value, { selected_date_time: value });
  };
  return h("input", {
    ...naming(described, place),
    type: "datetime-local",
    class: "field short",
    value: seconds ? wallClock(seconds) : "",
    onchange: pick,
  });
}

/** What all fields for typing share: typing is remembered, Enter may tell the app. */
function typing(described, place, value) {
  const remember = (event) =>
    choose(place.container, place.block.block_id, described, event.currentTarget.value || null);
  const { dispatch_action: dispatch } = place.block;
  const moments = described.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const tell = () => send(described, place, { value: current(described, place) });
  return {
    ...naming(described, place),
    class: "field",
    value: value ?? "",
    placeholder: plainText(described.placeholder),
    autocomplete: "off",
    oninput: (event) => {
      remember(event);
      if (dispatch && moments.includes("on_character_entered")) tell();
    },
    onkeydown: (event) => {
      if (
        !dispatch ||
        event.key !== "Enter" ||
        event.shiftKey ||
        !moments.includes("on_enter_pressed")
      )
        return;
      event.preventDefault();
      tell();
    },
  };
}

function textInput(described, place) {
  const value = current(described, place);
  const props = typing(described, place, value);
  const field = described.multiline
    ? h("textarea", { ...props, rows: "4" })
    : h("input", { ...props, type: "text" });
  const most = described.max_length;
  if (!most) return field;
  const left = most - (value?.length ?? 0);
  return h(
    "span",
    { class: "counted" },
    field,
    h(
      "span",
      { class: classes("counter", { over: left < 0 }) },
      String(left),
      hidden(" characters left"),
    ),
  );
}

const typedInput = (described, place, type, more = {}) =>
  h("input", { ...typing(described, place, current(described, place)), type, ...more });

/** Plain lines stand in for the rich editor; what is sent has the shape of its value. */
function richTextInput(described, place) {
  const props = typing(described, place, richToPlain(current(described, place)));
  const remember = (event) =>
    choose(
      place.container,
      place.block.block_id,
      described,
      plainToRich(event.currentTarget.value),
    );
  return h("textarea", { ...props, rows: "4", oninput: remember });
}

const plainToRich = (text) =>
  text
    ? {
        type: "rich_text",
        elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
      }
    : null;
const richToPlain = (rich) =>
  (rich?.elements ?? [])
    .flatMap((part) => part.elements ?? [])
    .map((part) => part.text ?? "")
    .join("");

function feedback(described, place) {
  const picked = current(described, place);
  const half = (option, drawn) => {
    const label = option.accessibility_label ?? plainText(option.text);
    const pressed = picked === option.value;
    return h(
      "button",
      {
        type: "button",
        class: classes("icon-button", { pressed }),
        "aria-pressed": String(pressed),
        "aria-label": label,
        title: plainText(option.text),
        "data-action": described.action_id,
        onclick: () => chose(described, place, option.value, { value: option.value }),
      },
      icon(drawn),
    );
  };
  return h(
    "span",
    { class: "feedback" },
    half(described.positive_button, "up"),
    half(described.negative_button, "downvote"),
  );
}

function iconButton(described, place) {
  if (described.visible_to_user_ids && !described.visible_to_user_ids.includes(me())) return null;
  const label = described.accessibility_label ?? plainText(described.text);
  const value = described.value === undefined ? {} : { value: described.value };
  return h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "aria-label": label,
      title: plainText(described.text),
      "data-action": described.action_id,
      onclick: () => press(described, place, value),
    },
    icon(described.icon),
  );
}
