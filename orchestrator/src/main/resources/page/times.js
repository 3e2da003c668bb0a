// All times are ISO 8601 in UTC and are shown in UTC: they are the data's, not the reader's.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export const clock = (iso) => (iso ? iso.slice(11, 16) : '–');
export const clockSeconds = (iso) => (iso ? iso.slice(11, 19) : '–');
export const day = (iso) => (iso ? `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1]}` : '–');
export const dayAndYear = (iso) => (iso ? `${day(iso)} ${iso.slice(0, 4)}` : '–');
export const moment = (iso) => (iso ? `${day(iso)} ${clock(iso)}` : '–');
export const fullMoment = (iso) => (iso ? `${dayAndYear(iso)}, ${clockSeconds(iso)} UTC` : '–');
export const sameDay = (a, b) => Boolean(a && b) && a.slice(0, 10) === b.slice(0, 10);

const UNIT_MINUTES = { s: 1 / 60, m: 1, h: 60, d: 1440, w: 10080 };

/** "5m" in minutes; one minute where the interval is not known. */
export function intervalMinutes(interval) {
  const parts = /^(\d+)([smhdw])$/.exec(interval ?? '');
  return parts ? Number(parts[1]) * UNIT_MINUTES[parts[2]] : 1;
}

/** "5m", read off the bars themselves: the smallest step among the last of them. */
export function intervalOf(bars) {
  const times = bars.slice(-20).map((bar) => Date.parse(bar.time));
  const steps = times.slice(1).map((time, i) => time - times[i]).filter((step) => step > 0);
  if (steps.length === 0) return undefined;
  const minutes = Math.min(...steps) / 60_000;
  const unit = ['w', 'd', 'h', 'm'].find((one) => minutes % UNIT_MINUTES[one] === 0) ?? 's';
  return `${Math.round(minutes / UNIT_MINUTES[unit])}${unit}`;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 2880, 10080, 43200];

/**
 * Where to write times on an axis: at the first point after each round time, about `wanted` of
 * them between the points `from` and `to`. Returns a set of indices.
 */
export function roundTimes(times, from, to, wanted) {
  const minutes = times.map((time) => Date.parse(time) / 60_000);
  const between = minutes[to] - minutes[from];
  const step = STEPS.find((one) => between / one <= wanted) ?? STEPS.at(-1);
  const marks = new Set();
  for (let i = 1; i < minutes.length; i++) {
    if (Math.floor(minutes[i] / step) !== Math.floor(minutes[i - 1] / step)) marks.add(i);
  }
  return marks;
}

/** 90 minutes as "1.5h". */
export function span(minutes) {
  const trimmed = (value) => String(Math.round(value * 10) / 10);
  if (minutes < 60) return `${trimmed(minutes)}m`;
  if (minutes < 1440) return `${trimmed(minutes / 60)}h`;
  return `${trimmed(minutes / 1440)}d`;
}
