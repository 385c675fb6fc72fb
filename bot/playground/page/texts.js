/** Text objects of Block Kit: {type: "mrkdwn" | "plain_text", text, …}. */

import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

/** A text object, or a bare string, as it is drawn. */
export function textOf(object) {
  if (!object) return null;
  if (typeof object === "string") return object;
  return object.type === "mrkdwn" ? mrkdwn(object.text, object) : plainText(object);
}

/** A plain_text object as a string: for attributes and options. */
export function plainText(object) {
  if (!object) return undefined;
  if (typeof object === "string") return object;
  return object.emoji === false ? object.text : withEmoji(object.text);
}
