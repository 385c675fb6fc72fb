/** The page: takes snapshots in, draws them, and follows the address. */

import { act } from "./act.js";
import { announceNews } from "./announce.js";
import { banners } from "./banners.js";
import { mainPane } from "./conversation.js";
import { draftKey } from "./composer.js";
import { classes, h, patch } from "./dom.js";
import { forget } from "./forms.js";
import { inspector, refreshChosen } from "./inspector.js";
import { confirmation, dropModals, modals } from "./modal.js";
import { exists, followAddress, readPlace, settle } from "./route.js";
import { setDrawer, sidebar } from "./sidebar.js";
import { connect } from "./socket.js";
import { accept, change, now, onChange, open, state, user } from "./state.js";
import { settlePending } from "./pending.js";
import { listenForShortcut, switcher } from "./switcher.js";
import { threadMessages, threadPane } from "./thread.js";
import { setZone, wallClock } from "./time.js";
import { markOpened, markRead, meet, unread } from "./unread.js";
import { welcomePanel } from "./welcome.js";

const root = document.getElementById("app");
const seen = new Set(); // the people through whose eyes this page has looked

function draw() {
  if (!state.snapshot) return patch(root, banners());
  if (!exists(state.place.view)) return; // the snapshot that knows it, or leads away, is still to come
  patch(
    root,
    h(
      "div",
      { class: classes("workspace", { "with-thread": threadMessages().length }) },
      state.drawer && h("div", { class: "shade", key: "shade", onclick: () => setDrawer(false) }),
      sidebar(),
      h(
        "div",
        { class: "panes", key: "panes" },
        banners(),
        h("div", { class: "columns" }, mainPane(welcomePanel()), threadPane()),
        inspector(),
      ),
    ),
    modals(),
    switcher(),
    confirmation(),
  );
  nameWindow();
  noteReading();
}

function nameWindow() {
  const { conversations, workspace } = state.snapshot;
  const waiting = conversations.reduce((sum, one) => sum + unread(one).direct, 0);
  document.title = `${waiting ? `(${waiting}) ` : ""}${open()?.name ?? state.snapshot.app.name} – ${workspace.name}`;
}

function noteReading() {
  const conversation = open();
  if (conversation) markRead(conversation.id, state.snapshot.messages[conversation.id]?.at(-1)?.ts);
  const thread = threadMessages();
  if (thread.length) markRead(`${conversation.id}:${state.place.thread}`, thread.at(-1).ts);
}

function takeSnapshot(snapshot) {
  const before = accept(snapshot);
  setZone(user(snapshot.me)?.tz);
  const arriving = before?.me !== snapshot.me;
  settle();
  if (!seen.has(snapshot.me)) dropModals();
  seen.add(snapshot.me);
  if (arriving) arrive();
  else {
    announceNews(before);
    forgetClosed(before, snapshot);
  }
  settlePending();
  refreshChosen();
}

function forgetClosed(before, snapshot) {
  for (const { id } of before.modals) if (!snapshot.modals.some((one) => one.id === id)) forget(id);
}

/** A person came to a conversation or to a tab of the app: the app hears of the latter. */
function arrive() {
  const { view } = state.place;
  meet();
  markOpened(open()?.id);
  if (view === "home") act("home", { tab: "home" });
  if (view === "app") act("home", { tab: "messages" });
}

function moved(before, place) {
  if (before.person !== place.person) return connection.as(place.person); // arrives with a snapshot
  if (!state.snapshot) return;
  settle();
  if (before.view !== state.place.view) arrive();
  if (place.thread && before.thread !== place.thread)
    focusLater(() => draftKey(open().id, place.thread));
}

/** The composer of a thread that opens is where one goes on, except where a keyboard would pop up. */
function focusLater(id) {
  if (matchMedia("(hover: none)").matches) return;
  setTimeout(() => document.getElementById(id())?.focus());
}

/** The address is taken for places, so the skip link moves the focus by itself. */
function listenForSkipping() {
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector("[data-composer] textarea, #tab-panel, #main a")?.focus();
  });
}

/** The clock goes on while nothing happens. */
function keepTime() {
  let shown = null;
  setInterval(() => {
    const minute = state.snapshot && wallClock(now());
    if (minute !== shown) change();
    shown = minute;
  }, 1000);
}

onChange(draw);
keepTime();
listenForShortcut();
listenForSkipping();
followAddress(moved);
state.place = readPlace();
const connection = connect({
  snapshot: takeSnapshot,
  status: (status) =>
    change((s) => {
      s.connection = status;
    }),
});
root.replaceChildren(); // what index.html says until this runs
connection.as(state.place.person);
addEventListener("online", connection.retry);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  connection.retry();
  change(); // what came meanwhile is being read now
});
draw();
