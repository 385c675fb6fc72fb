/**
 * Moments as people say them, by the clocks of the person one looks through. A ts is Slack's: seconds
 * with a fraction, as a string.
 */

const LOCALE = "en-US";
const DAY = 24 * 60 * 60 * 1000;

const SHAPES = {
  clock: { hour: "numeric", minute: "2-digit" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  weekday: { weekday: "long", month: "long", day: "numeric" },
  fullDay: { year: "numeric", month: "long", day: "numeric" },
  full: { dateStyle: "long", timeStyle: "medium" },
  moment: { weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" },
};
const DATES = {
  date: SHAPES.fullDay,
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  time: SHAPES.clock,
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};
// What Swedes write is ISO: 2026-11-30 09:00.
const ISO_DAY = { year: "numeric", month: "2-digit", day: "2-digit" };
const ISO_MINUTE = { ...ISO_DAY, hour: "2-digit", minute: "2-digit" };

let zone; // the browser's own, until it is known who looks
const made = new Map(); // shape -> format in that zone: making one is slow

/** Show all times by the clocks of this zone, a name such as Europe/Berlin. */
export function setZone(name) {
  if (name === zone) return;
  zone = name;
  made.clear();
}

function write(shape, seconds, locale = LOCALE) {
  if (!made.has(shape))
    made.set(shape, new Intl.DateTimeFormat(locale, { ...shape, timeZone: zone }));
  return made.get(shape).format(new Date(Number(seconds) * 1000));
}

export const clock = (ts) => write(SHAPES.clock, ts);
export const clockSeconds = (ts) => write(SHAPES.seconds, ts);
export const fullTime = (ts) => write(SHAPES.full, ts);
export const isoTime = (ts) => new Date(Number(ts) * 1000).toISOString();
export const moment = (seconds) => write(SHAPES.moment, seconds);

const isoDay = (ts) => write(ISO_DAY, ts, "sv-SE");

/** A number for each day: two moments of one day have the same, and that of the next is DAY later. */
export const dayOf = (ts) => Date.parse(isoDay(ts));

/** What a clock on the wall shows then: "2026-11-30T09:00", as fields for a date and time want it. */
export const wallClock = (seconds) => write(ISO_MINUTE, seconds, "sv-SE").replace(" ", "T");

/** When a clock on the wall shows this, in seconds; NaN for what is no date and time. */
export function atWallClock(text) {
  const wanted = Date.parse(`${text}Z`) / 1000;
  if (Number.isNaN(wanted)) return wanted;
  const ahead = (at) => Date.parse(`${wallClock(at)}Z`) / 1000 - at;
  // How far the zone is ahead is asked where the moment is nearly, and then where it is.
  return wanted - ahead(wanted - ahead(wanted));
}

/** Today, Yesterday, a weekday with its date, or the full date of another year. */
export function day(ts, now) {
  const days = Math.round((dayOf(now) - dayOf(ts)) / DAY);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const sameYear = isoDay(ts).slice(0, 4) === isoDay(now).slice(0, 4);
  return write(sameYear ? SHAPES.weekday : SHAPES.fullDay, ts);
}

/** How long ago, roughly: for "last reply". */
export function ago(ts, now) {
  const minutes = Math.floor((now - Number(ts)) / 60);
  if (minutes < 1) return "just now";
  if (minutes < 60) return minutes === 1 ? "1 minute ago" : `${minutes} minutes ago`;
  const label = day(ts, now);
  const near = label === "Today" || label === "Yesterday";
  return `${near ? label.toLowerCase() : label} at ${clock(ts)}`;
}

/** Slack's `<!date^…>`: a pattern such as "{date_short_pretty} at {time}" filled in. */
export function dateText(seconds, pattern, now) {
  return pattern.replace(/\{(\w+)\}/g, (whole, token) => {
    const name = token.replace(/_pretty$/, "");
    if (name === "date_num") return isoDay(seconds);
    if (!(name in DATES)) return whole;
    const near = day(seconds, now);
    if (token.endsWith("_pretty") && (near === "Today" || near === "Yesterday"))
      return near.toLowerCase();
    return write(DATES[name], seconds);
  });
}
