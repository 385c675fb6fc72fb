/**
 * Slack's mrkdwn as described DOM. What is not understood stays the text it was.
 *
 * The text is escaped the way Slack does it (`&amp; &lt; &gt;`), so a bare `<` starts markup.
 */

import { codeBlock } from "./code.js";
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { address } from "./route.js";
import { conversation, me, state, user } from "./state.js";
import { dateText } from "./time.js";

const FENCE = /```\n?([\s\S]+?)\n?```/g;
const QUOTE = /^(?:&gt;|>) ?/;
const QUOTE_REST = /^(?:&gt;|>){3} ?/;
const MARKS = { "*": "strong", _: "em", "~": "s" };
const SPANS = { "<": ">", "`": "`" }; // what no mark can close in
const WORD = /[\p{L}\p{N}]/u;
const CODE = /`([^`\n]+)`/y;
const ENTITY = /<([^<>\n]+)>/y;
const EMOJI = /:([a-z0-9_+-]+):(?::skin-tone-\d:)?/y;
const BARE_URL = /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?'")\]]/y;
const SAFE_URL = /^(?:https?:|mailto:)/i;

/** A whole text: fenced code, quotes and lines. */
export function mrkdwn(text, { verbatim = false } = {}) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(FENCE)) {
    parts.push(lines(text.slice(from, found.index).replace(/\n$/, ""), verbatim));
    parts.push(codeBlock(plain(found[1])));
    from = found.index + found[0].length;
  }
  const rest = text.slice(from);
  parts.push(lines(from > 0 ? rest.replace(/^\n/, "") : rest, verbatim));
  return parts;
}

/** What the escaped text says, without any markup. */
export function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** A text in one line for people who hear it, or for a summary: names instead of ids, no marks. */
export function spoken(text) {
  return unescape(typed(text).replace(/[*_~`]+/g, ""))
    .replace(/\s+/g, " ")
    .trim();
}

/** Slack's text as somebody would type it: the start of an edit. */
export function typed(text) {
  const named = text.replace(/<([^<>\n]+)>/g, (_, inner) => typedEntity(inner));
  return unescape(named);
}

/** A link for people, or only its label where the address is none to follow. */
export function link(url, label, attributes = {}) {
  if (!SAFE_URL.test(url)) return h("span", null, label);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...attributes }, label);
}

/** Someone's name as a mention. */
export function mention(id) {
  const known = user(id);
  const mine = id === me();
  return h("span", { class: mine ? "mention mine" : "mention" }, `@${known?.name ?? id}`);
}

/** A channel as a link to it. */
export function channelLink(id, label) {
  const known = conversation(id);
  const name = `#${known?.name || label || "private-channel"}`;
  if (!known || known.kind === "im") return h("span", { class: "mention" }, name);
  return h("a", { class: "mention", href: address({ view: id }) }, name);
}

function lines(text, verbatim) {
  if (!text) return [];
  const groups = [];
  const all = text.split("\n");
  for (let i = 0; i < all.length; i += 1) {
    if (QUOTE_REST.test(all[i])) {
      groups.push({ quote: true, lines: [all[i].replace(QUOTE_REST, ""), ...all.slice(i + 1)] });
      break;
    }
    const quote = QUOTE.test(all[i]);
    const line = quote ? all[i].replace(QUOTE, "") : all[i];
    const last = groups.at(-1);
    if (last?.quote === quote) last.lines.push(line);
    else groups.push({ quote, lines: [line] });
  }
  return groups.map((group) =>
    h(
      group.quote ? "blockquote" : "span",
      { class: group.quote ? "quote" : "lines" },
      inline(group.lines.join("\n"), verbatim),
    ),
  );
}

/** The text of a few lines: marks, code, links, mentions, emoji. */
function inline(text, verbatim) {
  const out = [];
  let waiting = "";
  let at = 0;
  const flush = () => {
    if (waiting) out.push(unescape(waiting));
    waiting = "";
  };
  while (at < text.length) {
    const found = special(text, at, verbatim);
    if (found) {
      flush();
      out.push(found.node);
      at = found.end;
    } else {
      waiting += text[at];
      at += 1;
    }
  }
  flush();
  return out;
}

/** The markup that starts exactly here, or nothing. */
function special(text, at, verbatim) {
  const char = text[at];
  if (char === "`") return matched(CODE, text, at, (inner) => h("code", null, plain(inner)));
  if (char === "<") return matched(ENTITY, text, at, entity);
  if (char === ":") return matched(EMOJI, text, at, emojiNode);
  if (char === "h" && !verbatim && !WORD.test(text[at - 1] ?? ""))
    return matched(BARE_URL, text, at, bareLink);
  if (char in MARKS) return marked(text, at, verbatim);
  return null;
}

function matched(pattern, text, at, build) {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  const node = found && build(found[1] ?? found[0]);
  return node ? { node, end: at + found[0].length } : null;
}

const plain = (text) => typed(text);
const bareLink = (url) => link(unescape(url), unescape(url));

function emojiNode(code) {
  const character = emoji(code);
  return (
    character && h("span", { class: "emoji", role: "img", "aria-label": `:${code}:` }, character)
  );
}

function marked(text, at, verbatim) {
  if (WORD.test(text[at - 1] ?? "")) return null;
  const end = closing(text, at);
  if (end < 0) return null;
  const inner = inline(text.slice(at + 1, end), verbatim);
  return { node: h(MARKS[text[at]], null, inner), end: end + 1 };
}

/** Where the mark at `at` closes: on its line, hugging what it marks, outside of links and code. */
function closing(text, at) {
  const mark = text[at];
  if (/\s/.test(text[at + 1] ?? " ") || text[at + 1] === mark) return -1;
  for (let i = at + 1; i < text.length && text[i] !== "\n"; i += 1) {
    if (text[i] in SPANS) i = Math.max(i, text.indexOf(SPANS[text[i]], i + 1));
    else if (text[i] === mark && hugs(text, i)) return i;
  }
  return -1;
}

const hugs = (text, at) => !/\s/.test(text[at - 1]) && !WORD.test(text[at + 1] ?? "");

/** What stands between `<` and `>`; null for what Slack would show as it is. */
function entity(inner) {
  const [target, ...rest] = inner.split("|");
  const label = rest.length ? rest.join("|") : null;
  if (/^@[UW]\w+$/.test(target)) return mention(target.slice(1));
  if (/^#[CG]\w+$/.test(target)) return channelLink(target.slice(1), label);
  if (target.startsWith("!")) return command(target.slice(1), label);
  if (SAFE_URL.test(target))
    return link(unescape(target), unescape(label || target.replace(/^mailto:/, "")));
  return null;
}

function command(target, label) {
  const [name, ...details] = target.split("^");
  if (["here", "channel", "everyone"].includes(name))
    return h("span", { class: "mention mine" }, `@${name}`);
  if (name === "subteam") return h("span", { class: "mention" }, label ?? `@${details[0]}`);
  if (name === "date") return h("time", null, dateOf(details, label));
  return h("span", null, unescape(label ?? `<!${target}>`));
}

function dateOf([seconds, pattern], label) {
  if (!Number.isFinite(Number(seconds)) || !pattern) return unescape(label ?? "");
  return dateText(seconds, unescape(pattern), state.snapshot.now);
}

function typedEntity(inner) {
  const [target, label = ""] = inner.split("|");
  const id = target.slice(1);
  if (/^@[UW]\w+$/.test(target)) return `@${user(id)?.name || label || id}`;
  if (/^#[CG]\w+$/.test(target)) return `#${conversation(id)?.name ?? label}`;
  if (target.startsWith("!date")) return label;
  if (target.startsWith("!")) return label || `@${id.split("^")[0]}`;
  return SAFE_URL.test(target) ? label || target : `<${inner}>`;
}
