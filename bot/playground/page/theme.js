// Runs before anything is drawn, so that a chosen theme does not flash in the other one first.
// Without a choice the page follows the system.
"use strict";

{
  const chosen = localStorage.getItem("workspace:theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
