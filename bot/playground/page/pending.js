/** Clicks that the app has not acknowledged yet: their buttons show that something is under way. */

import { change, state } from "./state.js";

/** A click was made on the element with this key. */
export function begin(key) {
  set(key, null);
}

/** The server took the click: `delivery` is the line of the traffic that tells what became of it. */
export function sentAs(key, delivery) {
  if (delivery && isWaiting(delivery)) set(key, delivery);
  else end(key);
}

export const isPending = (key) => state.pending.has(key);

/** Forget the clicks that are answered, as the latest snapshot has it. */
export function settlePending() {
  for (const [key, delivery] of state.pending) if (delivery && !isWaiting(delivery)) end(key);
}

const isWaiting = (delivery) =>
  state.snapshot.traffic?.find((line) => line.id === delivery)?.outcome === "waiting";

function set(key, delivery) {
  change((s) => {
    s.pending.set(key, delivery);
    s.inputsVersion += 1;
  });
}

function end(key) {
  change((s) => {
    s.pending.delete(key);
    s.inputsVersion += 1;
  });
}
