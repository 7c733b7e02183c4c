import { describe, expect, it } from 'vitest';
import { parseCron, timesOf } from '../../src/kube/cron.ts';
import { isTimeZone } from '../../src/kube/timezone.ts';
import kubernetes from './cron.kubernetes.json' with { type: 'json' };

/** Six times in a row, as minutes after a moment; 'refused' where it cannot be read. */
function sixTimes(schedule: string, zone: string, after: string): number[] | 'refused' {
  const read = parseCron(schedule);
  if ('problem' in read) return 'refused';
  const next = timesOf(read.cron, zone);
  const start = Date.parse(after);
  const times: number[] = [];
  for (let at: number | undefined = start; at !== undefined && times.length < 6; ) {
    at = next(at);
    if (at !== undefined) times.push(at / 60_000 - Math.floor(start / 60_000));
  }
  return times;
}

/** What Kubernetes takes, and this does not: times that depend on when it is asked, days that never come, a range that begins with a star. */
const REFUSED_HERE = ['@every 1h', '0 0 30 2 *', '0 0 31 4,6 *', '*-5 * * * *'];

/**
 * Recorded from the parser of Kubernetes' CronJob controller, github.com/robfig/cron v3.0.1, over days on which clocks are changed in Warsaw
 * and New York, and a leap day. 200 schedules, of which it refuses 30.
 */
describe('a schedule is due when a CronJob is', () => {
  const moments = kubernetes.moments.map((moment) => moment.split(' ') as [string, string]);
  const schedules = Object.entries(kubernetes.schedules as Record<string, number[][] | 'refused'>);

  it('for as many schedules as were recorded', () => {
    expect([schedules.length, moments.length]).toEqual([200, 5]);
  });

  it.each(schedules)('%s', (schedule, recorded) => {
    const times = moments.map(([zone, after]) => sixTimes(schedule, zone, after));
    const refused = moments.map(() => 'refused');
    expect(times).toEqual(recorded === 'refused' || REFUSED_HERE.includes(schedule) ? refused : recorded);
  });
});

describe('where the clocks go half an hour back or forth, every minute of a day is still found', () => {
  // Kubernetes leaves out the day after the change there.
  it.each([
    ['0 0 * * *', '2027-04-03T10:00:00Z', ['2027-04-03T13:00', '2027-04-04T13:30', '2027-04-05T13:30']],
    ['0 0 * * *', '2027-10-02T10:00:00Z', ['2027-10-02T13:30', '2027-10-03T13:00', '2027-10-04T13:00']],
    ['45 1 * * *', '2027-04-03T10:00:00Z', ['2027-04-03T14:45', '2027-04-03T15:15', '2027-04-04T15:15']],
    ['15 2 * * *', '2027-10-02T10:00:00Z', ['2027-10-03T15:15', '2027-10-04T15:15', '2027-10-05T15:15']],
  ])('%s after %s', (schedule, after, expected) => {
    const times = sixTimes(schedule, 'Australia/Lord_Howe', after);
    const start = Math.floor(Date.parse(after) / 60_000);
    const shown =
      times === 'refused' ? times : times.slice(0, 3).map((each) => new Date((start + each) * 60_000).toISOString().slice(0, 16));
    expect(shown).toEqual(expected);
  });
});

describe('a time zone', () => {
  it.each([
    ['Europe/Warsaw', true],
    ['Etc/UTC', true],
    ['America/Argentina/Buenos_Aires', true],
    ['UTC', true],
    ['Europe/Nowhere', false],
    ['+02:00', false],
    ['Local', false],
    ['', false],
  ])('%s: %s', (zone, isOne) => {
    expect(isTimeZone(zone)).toBe(isOne);
  });
});

describe('what cannot be read is told with what would be', () => {
  it.each([
    ['* * * *', 'have five fields (minute, hour, day of the month, month, day of the week), and it has 4'],
    ['0 0 * * 7', 'have as day of the week 0 to 6 or sun to sat, such as *, 1, 1-5, 1,3 or */2, and has "7"'],
    ['0 25 * * *', 'have as hour 0 to 23, such as *, 1, 1-5, 1,3 or */2, and has "25"'],
    ['*/0 * * * *', 'have as minute a step of at least 1, and has "*/0"'],
    [
      '@every 1h',
      'be five fields such as */5 * * * *, or one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly',
    ],
    ['0 0 30 2 *', 'have a day that comes, and no month that it names has a day "30"'],
  ])('%s', (schedule, problem) => {
    expect(parseCron(schedule)).toEqual({ problem });
  });
});
