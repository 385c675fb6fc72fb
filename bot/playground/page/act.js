/** What people do, sent to the server; a refusal is a sentence that the page shows. */

import { change, me } from "./state.js";

/**
 * Do `name`; gives the server's answer, or null after showing why it was refused. `explain` is given
 * what is wrong by block id, if the server says so, and shows it instead.
 */
export async function act(name, details = {}, explain = null) {
  try {
    return await post({ as: me(), do: name, ...details });
  } catch (error) {
    if (explain && Object.keys(error.errors ?? {}).length) explain(error.errors);
    else fail(error.message);
    return null;
  }
}

/** Do what nobody has asked for: that it was refused is no news to anybody. */
export const actQuietly = (name, details = {}) =>
  post({ as: me(), do: name, ...details }).catch(() => null);

/** Show a sentence about what could not be done. */
export function fail(text) {
  change((s) => {
    s.failure = { text };
  });
}

async function post(body) {
  const answer = await fetch("/page/act", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error("The workspace cannot be reached, so that was not done.");
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok || said.ok === false) {
    const error = new Error(said.error || `The workspace refused that (${answer.status}).`);
    throw Object.assign(error, { errors: said.errors });
  }
  return said;
}
