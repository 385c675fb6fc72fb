/** The markdown block: the everyday part of Markdown, as described DOM. */

import { codeBlock } from "./code.js";
import { h } from "./dom.js";
import { link } from "./mrkdwn.js";

const FENCE = /^```/;
const HEADING = /^(#{1,6})\s+(.*)$/;
const RULE = /^(?:---+|\*\*\*+|___+)\s*$/;
const ITEM = /^\s*(?:([-*+])|(\d+)[.)])\s+(.*)$/;
const QUOTE = /^>\s?/;
// Alternatives in order of precedence; each has one way to match, so a long text stays linear.
const INLINE =
  /`([^`\n]+)`|\[([^\]\n]+)\]\(([^()\s]+)\)|\*\*([^*\n]+)\*\*|__([^_\n]+)__|~~([^~\n]+)~~|\*([^*\n]+)\*|(?<!\w)_([^_\n]+)_(?!\w)/g;

export function markdown(text) {
  const lines = text.split("\n");
  const out = [];
  while (lines.length) out.push(nextBlock(lines));
  return out;
}

/** Take the lines of one block off the front. */
function nextBlock(lines) {
  const line = lines[0];
  if (!line.trim()) return void lines.shift();
  if (FENCE.test(line)) return fence(lines);
  if (RULE.test(line)) return lines.shift() && h("hr", { class: "block-divider" });
  if (HEADING.test(line)) return heading(lines.shift());
  if (QUOTE.test(line)) {
    const quoted = takeWhile(lines, (one) => QUOTE.test(one)).map((one) => one.replace(QUOTE, ""));
    return h("blockquote", { class: "quote" }, markdown(quoted.join("\n")));
  }
  if (ITEM.test(line)) return list(takeWhile(lines, (one) => ITEM.test(one)));
  return h("p", null, inline(takeWhile(lines, isParagraph).join("\n")));
}

const isParagraph = (line) =>
  line.trim() && ![FENCE, RULE, HEADING, QUOTE, ITEM].some((pattern) => pattern.test(line));

function takeWhile(lines, wanted) {
  const end = lines.findIndex((line) => !wanted(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

function fence(lines) {
  lines.shift();
  const code = takeWhile(lines, (line) => !FENCE.test(line));
  lines.shift();
  return codeBlock(code.join("\n"));
}

function heading(line) {
  const [, marks, title] = HEADING.exec(line);
  return h(`h${Math.min(marks.length + 2, 6)}`, { class: "block-header" }, inline(title));
}

function list(lines) {
  const items = lines.map((line) => ITEM.exec(line));
  return h(
    items[0][2] ? "ol" : "ul",
    { class: "rich-list" },
    items.map((item) => h("li", null, inline(item[3]))),
  );
}

function inline(text) {
  const out = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    out.push(text.slice(from, found.index), marked(found));
    from = found.index + found[0].length;
  }
  return [...out, text.slice(from)];
}

function marked([, code, label, url, bold, bold2, strike, italic, italic2]) {
  if (code) return h("code", null, code);
  if (url) return link(url, label);
  if (bold ?? bold2) return h("strong", null, inline(bold ?? bold2));
  if (strike) return h("s", null, inline(strike));
  return h("em", null, inline(italic ?? italic2));
}
