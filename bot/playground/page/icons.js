/** Icons as drawn paths, so that they look alike everywhere and follow the colour of the text. */

import { h } from "./dom.js";

const PATHS = {
  hash: "M10 4 8 20M16 4l-2 16M5 9h15M4 15h15",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
  home: "M4 11.5 12 5l8 6.5M6 10v9h4v-5h4v5h4v-9",
  send: "M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4",
  close: "M6 6l12 12M18 6 6 18",
  back: "M14 6l-6 6 6 6",
  down: "M6 10l6 6 6-6",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  reply:
    "M20 11.5c0 3.6-3.6 6.5-8 6.5-1 0-2-.15-2.9-.4L5 20l1.2-3.6C4.8 15 4 13.4 4 11.5 4 7.9 7.6 5 12 5s8 2.9 8 6.5z",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20",
  help: "M9 9.5a3 3 0 1 1 4.2 2.7c-.8.4-1.2.9-1.2 1.8v.5M12 18v.01",
  theme: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  traffic: "M4 9h14l-3-3.5M20 15H6l3 3.5",
  copy: "M9 9h10v11H9zM6 15H5V4h10v2",
  check: "M5 12.5l4.5 4.5L19 7.5",
  eye: "M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  up: "M8 11v8H5v-8zM8 11l3.5-6.5c1.5 0 2.3 1 2 2.5L13 10h5.5c1.2 0 2 1 1.7 2.2l-1.3 5.2c-.2 1-1 1.6-2 1.6H8",
  downvote:
    "M16 13V5h3v8zM16 13l-3.5 6.5c-1.5 0-2.3-1-2-2.5l.5-3H5.5c-1.2 0-2-1-1.7-2.2l1.3-5.2c.2-1 1-1.6 2-1.6H16",
  clock: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 7.5V12l3 2",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12",
  people:
    "M9 11.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3.5 19c.5-3 2.7-5 5.5-5s5 2 5.5 5M15.5 6a2.8 2.8 0 0 1 0 5.3M17 14.3c1.9.7 3.1 2.3 3.5 4.7",
  at: "M15.5 12a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0zm0 0c0 3 4.5 3 4.5-.5A8 8 0 1 0 16 19",
  slash: "M15 4 9 20",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5v.01",
  warning: "M12 4 3 19h18zM12 10v4M12 16.5v.01",
};

/** An icon for the eye alone: whatever holds it needs a name of its own. */
export function icon(name, extra = "") {
  return h(
    "svg",
    {
      class: `icon icon-${name} ${extra}`.trim(),
      viewBox: "0 0 24 24",
      "aria-hidden": "true",
      focusable: "false",
    },
    h("path", { d: PATHS[name] ?? PATHS.more }),
  );
}
