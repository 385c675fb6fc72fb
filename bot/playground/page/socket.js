/** Snapshots from the server as long as the page is open: a lost connection is made anew. */

const FIRST_WAIT = 400;
const LONGEST_WAIT = 5000;

/**
 * Keep a connection. `hears` gets {snapshot(data), status("connecting" | "open" | "lost")}.
 * What comes back: `as(person)` looks through the eyes of another, `retry()` does not wait longer.
 */
export function connect(hears) {
  let socket = null;
  let person = null;
  let wait = FIRST_WAIT;
  let timer = null;

  function dial() {
    clearTimeout(timer);
    timer = null;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const query = person ? `?as=${encodeURIComponent(person)}` : "";
    const mine = new WebSocket(`${scheme}//${location.host}/page/socket${query}`);
    socket = mine;
    mine.onmessage = ({ data }) => {
      if (mine !== socket) return; // a late word for the person before
      wait = FIRST_WAIT;
      hears.status("open");
      hears.snapshot(JSON.parse(data));
    };
    mine.onclose = () => mine === socket && redial();
  }

  function redial() {
    hears.status("lost");
    timer = setTimeout(dial, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  return {
    as(other) {
      person = other;
      const left = socket;
      dial();
      left?.close();
    },
    retry() {
      if (timer !== null) dial();
    },
  };
}
