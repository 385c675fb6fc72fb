/**
 * What people chose or typed in blocks, as the states Slack would send, and what is wrong with it.
 *
 * A choice belongs to (container, block_id, action_id); so it outlives an update of the view or
 * message that keeps these ids, as it does in Slack.
 */

import { change, conversation, state, user } from "./state.js";

const INITIAL = {
  static_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  multi_static_select: ["selected_options", "initial_options"],
  checkboxes: ["selected_options", "initial_options"],
  users_select: ["selected_user", "initial_user"],
  channels_select: ["selected_channel", "initial_channel"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  multi_users_select: ["selected_users", "initial_users"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  plain_text_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  rich_text_input: ["rich_text_value", "initial_value"],
};

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The key of the state that an element holds: "value", "selected_option" and so on. */
export const partOf = (element) => INITIAL[element.type]?.[0];

/** One name for a message or a view, for maps and ids. */
export const nameContainer = (container) =>
  container.type === "view"
    ? `view ${container.view_id}`
    : `message ${container.channel} ${container.ts}`;

const keyOf = (container, blockId, element) =>
  JSON.stringify([nameContainer(container), blockId, element.action_id]);

/** What is chosen in an element now: by a person, or else initially. */
export function chosen(container, blockId, element) {
  const key = keyOf(container, blockId, element);
  if (state.inputs.has(key)) return state.inputs.get(key);
  const [, initial] = INITIAL[element.type] ?? [];
  return (
    element[initial] ??
    (element.type.startsWith("multi_") || element.type === "checkboxes" ? [] : null)
  );
}

export function choose(container, blockId, element, value) {
  change((s) => {
    s.inputs.set(keyOf(container, blockId, element), value);
    s.inputsVersion += 1;
    const known = s.problems[container.view_id];
    if (known) delete known[blockId];
  });
}

/** Forget what was typed into a view that is gone. */
export function forget(viewId) {
  const name = JSON.stringify(nameContainer({ type: "view", view_id: viewId }));
  for (const key of [...state.inputs.keys()])
    if (key.startsWith(`[${name},`)) state.inputs.delete(key);
  delete state.problems[viewId];
}

/** The state of a view as it is submitted: {block_id: {action_id: {type, …}}}. */
export function values(modal) {
  const container = { type: "view", view_id: modal.id };
  const all = {};
  for (const { block, element } of elementsWithState(modal.view)) {
    const value = chosen(container, block.block_id, element);
    all[block.block_id] ??= {};
    all[block.block_id][element.action_id] = {
      type: element.type,
      [partOf(element)]: empty(value) ? missing(value) : value,
    };
  }
  return all;
}

/** What is wrong with the inputs of a view, {block_id: sentence}; nothing is sent while something is. */
export function problems(modal) {
  const container = { type: "view", view_id: modal.id };
  const found = {};
  for (const block of modal.view.blocks.filter((one) => one.type === "input")) {
    const value = chosen(container, block.block_id, block.element);
    const problem = empty(value)
      ? !block.optional && "Please complete this required field."
      : fault(block.element, value);
    if (problem) found[block.block_id] = problem;
  }
  return found;
}

function elementsWithState(view) {
  const found = [];
  for (const block of view.blocks) {
    const elements = [
      block.element,
      block.accessory,
      ...(block.type === "actions" ? block.elements : []),
    ];
    for (const element of elements) if (element && partOf(element)) found.push({ block, element });
  }
  return found;
}

const empty = (value) => value === null || value === undefined || value.length === 0;
const missing = (value) => (Array.isArray(value) ? [] : null);

function fault(element, value) {
  const { type, min_length: least, max_length: most } = element;
  if (least && value.length < least) return `Please enter at least ${least} characters.`;
  if (most && value.length > most) return `Please enter at most ${most} characters.`;
  if (type === "email_text_input" && !EMAIL.test(value))
    return "Please enter a valid email address.";
  if (type === "url_text_input" && !isUrl(value))
    return "Please enter a valid URL, such as https://example.com.";
  if (type === "number_input") return numberFault(element, value);
  return null;
}

function isUrl(text) {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

function numberFault({ is_decimal_allowed: decimal, min_value: least, max_value: most }, value) {
  const number = Number(value);
  if (!Number.isFinite(number)) return "Please enter a number.";
  if (!decimal && !Number.isInteger(number)) return "Please enter a whole number.";
  if (least !== undefined && number < Number(least))
    return `Please enter a number no lower than ${least}.`;
  if (most !== undefined && number > Number(most))
    return `Please enter a number no higher than ${most}.`;
  return null;
}

/** What a select of people or conversations offers: [{value, label}]. */
export function offered(element) {
  const { snapshot } = state;
  if (element.type.endsWith("users_select")) {
    return snapshot.users.map((one) => ({
      value: one.id,
      label: user(one.id).real_name || one.name,
    }));
  }
  const wanted = element.type.endsWith("channels_select") ? ["public"] : element.filter?.include;
  return snapshot.conversations
    .filter((one) => !one.archived && (!wanted || wanted.includes(SORTS[one.kind])))
    .map(({ id, kind }) => ({
      value: id,
      label: kind === "im" ? conversation(id).name : `#${conversation(id).name}`,
    }));
}

const SORTS = { channel: "public", private: "private", im: "im" };
