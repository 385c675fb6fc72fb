/** The blocks of a message, a modal or a Home tab as described DOM. */

import { drawElement, GROUPS } from "./elements.js";
import { classes, h } from "./dom.js";
import { nameContainer } from "./forms.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { idOf } from "./menu.js";
import { richText } from "./richtext.js";
import { plainText, textOf } from "./texts.js";

const DRAWN = {
  section,
  header: (block) => h("h3", { class: "block-header" }, textOf(block.text)),
  divider: () => h("hr", { class: "block-divider" }),
  context,
  actions: (block, place) =>
    h(
      "div",
      { class: "block-actions" },
      block.elements.map((one) => drawElement(one, { ...place, block })),
    ),
  context_actions: (block, place) =>
    h(
      "div",
      { class: "block-actions light" },
      block.elements.map((one) => drawElement(one, { ...place, block })),
    ),
  image: imageBlock,
  input: inputBlock,
  rich_text: (block) => h("div", { class: "rich" }, richText(block)),
  markdown: (block) => h("div", { class: "markdown" }, markdown(block.text)),
  table,
  alert: (block) =>
    h("p", { class: `block-alert ${block.level ?? "default"}` }, textOf(block.text)),
};

/**
 * All blocks of something.
 * @param {object[]} blocks
 * @param {{scope: string, container: object, errors?: object}} place `scope` keeps ids apart where the
 *   same message is on show twice; `errors` are sentences for input blocks.
 */
export function drawBlocks(blocks, place) {
  return blocks.map((block, index) => {
    const draw = DRAWN[block.type] ?? unknown;
    return h(
      "div",
      {
        class: `block block-type-${block.type}`,
        key: block.block_id ?? `#${index}`,
        "data-block": block.block_id,
      },
      draw(block, place),
    );
  });
}

const unknown = (block) =>
  h("p", { class: "unknown" }, `This workspace cannot show a ${block.type} block.`);

function section(block, place) {
  const { accessory } = block;
  const aside =
    accessory &&
    (accessory.type === "image"
      ? image(accessory, "thumb")
      : drawElement(accessory, { ...place, block }));
  return h(
    "div",
    { class: classes("block-section", { wide: accessory && GROUPS.has(accessory.type) }) },
    h(
      "div",
      { class: "block-text" },
      block.text && h("div", null, textOf(block.text)),
      block.fields &&
        h(
          "div",
          { class: "fields" },
          block.fields.map((field) => h("div", null, textOf(field))),
        ),
    ),
    aside && h("div", { class: "accessory" }, aside),
  );
}

function context(block) {
  return h(
    "div",
    { class: "block-context" },
    block.elements.map((one) =>
      one.type === "image" ? image(one, "tiny") : h("span", { class: "context-text" }, textOf(one)),
    ),
  );
}

/** Pictures from elsewhere are not fetched: their description stands in for them. */
function image(described, size) {
  const { image_url: url = "", alt_text: alt } = described;
  if (/^data:image\//i.test(url)) return h("img", { class: `picture ${size}`, src: url, alt });
  return h(
    "span",
    { class: `picture stand-in ${size}`, role: "img", "aria-label": alt, title: alt },
    icon("image"),
    size === "full" && h("span", null, alt),
  );
}

function imageBlock(block) {
  return h(
    "figure",
    { class: "figure" },
    block.title && h("figcaption", null, textOf(block.title)),
    image(block, "full"),
  );
}

function inputBlock(block, place) {
  const id = idOf(
    place.scope,
    nameContainer(place.container),
    block.block_id,
    block.element.action_id,
  );
  const error = place.errors?.[block.block_id];
  const describedby =
    [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ") || null;
  const input = {
    id,
    label: plainText(block.label),
    required: !block.optional,
    describedby,
    invalid: Boolean(error),
  };
  const isGroup = GROUPS.has(block.element.type);
  const label = [
    textOf(block.label),
    block.optional && h("span", { class: "optional" }, " (optional)"),
  ];
  return h(
    "div",
    { class: classes("block-input", { invalid: error }) },
    h(
      isGroup ? "span" : "label",
      { class: "label", id: `${id}-label`, for: isGroup ? null : id },
      label,
    ),
    drawElement(block.element, { ...place, block, input }),
    error && h("p", { class: "error", id: `${id}-error` }, icon("warning"), error),
    block.hint && h("p", { class: "hint", id: `${id}-hint` }, textOf(block.hint)),
  );
}

function table(block) {
  const [head, ...rows] = block.rows;
  const settings = block.column_settings ?? [];
  const cell = (tag) => (one, index) =>
    h(
      tag,
      {
        class: classes(`align-${settings[index]?.align ?? "left"}`),
        scope: tag === "th" ? "col" : null,
      },
      cellContent(one),
    );
  return h(
    "div",
    { class: "table-frame", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, head.map(cell("th")))),
      h(
        "tbody",
        null,
        rows.map((row) => h("tr", null, row.map(cell("td")))),
      ),
    ),
  );
}

function cellContent(cell) {
  if (cell.type === "rich_text") return richText(cell);
  return String(cell.text ?? cell.value ?? "");
}
