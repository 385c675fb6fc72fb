/** Moments as people say them. A ts is Slack's: seconds with a fraction, as a string. */

const LOCALE = "en-US";
const DAY = 24 * 60 * 60 * 1000;

const format = (options) => new Intl.DateTimeFormat(LOCALE, options);
const CLOCK = format({ hour: "numeric", minute: "2-digit" });
const SECONDS = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const WEEKDAY = format({ weekday: "long", month: "long", day: "numeric" });
const FULL_DAY = format({ year: "numeric", month: "long", day: "numeric" });
const FULL = format({ dateStyle: "long", timeStyle: "medium" });
const DATES = {
  date: FULL_DAY,
  date_long: format({ weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  date_short: format({ year: "numeric", month: "short", day: "numeric" }),
  date_num: { format: (date) => date.toISOString().slice(0, 10) },
  time: CLOCK,
  time_secs: format({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
};

const moment = (ts) => new Date(Number(ts) * 1000);
const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

export const clock = (ts) => CLOCK.format(moment(ts));
export const clockSeconds = (ts) => SECONDS.format(moment(ts));
export const fullTime = (ts) => FULL.format(moment(ts));
export const isoTime = (ts) => moment(ts).toISOString();
export const dayOf = (ts) => midnight(moment(ts)).getTime();

/** Today, Yesterday, a weekday with its date, or the full date of another year. */
export function day(ts, now) {
  const days = Math.round((dayOf(now) - dayOf(ts)) / DAY);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const date = moment(ts);
  return date.getFullYear() === moment(now).getFullYear()
    ? WEEKDAY.format(date)
    : FULL_DAY.format(date);
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
    if (!(name in DATES)) return whole;
    const near = day(seconds, now);
    if (token.endsWith("_pretty") && (near === "Today" || near === "Yesterday"))
      return near.toLowerCase();
    return DATES[name].format(moment(seconds));
  });
}
