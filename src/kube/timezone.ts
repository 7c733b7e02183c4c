/** Time zones as IANA names them, from the tables that the runtime carries. Nothing here asks for the time or for the zone of this machine. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Making one takes longer than everything it is asked. There are as many as names of zones. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  FORMATS.set(zone, format);
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
 * changes on one day that undo each other it sees neither.
 */
export function nextChange(zone: string, after: number, until: number): number | undefined {
  const offset = offsetAt(zone, after);
  for (let from = after; from < until; from += DAY_MS) {
    const to = Math.min(from + DAY_MS, until);
    if (offsetAt(zone, to) === offset) continue;
    let [before, changed] = [Math.floor(from / MINUTE_MS), Math.floor(to / MINUTE_MS)];
    while (changed - before > 1) {
      const middle = Math.floor((before + changed) / 2);
      if (offsetAt(zone, middle * MINUTE_MS) === offset) before = middle;
      else changed = middle;
    }
    return changed * MINUTE_MS;
  }
  return undefined;
}
