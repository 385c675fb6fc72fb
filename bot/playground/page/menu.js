/** Buttons that open a menu or a small panel beside them, on the browser's own popovers. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** An id made of parts that may hold anything. */
export const idOf = (...parts) => parts.join("-").replace(/[^\w-]+/g, "_");

/**
 * A button with a menu.
 * @param {{id: string, label: string, content?: object, look?: string, tabindex?: string | null,
 *   items: {label: string, note?: string, run?: () => void, href?: string, danger?: boolean, checked?: boolean}[]}} menu
 */
export function menuButton({
  id,
  label,
  content = icon("more"),
  look = "icon-button",
  tabindex,
  items,
}) {
  return [
    h(
      "button",
      {
        type: "button",
        class: look,
        tabindex,
        popovertarget: id,
        "aria-haspopup": "menu",
        "aria-label": label,
        title: label,
      },
      content,
    ),
    h(
      "div",
      {
        id,
        popover: "auto",
        class: "menu",
        role: "menu",
        "aria-label": label,
        onbeforetoggle: place,
        ontoggle: focusFirst,
        onkeydown: moveInMenu,
      },
      items.map((item) => menuItem(id, item)),
    ),
  ];
}

/** A button with a panel of anything; `closed` is called when the panel has gone. */
export function panelButton({ id, label, content, look, props = {}, closed }, ...children) {
  return [
    h(
      "button",
      { type: "button", class: look, popovertarget: id, "aria-haspopup": "dialog", ...props },
      content,
    ),
    h(
      "div",
      {
        id,
        popover: "auto",
        class: "panel",
        role: "dialog",
        "aria-label": label,
        onbeforetoggle: place,
        ontoggle: (event) => (event.newState === "closed" ? closed?.() : focusFirst(event)),
      },
      ...children,
    ),
  ];
}

/** Move the focus among the elements that `selector` finds in `list`; true if the key was for that. */
export function moveFocus(event, list, selector) {
  const all = [...list.querySelectorAll(selector)];
  const at = all.indexOf(document.activeElement);
  const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (target === undefined || !all.length) return false;
  event.preventDefault();
  all[(target + all.length) % all.length].focus();
  return true;
}

function menuItem(id, item) {
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  const props = {
    role,
    tabindex: "-1",
    class: item.danger ? "menu-item danger" : "menu-item",
    "aria-checked": item.checked === undefined ? null : String(item.checked),
    onclick: () => {
      document.getElementById(id)?.hidePopover();
      item.run?.();
    },
  };
  const content = [
    item.picture,
    h(
      "span",
      { class: "menu-text" },
      item.label,
      item.note && h("span", { class: "menu-note" }, item.note),
    ),
    item.checked && icon("check", "menu-check"),
  ];
  return item.href
    ? h(
        "a",
        {
          ...props,
          href: item.href,
          target: item.target,
          rel: item.target && "noopener noreferrer",
        },
        content,
      )
    : h("button", { ...props, type: "button" }, content);
}

const buttonOf = (panel) => document.querySelector(`[popovertarget="${panel.id}"]`);

/** Beside its button, towards the side of the window that has more room. */
function place(event) {
  if (event.newState !== "open") return;
  const panel = event.currentTarget;
  const button = buttonOf(panel).getBoundingClientRect();
  const below = button.top < innerHeight / 2;
  const leftwards = button.left + button.width / 2 > innerWidth / 2;
  Object.assign(panel.style, {
    top: below ? `${button.bottom + 4}px` : "auto",
    bottom: below ? "auto" : `${innerHeight - button.top + 4}px`,
    left: leftwards ? "auto" : `${Math.max(8, button.left)}px`,
    right: leftwards ? `${Math.max(8, innerWidth - button.right)}px` : "auto",
    maxHeight: `${below ? innerHeight - button.bottom - 16 : button.top - 16}px`,
  });
}

function focusFirst(event) {
  if (event.newState !== "open") return;
  const checked = event.currentTarget.querySelector("[aria-checked=true]");
  (checked ?? event.currentTarget.querySelector("button, a, input"))?.focus();
}

function moveInMenu(event) {
  if (event.key === "Tab") event.currentTarget.hidePopover();
  else moveFocus(event, event.currentTarget, ".menu-item");
}
