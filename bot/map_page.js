// The map is drawn from the list below it: without this script the list is all there is.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const [PAD, LINE, MOST_ZOOM] = [34, 17, 16];
const SHAPES = [
  (r) => `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`,
  (r) => `M${-r * 0.9} ${-r * 0.9}H${r * 0.9}V${r * 0.9}H${-r * 0.9}Z`,
  (r) => `M0 ${-r * 1.2}L${r * 1.15} ${r * 0.8}H${-r * 1.15}Z`,
  (r) => `M0 ${-r * 1.3}L${r * 1.3} 0L0 ${r * 1.3}L${-r * 1.3} 0Z`,
];
const AROUND = [[0, -1], [0, 1], [1, 0], [-1, 0], [0, -1.5], [0, 1.5], [0, -2], [0, 2]];
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEPS = { PageUp: -1, PageDown: 1 };

const byId = (id) => document.getElementById(id);
const [map, card, legend, query, count] = ["map", "card", "legend", "query", "count"].map(byId);
const [drawing, crowd, names] = [map.querySelector("svg"), byId("crowd"), byId("names")];

const groups = [...document.querySelectorAll("#list section")].map((section) => ({
  section,
  name: section.querySelector("h3").textContent,
  look: section.dataset.look,
  shape: Number(section.dataset.shape),
  gap: section.dataset.look === "gap",
  on: true,
  dots: [],
}));
const dots = groups.flatMap((group) => {
  group.dots = [...group.section.querySelectorAll("li")].map((item) => ({
    item,
    group,
    x: Number(item.dataset.x),
    y: Number(item.dataset.y),
    title: item.querySelector(".title").textContent,
    link: item.querySelector("a")?.href,
    text: item.textContent.toLowerCase(),
    seen: true,
    hit: true,
  }));
  return group.dots;
});
const size = dots.length > 1500 ? 4 : dots.length > 250 ? 5.5 : 7.5;
const view = { zoom: 1, left: 0, top: 0, width: 0, height: 0 };
let [shown, current, touched, leaving] = [null, null, false, 0];

function made(name, about = {}, ...inside) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(about)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

function mark(group, radius) {
  if (!group.gap) return [made("path", { class: "mark", d: SHAPES[group.shape](radius) })];
  const sign = made("text", { "font-size": radius * 1.7, "aria-hidden": "true" }, "?");
  return [made("circle", { class: "mark", r: radius * 1.25 }), sign];
}

// --- Where dots are

// Dots that lie on each other are pushed apart, as long as there is room for all of them.
function pushApart() {
  // As much as what was asked in vain needs, which is drawn larger.
  const least = size * 2.5 + 3;
  const seen = dots.filter((dot) => dot.seen);
  if (seen.length * least * least * 2 > view.width * view.height * view.zoom ** 2) return;
  for (let round = 0; round < 40; round += 1) {
    const cells = new Map();
    const key = (dot) => `${Math.floor(dot.at[0] / least)} ${Math.floor(dot.at[1] / least)}`;
    for (const dot of seen) cells.set(key(dot), [...(cells.get(key(dot)) ?? []), dot]);
    let moved = false;
    seen.forEach((dot, index) => {
      const [column, row] = dot.at.map((value) => Math.floor(value / least));
      for (let c = column - 1; c <= column + 1; c += 1)
        for (let r = row - 1; r <= row + 1; r += 1)
          for (const other of cells.get(`${c} ${r}`) ?? []) {
            if (other === dot) continue;
            let [dx, dy] = [other.at[0] - dot.at[0], other.at[1] - dot.at[1]];
            if (Math.abs(dx) + Math.abs(dy) < 0.01)
              [dx, dy] = [Math.cos(index * 2.4) / 50, Math.sin(index * 2.4) / 50];
            const far = Math.hypot(dx, dy);
            if (far >= least) continue;
            const by = (least - far) / 2 / far;
            dot.at = [dot.at[0] - dx * by, dot.at[1] - dy * by];
            other.at = [other.at[0] + dx * by, other.at[1] + dy * by];
            moved = true;
          }
    });
    if (!moved) break;
  }
}

function layOut() {
  [view.width, view.height] = [drawing.clientWidth, drawing.clientHeight];
  const along = (value, whole) => (PAD + ((value + 1) / 2) * (whole - 2 * PAD)) * view.zoom;
  for (const dot of dots) dot.at = [along(dot.x, view.width), along(dot.y, view.height)];
  pushApart();
  for (const dot of dots)
    dot.element.setAttribute("transform", `translate(${dot.at.map((v) => v.toFixed(1)).join(" ")})`);
  nameCrowds();
  move(0, 0);
}

// The name of a topic stands in the middle of its dots, or by one of them where there is room, and
// what was asked in vain by its own. Where there are not too many dots names cover none of them; they
// never cover what was asked.
function nameCrowds() {
  const few = dots.length <= 400;
  const taken = dots.filter((dot) => dot.seen && (few || dot.group.gap)).map((dot) =>
    ({ x: dot.at[0], y: dot.at[1], half: size * 1.3, high: size * 1.3 + LINE / 2 }));
  const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  names.replaceChildren();
  for (const group of [...groups].sort((a, b) => a.gap - b.gap || b.dots.length - a.dots.length)) {
    const seen = group.dots.filter((dot) => dot.seen);
    if (!seen.length) continue;
    if (group.gap) {
      for (const dot of seen) nameAt(dot.title, group.look, [dot.at], taken);
      continue;
    }
    const [x, y] = [0, 1].map((side) => middle(seen.map((dot) => dot.at[side])));
    const far = (dot) => Math.hypot(dot.at[0] - x, dot.at[1] - y);
    const nearest = few ? [...seen].sort((a, b) => far(a) - far(b)) : [];
    nameAt(group.name, group.look, [[x, y], ...nearest.map((dot) => dot.at)], taken);
  }
}

// Above, below or beside the first of these points where there is room, or nowhere.
function nameAt(whole, look, points, taken) {
  const name = whole.length > 32 ? `${whole.slice(0, 31)}…` : whole;
  const element = made("text", { class: `name ${look}` }, name);
  names.append(element);
  const half = element.getComputedTextLength() / 2 + 4;
  const [wide, high] = [view.width * view.zoom, view.height * view.zoom];
  for (const [at, down] of points) {
    for (const [aside, by] of AROUND) {
      const x = Math.max(half, Math.min(wide - half, at + aside * (half + size + 4)));
      const y = down + by * (size + LINE / 2 + 4);
      if (y < LINE || y > high - LINE) continue;
      if (taken.some((box) => Math.abs(box.x - x) < box.half + half && Math.abs(box.y - y) < box.high))
        continue;
      taken.push({ x, y, half, high: LINE });
      element.setAttribute("x", x.toFixed(1));
      element.setAttribute("y", y.toFixed(1));
      return;
    }
  }
  element.remove();
}

function move(dx, dy) {
  const within = (value, whole) => Math.min(0, Math.max(whole * (1 - view.zoom), value));
  view.left = within(view.left + dx, view.width);
  view.top = within(view.top + dy, view.height);
  for (const part of [names, crowd])
    part.setAttribute("transform", `translate(${view.left} ${view.top})`);
  map.classList.toggle("near", view.zoom > 1);
  if (shown) putCard();
}

function zoomBy(factor, x = view.width / 2, y = view.height / 2) {
  const zoom = Math.max(1, Math.min(MOST_ZOOM, view.zoom * factor));
  const by = zoom / view.zoom;
  [view.zoom, view.left, view.top] = [zoom, x - (x - view.left) * by, y - (y - view.top) * by];
  layOut();
}

// --- What is told of a dot

function show(dot) {
  clearTimeout(leaving);
  shown?.element.classList.remove("shown");
  shown?.element.removeAttribute("aria-describedby");
  shown = dot;
  card.hidden = !dot;
  if (!dot) return;
  dot.element.classList.add("shown");
  dot.element.setAttribute("aria-describedby", "card");
  const about = document.createElement("p");
  about.className = "about";
  about.textContent = dot.group.name;
  const inside = [...dot.item.cloneNode(true).childNodes];
  card.replaceChildren(...inside, about);
  for (const link of card.querySelectorAll("a")) link.tabIndex = -1;
  card.className = dot.group.look;
  putCard();
}

function putCard() {
  const [x, y] = [shown.at[0] + view.left, shown.at[1] + view.top];
  const [wide, high] = [card.offsetWidth, card.offsetHeight];
  const below = y + size + 10;
  const top = below + high < view.height ? below : y - size - 10 - high;
  card.style.left = `${Math.max(4, Math.min(view.width - wide - 4, x - wide / 2))}px`;
  card.style.top = `${Math.max(4, top)}px`;
}

const leave = () => {
  leaving = setTimeout(() => show(document.activeElement === current?.element ? current : null), 250);
};

function makeCurrent(dot) {
  if (current) current.element.tabIndex = -1;
  current = dot;
  if (dot) dot.element.tabIndex = 0;
}

function go(dot) {
  makeCurrent(dot);
  const [x, y] = [dot.at[0] + view.left, dot.at[1] + view.top];
  const into = (value, whole) => Math.max(PAD, Math.min(whole - PAD, value)) - value;
  move(into(x, view.width), into(y, view.height));
  dot.element.focus({ preventScroll: true });
}

function goTowards([right, down]) {
  let [best, least] = [null, Infinity];
  for (const dot of dots) {
    if (!dot.seen || !dot.hit || dot === current) continue;
    const [dx, dy] = [dot.at[0] - current.at[0], dot.at[1] - current.at[1]];
    const ahead = dx * right + dy * down;
    const aside = Math.abs(dx * down) + Math.abs(dy * right);
    if (ahead > 0 && ahead + 2 * aside < least) [best, least] = [dot, ahead + 2 * aside];
  }
  if (best) go(best);
}

// By the arrows some dots may be hard to come to; in the order of the list all follow each other.
function goAlong(by) {
  const seen = dots.filter((dot) => dot.seen && dot.hit);
  go(seen[(seen.indexOf(current) + by + seen.length) % seen.length]);
}

// --- What is on show

function sift() {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const dot of dots) {
    dot.hit = words.every((word) => dot.text.includes(word));
    dot.seen = dot.group.on;
    dot.element.classList.toggle("dim", !dot.hit);
    dot.element.classList.toggle("hit", dot.hit && words.length > 0);
    dot.element.toggleAttribute("hidden", !dot.seen);
    dot.item.hidden = !(dot.seen && dot.hit);
  }
  for (const group of groups) group.section.hidden = group.dots.every((dot) => dot.item.hidden);
  const found = dots.filter((dot) => dot.seen && dot.hit);
  count.textContent = found.length === dots.length ? "" : `${found.length.toLocaleString()} of ${dots.length.toLocaleString()} shown`;
  if (!current?.seen || !current.hit) makeCurrent(found[0] ?? null);
  if (shown && !shown.seen) show(null);
}

function draw(dot) {
  const label = [dot.title, dot.group.name, dot.item.querySelector(".gone")?.textContent];
  const about = {
    class: `dot ${dot.group.look}${label[2] ? " gone" : ""}`,
    tabindex: -1,
    "aria-label": label.filter(Boolean).join(", "),
  };
  const link = { href: dot.link, target: "_blank", rel: "noopener noreferrer" };
  const room = made("circle", { class: "room", r: Math.max(size + 3, 9) });
  dot.element = dot.link
    ? made("a", { ...about, ...link }, room, ...mark(dot.group, size))
    : made("g", { ...about, role: "img" }, room, ...mark(dot.group, size));
  dot.element.dot = dot;
}

function drawLegend(group) {
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", checked: true });
  box.addEventListener("change", () => {
    group.on = box.checked;
    sift();
    layOut();
  });
  const sample = made("svg", { width: 20, height: 20, viewBox: "-10 -10 20 20", "aria-hidden": "true" },
    made("g", { class: `dot ${group.look}` }, ...mark(group, 6.5)));
  const many = document.createElement("span");
  many.textContent = group.dots.length.toLocaleString();
  const label = document.createElement("label");
  label.append(box, sample, group.name, many);
  const line = document.createElement("li");
  line.append(label);
  group.box = box;
  return line;
}

function begin() {
  dots.forEach(draw);
  // What nobody can read yet lies on top: it is what the map is looked at for.
  crowd.append(...dots.map((dot) => dot.element));
  legend.querySelector("ul").append(...groups.map(drawLegend));
  for (const part of document.querySelectorAll("[data-drawn]")) part.hidden = false;
  sift();
  layOut();
  new ResizeObserver(layOut).observe(drawing);

  const dotOf = (event) => event.target.closest?.(".dot")?.dot;
  crowd.addEventListener("pointerover", (event) => dotOf(event) && show(dotOf(event)));
  crowd.addEventListener("pointerout", (event) => event.pointerType !== "touch" && leave());
  card.addEventListener("pointerenter", () => clearTimeout(leaving));
  card.addEventListener("pointerleave", leave);
  crowd.addEventListener("focusin", (event) => {
    makeCurrent(dotOf(event));
    show(current);
  });
  crowd.addEventListener("focusout", leave);
  // A finger cannot hover: the first tap tells of the dot, the title there leads on.
  drawing.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (!dotOf(event)) show(null);
  });
  crowd.addEventListener("click", (event) => {
    if (touched) {
      event.preventDefault();
      show(dotOf(event) ?? null);
    }
  });
  drawing.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (WAYS[event.key] && current) goTowards(WAYS[event.key]);
    else if (STEPS[event.key] && current) goAlong(STEPS[event.key]);
    else if (event.key === "+") zoomBy(1.5);
    else if (event.key === "-") zoomBy(1 / 1.5);
    else if (event.key === "0") zoomBy(0);
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && show(null));

  // What was done before with mouse or finger says nothing about the click that Enter makes.
  let held = null;
  document.addEventListener("keydown", () => ([held, touched] = [null, false]), true);
  drawing.addEventListener("pointerdown", (event) => {
    held = view.zoom > 1 ? [event.clientX, event.clientY, 0] : null;
  });
  drawing.addEventListener("pointermove", (event) => {
    if (!held || !event.buttons) return;
    const [dx, dy] = [event.clientX - held[0], event.clientY - held[1]];
    held = [event.clientX, event.clientY, held[2] + Math.hypot(dx, dy)];
    move(dx, dy);
  });
  // Whoever has dragged the map by a dot does not want to open its link.
  drawing.addEventListener("click", (event) => held?.[2] > 5 && event.preventDefault(), true);
  drawing.addEventListener("dragstart", (event) => event.preventDefault());
  drawing.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = drawing.getBoundingClientRect();
    zoomBy(Math.exp(-event.deltaY / 200), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  byId("in").addEventListener("click", () => zoomBy(1.5));
  byId("out").addEventListener("click", () => zoomBy(1 / 1.5));
  byId("whole").addEventListener("click", () => zoomBy(0));

  query.addEventListener("input", sift);
  query.addEventListener("keydown", (event) => {
    const first = dots.find((dot) => dot.seen && dot.hit);
    if (event.key === "Enter" && first) go(first);
  });
  for (const [id, on] of [["all", true], ["none", false]])
    byId(id).addEventListener("click", () => {
      for (const group of groups) group.on = group.box.checked = on;
      sift();
      layOut();
    });
}

begin();
