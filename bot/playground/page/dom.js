/**
 * A small keyed DOM: describe what should be there with `h`, and `patch` changes only what differs.
 *
 * Elements that stay keep their focus, caret, scroll position and open menus. Text only ever becomes
 * text nodes; nothing in this page parses markup from data.
 *
 * @typedef {{tag: string, key?: string, props: object, children: Node[], el?: Element}} Element_
 * @typedef {{text: string, el?: Text}} Text_
 */

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "circle"]);
const LIVE = new Set(["value", "checked"]); // what people change themselves: compared with the element
const RESERVED = new Set(["key", "hooks", ...LIVE]);

const described = new WeakMap(); // container -> what `patch` last put there
const handlers = new WeakMap(); // element -> {event type: function}

/**
 * Describe an element. Props are attributes, except `on…` (listeners), `value` and `checked` (live
 * properties), `key` (identity among siblings) and `hooks` ({mount, update, remove}, each given the
 * element).
 */
export function h(tag, props, ...children) {
  return { tag, key: props?.key, props: props ?? {}, children: tidy(children) };
}

/**
 * Make the children of `container` what `children` describe. Siblings without a key are matched by
 * tag in their order: one that comes and goes needs a key, or it takes over its neighbour.
 */
export function patch(container, ...children) {
  const wanted = tidy(children);
  reconcile(container, described.get(container) ?? [], wanted);
  described.set(container, wanted);
}

/** The class names that apply: strings as they are, objects by their true keys. */
export function classes(...names) {
  return names
    .flatMap((name) =>
      name && typeof name === "object" ? Object.keys(name).filter((key) => name[key]) : name || [],
    )
    .join(" ");
}

/** Text that only screen readers get. */
export const hidden = (text) => h("span", { class: "hidden" }, text);

function tidy(children) {
  const flat = children.flat(Infinity).filter((child) => child || child === 0);
  return flat.map((child) => (typeof child === "object" ? child : { text: String(child) }));
}

function reconcile(container, old, wanted) {
  const match = matcher(old);
  const pairs = wanted.map((vnode) => [match(vnode), vnode]);
  const kept = new Set(pairs.map(([was]) => was));
  for (const was of old) if (!kept.has(was)) remove(was);

  // Elements already in their place are not touched: moving one would take its focus and scroll.
  let next = container.firstChild;
  for (const [was, vnode] of pairs) {
    const el = was ? update(was, vnode) : create(vnode);
    if (el === next) next = next.nextSibling;
    else container.insertBefore(el, next);
    if (!was) mounted(vnode);
  }
}

/** Find for a description the old one it continues: by key, else the next of the same kind. */
function matcher(old) {
  const keyed = new Map();
  const loose = new Map();
  for (const was of old) {
    if (was.key !== undefined) keyed.set(`${was.tag} ${was.key}`, was);
    else loose.set(was.tag, [...(loose.get(was.tag) ?? []), was]);
  }
  return ({ tag, key }) => {
    if (key === undefined) return loose.get(tag)?.shift();
    const was = keyed.get(`${tag} ${key}`);
    keyed.delete(`${tag} ${key}`);
    return was;
  };
}

function create(vnode) {
  if (vnode.tag === undefined) return (vnode.el = document.createTextNode(vnode.text));
  const el = SVG_TAGS.has(vnode.tag)
    ? document.createElementNS(SVG, vnode.tag)
    : document.createElement(vnode.tag);
  vnode.el = el;
  setProps(el, {}, vnode.props);
  for (const child of vnode.children) el.append(create(child));
  setLive(el, vnode.props);
  return el;
}

function update(was, vnode) {
  const { el } = was;
  if (was === vnode) return el; // the very same description: nothing below it changed either
  vnode.el = el;
  if (vnode.tag === undefined) {
    if (was.text !== vnode.text) el.data = vnode.text;
    return el;
  }
  setProps(el, was.props, vnode.props);
  reconcile(el, was.children, vnode.children);
  setLive(el, vnode.props);
  vnode.props.hooks?.update?.(el);
  return el;
}

/** Children first, so that a parent's hook finds all of its content in the document. */
function mounted(vnode) {
  vnode.children?.forEach(mounted);
  vnode.props?.hooks?.mount?.(vnode.el);
}

function remove(vnode) {
  removing(vnode);
  vnode.el.remove();
}

function removing(vnode) {
  vnode.props?.hooks?.remove?.(vnode.el);
  vnode.children?.forEach(removing);
}

function setProps(el, was, props) {
  for (const name of Object.keys(was)) if (!(name in props)) setProp(el, name, null);
  for (const [name, value] of Object.entries(props)) {
    if (value !== was[name]) setProp(el, name, value);
  }
}

function setProp(el, name, value) {
  if (RESERVED.has(name)) return;
  if (name.startsWith("on")) listen(el, name.slice(2), value);
  else if (value === null || value === undefined || value === false) el.removeAttribute(name);
  else el.setAttribute(name, value === true ? "" : value);
}

/** One listener an event type stays on the element; what it calls may change at every patch. */
function listen(el, type, handler) {
  const known = handlers.get(el) ?? {};
  if (!(type in known)) el.addEventListener(type, call);
  handlers.set(el, { ...known, [type]: handler });
}

function call(event) {
  handlers.get(event.currentTarget)?.[event.type]?.call(event.currentTarget, event);
}

/** After the children, because the value of a select is one of its options. */
function setLive(el, props) {
  for (const name of LIVE) {
    if (name in props && el[name] !== props[name]) el[name] = props[name];
  }
}
