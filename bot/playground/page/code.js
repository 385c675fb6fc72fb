/** Blocks of code: lines are not broken; one that is too long scrolls, by the keyboard too. */

import { h } from "./dom.js";

const watchers = new WeakMap();

export function codeBlock(...content) {
  return h("pre", { class: "pre", hooks: { mount: watch, update: tell, remove: leave } }, content);
}

function watch(el) {
  const watcher = new ResizeObserver(() => tell(el));
  watcher.observe(el);
  watchers.set(el, watcher);
}

function leave(el) {
  watchers.get(el)?.disconnect();
}

/** Only where there is something to scroll it is a place to go to. */
function tell(el) {
  const scrolls = el.scrollWidth > el.clientWidth;
  for (const [name, value] of [
    ["tabindex", "0"],
    ["role", "region"],
    ["aria-label", "Code"],
  ]) {
    if (scrolls) el.setAttribute(name, value);
    else el.removeAttribute(name);
  }
}
