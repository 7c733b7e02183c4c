/** Time zones as IANA names them, from the tables that the runtime carries. Nothing here asks for the time or for the zone of this machine. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Making one takes longer than everything it is asked. There are as many as names of zones. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  // A name may be written in any case.
  const key = zone.toLowerCase();
  const known = FORMATS.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  FORMATS.set(key, format);
  return format;
}

export function isTimeZone(zone: string): boolean {
  // Offsets are not names, and mean the opposite of what Etc/GMT+1 does.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** How far the clocks of a zone are ahead of UTC at a moment, in milliseconds, whole minutes. */
export function offsetAt(zone: string, at: number): number {
  const whole = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(whole)) part[type] = Number(value);
  const { year = 0, month = 1, day, hour, minute, second } = part;
  return Math.round((Date.UTC(year, month - 1, day, hour, minute, second) - whole) / MINUTE_MS) * MINUTE_MS;
}

/**
 * The first minute after a moment, up to another one, at which the clocks of a zone are changed; undefined where they are not. Of two
 * changes on one day that undo each other it sees neither. What was looked at once is remembered, for moments that follow each other.
 */
export function changesOf(zone: string): (after: number, until: number) => number | undefined {
  // Nothing changes from one to the other.
  let [calmFrom, calmUntil] = [0, 0];
  return (after, until) => {
    if (after >= calmFrom && until <= calmUntil) return undefined;
    const offset = offsetAt(zone, after);
    const start = after >= calmFrom && after <= calmUntil ? calmUntil : after;
    if (start === after) calmFrom = after;
    for (let from = start; from < until; from += DAY_MS) {
      if (offsetAt(zone, from + DAY_MS) === offset) {
        calmUntil = from + DAY_MS;
        continue;
      }
      const change = findChange(zone, from, offset);
      calmUntil = change - MINUTE_MS;
      return change <= until ? change : undefined;
    }
    return undefined;
  };
}

/** The first minute with another offset, in the day after a moment. */
function findChange(zone: string, from: number, offset: number): number {
  let [before, changed] = [Math.floor(from / MINUTE_MS), Math.floor((from + DAY_MS) / MINUTE_MS)];
  while (changed - before > 1) {
    const middle = Math.floor((before + changed) / 2);
    if (offsetAt(zone, middle * MINUTE_MS) === offset) before = middle;
    else changed = middle;
  }
  return changed * MINUTE_MS;
}
