/** rich_text blocks: the structured alternative to mrkdwn. */

import { codeBlock } from "./code.js";
import { classes, h } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelLink, link, mention } from "./mrkdwn.js";
import { state } from "./state.js";
import { dateText } from "./time.js";

const PARTS = {
  rich_text_section: (part) => h("p", { class: "rich-section" }, part.elements.map(leaf)),
  rich_text_quote: (part) => h("blockquote", { class: "quote" }, part.elements.map(leaf)),
  rich_text_preformatted: (part) => codeBlock(part.elements.map(leaf)),
  rich_text_list: (part) =>
    h(
      part.style === "ordered" ? "ol" : "ul",
      {
        class: classes("rich-list", `indent-${Math.min(part.indent ?? 0, 4)}`),
        start: part.offset ? String(part.offset + 1) : null,
      },
      part.elements.map((item) => h("li", null, item.elements.map(leaf))),
    ),
};

const LEAVES = {
  text: (part) => part.text,
  link: (part) => link(part.url, part.text ?? part.url),
  user: (part) => mention(part.user_id),
  channel: (part) => channelLink(part.channel_id),
  emoji: (part) => emoji(part.name) ?? `:${part.name}:`,
  broadcast: (part) => h("span", { class: "mention mine" }, `@${part.range}`),
  usergroup: (part) => h("span", { class: "mention" }, `@${part.usergroup_id}`),
  date: (part) => dateText(part.timestamp, part.format, state.snapshot.now),
  color: (part) => part.value,
};

const STYLES = { code: "code", bold: "strong", italic: "em", strike: "s" };

export function richText(block) {
  return block.elements.map((part) => (PARTS[part.type] ? PARTS[part.type](part) : null));
}

function leaf(part) {
  const drawn = LEAVES[part.type]?.(part) ?? part.text ?? "";
  return Object.entries(STYLES).reduce(
    (inner, [style, tag]) => (part.style?.[style] ? h(tag, null, inner) : inner),
    drawn,
  );
}
