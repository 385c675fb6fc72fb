/** Pictures of people: coloured initials, the same colour for the same person everywhere. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { nameOf, state, user } from "./state.js";

const COLOURS = 8; // .tint-0 … .tint-7 in base.css

export function avatar(id, size = "") {
  const position = state.snapshot.users.findIndex((one) => one.id === id);
  const tint = Math.max(position, 0) % COLOURS;
  const bot = user(id)?.is_bot;
  return h(
    "span",
    { class: `avatar tint-${tint} ${size}${bot ? " app" : ""}`, "aria-hidden": "true" },
    bot ? icon("bolt") : initials(nameOf(id)),
  );
}

function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => [...word][0].toUpperCase())
    .join("");
}
