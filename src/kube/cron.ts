/**
 * When a CronJob is due: the grammar of Kubernetes (github.com/robfig/cron v3 `ParseStandard`), which is narrower than that of the library
 * that finds the next time, and the minutes of a time zone.
 * https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
import { Cron } from 'croner';
import { changesOf, offsetAt } from './timezone.ts';

/** A schedule that can be read: five fields, each a star or a list of numbers. */
export type CronSchedule = string & { readonly brand: 'CronSchedule' };

interface Field {
  name: string;
  min: number;
  max: number;
  /** What stands for the numbers from `min` on. */
  names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of the week', min: 0, max: 6, names: WEEKDAYS },
];

const MACROS: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** A schedule as a CronJob has it, but for `@every`, whose times depend on when it is asked; or what is wrong with it, after "must". */
export function parseCron(text: string): { cron: CronSchedule } | { problem: string } {
  const trimmed = text.trim();
  if (trimmed.startsWith('@') && !Object.hasOwn(MACROS, trimmed))
    return { problem: `be five fields such as */5 * * * *, or one of ${Object.keys(MACROS).join(', ')}` };
  const fields = (MACROS[trimmed] ?? trimmed).split(/\s+/);
  if (fields.length !== FIELDS.length) {
    const problem = `have five fields (minute, hour, day of the month, month, day of the week), and it has ${fields.length}`;
    return { problem };
  }
  const parsed = FIELDS.map((field, index) => parseField(fields[index] ?? '', field));
  const wrong = parsed.find((each) => 'problem' in each);
  if (wrong !== undefined && 'problem' in wrong) return wrong;
  const plain = parsed.map((each) => ('values' in each ? each.values : ''));
  // The library would look for it through the years.
  if (!comes(plain))
    return { problem: `have a day that comes, and no month that it names has a day ${JSON.stringify(fields[2])}` };
  return { cron: plain.join(' ') as CronSchedule };
}

const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Where a day of the week is named too, either of the two is enough. */
function comes([, , days = '*', months = '*', weekdays = '*']: string[]): boolean {
  if (days === '*' || weekdays !== '*') return true;
  const lengths = months === '*' ? DAYS_OF_MONTH : months.split(',').map((month) => DAYS_OF_MONTH[Number(month) - 1] ?? 0);
  return Math.max(...lengths) >= Number(days.split(',')[0]);
}

/** Every value of a field, or a star: where one of the two fields for days is a star, the other one decides alone. */
function parseField(text: string, field: Field): { values: string } | { problem: string } {
  const problem = { problem: describe(field, text) };
  const values = new Set<number>();
  let isStar = false;
  for (const item of text.split(',')) {
    const [, from = '', to, step] = /^([*?]|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item) ?? [];
    const isAny = from === '*' || from === '?';
    const every = Number(step ?? 1);
    if (every < 1) return { problem: `have as ${field.name} a step of at least 1, and has ${JSON.stringify(text.slice(0, 32))}` };
    const first = isAny ? field.min : numberOf(from, field);
    const last = to !== undefined ? numberOf(to, field) : isAny || step !== undefined ? field.max : first;
    if (first === undefined || last === undefined || first > last || (isAny && to !== undefined)) return problem;
    isStar ||= isAny && every === 1;
    for (let value = first; value <= last; value += every) values.add(value);
  }
  return { values: isStar ? '*' : [...values].sort((one, other) => one - other).join(',') };
}

function numberOf(text: string, { min, max, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  const value = named >= 0 ? named + min : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

const describe = ({ name, min, max, names = [] }: Field, text: string): string =>
  `have as ${name} ${min} to ${max}${names.length > 0 ? ` or ${names[0]} to ${names.at(-1)}` : ''}, such as *, 1, 1-5, 1,3 or */2, and has ${JSON.stringify(text.slice(0, 32))}`;

/**
 * Of a schedule in a time zone: the first moment after another one at which the clocks there show what the schedule wants; undefined where
 * there is none in the next years. Milliseconds since 1970. As with a CronJob, a minute that the clocks leave out is no time, and one that
 * they show twice is two.
 */
export function timesOf(cron: CronSchedule, zone: string): (after: number) => number | undefined {
  const pattern = new Cron(cron, { timezone: 'UTC', paused: true, mode: '5-part' });
  const nextChange = changesOf(zone);
  return (after) => {
    let from = after;
    // What clocks show that go so far ahead of UTC, and then the library is asked in UTC. It looks for what comes after.
    let shown = after + offsetAt(zone, after);
    for (;;) {
      const found = pattern.nextRun(new Date(shown));
      if (found === null) return undefined;
      const offset = offsetAt(zone, from);
      const at = found.getTime() - offset;
      const change = nextChange(from, at);
      if (change === undefined) return at;
      from = change;
      shown = change - 1 + offsetAt(zone, change);
    }
  };
}
