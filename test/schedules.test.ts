/** The promises over random days of schedules: core and function are killed, runs are slow, deleted, refused, caches are old. */
import { expect, it } from 'vitest';
import { AGENT_SCHEDULE, API_VERSION } from '../src/api/kinds.ts';
import { MADE_AS } from '../src/api/labels.ts';
import { compose } from '../src/function.ts';
import { parseCron, timesOf } from '../src/kube/cron.ts';
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../src/kube/json.ts';
import { formatTime } from '../src/kube/time.ts';
import { Refused, uidOf } from '../src/simulation/apiserver.ts';
import { type RunRecord, ScheduleWorld } from '../src/simulation/schedule.ts';
import { Random } from './support/random.ts';

/** `SEED=` plays that one, and with `SCHEDULES=` as many from it on. */
const SEED = process.env['SEED'];
const FIRST = Number(SEED ?? 1);
const COUNT = Number(process.env['SCHEDULES'] ?? (SEED === undefined ? 150 : 1));

const SCHEDULE = {
  apiVersion: API_VERSION,
  kind: AGENT_SCHEDULE,
  metadata: { name: 'sweep', namespace: 'team-a', uid: 'uid-of-sweep' },
};

const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

const SCHEDULES = [
  '0 * * * *',
  '*/30 * * * *',
  '*/10 8-10 * * *',
  '30 1-3 * * *',
  '0 2 * * *',
  '15 */4 * * *',
  '* 12 * * *',
  '@daily',
];
/** With the days on which their clocks are changed. */
const DAYS: [string, string][] = [
  ['Etc/UTC', '2027-02-28T00:00:10Z'],
  ['Europe/Warsaw', '2027-03-27T12:00:40Z'],
  ['Europe/Warsaw', '2027-10-30T12:00:20Z'],
  ['America/New_York', '2027-03-13T17:00:30Z'],
  ['America/New_York', '2027-11-06T17:00:50Z'],
];

interface Played {
  world: ScheduleWorld;
  spec: JsonObject;
  /** Runs that somebody deleted, by uid. */
  deleted: Set<string>;
  ticks: string[];
  /** Whether Crossplane may call again before it has heard of what it wrote. */
  hearsLate: boolean;
}

function play(seed: number): Played {
  const random = new Random(seed);
  const [timeZone, start] = random.pick(DAYS);
  const spec: JsonObject = {
    ...{ schedule: random.pick(SCHEDULES), timeZone, suspend: false },
    concurrencyPolicy: random.pick(['Forbid', 'Allow', 'Replace']),
    startingDeadlineSeconds: random.pick([10, 60, 300, 3600]),
    successfulRunsHistoryLimit: random.pick([0, 1, 3]),
    failedRunsHistoryLimit: random.pick([0, 1, 3]),
    runTemplate: { spec: { instanceRef: 'agent', task: 'Look' } },
  };
  /** What works no more, each for a while. */
  const trouble = { function: false, api: false };
  const lag = random.pick([0, 200, 5_000]);
  const hearsLate = random.chance(0.3);
  const world = new ScheduleWorld({ ...SCHEDULE, spec }, new Date(start), {
    lifeOf: () => {
      const startsAfter = random.integer(1, 20_000);
      return {
        startsAfter,
        endsAfter: startsAfter + random.pick([1_000, 60_000, 600_000, 7_200_000]),
        end: random.pick(['Succeeded', 'Failed']),
        leavesAfter: random.pick([10, 1_000, 40_000]),
      };
    },
    lagMs: () => (random.chance(0.2) ? random.next() * lag : 20),
    compositeLagMs: () => (hearsLate && random.chance(0.2) ? random.next() * 200 : 0),
    lateLists: random.chance(0.5),
    cleansLabels: true,
    stepMs: () => random.pick([0, 0, 0, 30, 400]),
    shuffle: (items) => random.shuffle(items),
    compose: (request) =>
      trouble.function ? { kind: 'fatal', message: 'down' } : compose(request, { ttlSeconds: 60, requirePolicy: false }),
  });
  world.api.admit((after, before) => {
    if (after['kind'] !== 'AgentRun') return after;
    if (before === undefined && trouble.api) throw new Refused('Forbidden', 'no');
    if (before !== undefined) mustBeFrozen(before, after);
    return after;
  });
  const deleted = new Set<string>();
  const forAWhile = (begin: () => void, end: () => void): void => {
    begin();
    world.clock.after(random.pick([500, 5_000, 90_000, 1_200_000]), end);
  };
  const suspend = (isSuspended: boolean): void => world.change({ suspend: isSuspended });
  const hands: (() => void)[] = [
    () =>
      forAWhile(
        () => world.crossplane.stop(),
        () => world.crossplane.start(),
      ),
    () =>
      forAWhile(
        () => Object.assign(trouble, { function: true }),
        () => Object.assign(trouble, { function: false }),
      ),
    () =>
      forAWhile(
        () => Object.assign(trouble, { api: true }),
        () => Object.assign(trouble, { api: false }),
      ),
    () =>
      random.chance(0.2)
        ? forAWhile(
            () => suspend(true),
            () => suspend(false),
          )
        : undefined,
    () => {
      // One that is deleted before it was seen and marked counts as skipped, or is made once more.
      const seen = listAt(world.status, 'runs').map((run) => textAt(run, 'name'));
      const isMarked = (run: JsonObject): boolean => textAt(run, 'metadata', 'annotations', MADE_AS) !== undefined;
      const marked = world.api.list('AgentRun').filter(isMarked).map(uidOf);
      const alive = world.runs.filter(({ name, uid }) => seen.includes(name) && marked.includes(uid));
      if (alive.length === 0) return;
      const { uid, name } = random.pick(alive);
      deleted.add(uid);
      world.api.delete({ kind: 'AgentRun', metadata: { namespace: 'team-a', name } }, 'Background');
    },
  ];
  const created = world.clock.now;
  world.create();
  // Something happens every quarter of an hour or so, and just after a tick.
  for (const end = world.clock.now + DAY_MS; world.clock.now < end; ) {
    world.clock.advance(random.pick([1_000, 20_000, MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS]));
    if (random.chance(0.3)) world.clock.advance(60_000 - (world.clock.now % 60_000) + random.integer(0, 3_000));
    random.pick(hands)();
  }
  // Every trouble ends by itself, and the longest run.
  world.clock.advance(3 * 3_600_000);
  // What has ended just now goes in the next minute.
  let changes = 0;
  world.api.watch(({ before, after }) => {
    if ((after ?? before)?.['kind'] === 'AgentRun') changes += 1;
  });
  for (let quiet = 0, before = -1; quiet < 120; quiet = changes === before ? quiet + 1 : 0) {
    before = changes;
    world.clock.advance(1_000);
  }
  return { world, spec, deleted, hearsLate, ticks: listTicks(String(spec['schedule']), timeZone, created, world) };
}

/** Everything about a run stays but for `cancel`, which the API server does not let anybody take back. */
function mustBeFrozen(before: JsonObject, after: JsonObject): void {
  const asked = (run: JsonObject) => {
    const { cancel, crossplane, ...spec } = objectAt(run, 'spec');
    return spec;
  };
  expect(asked(after)).toEqual(asked(before));
  if (valueAt(before, 'spec', 'cancel') === true && valueAt(after, 'spec', 'cancel') !== true)
    throw new Refused('Invalid', 'a cancelled run cannot be resumed');
}

/** All that the schedule has decided about. */
function listTicks(schedule: string, zone: string, created: number, world: ScheduleWorld): string[] {
  const read = parseCron(schedule);
  if ('problem' in read) throw new Error(read.problem);
  const next = timesOf(read.cron, zone);
  const end = Date.parse(textAt(world.status, 'nextScheduleTime') ?? '');
  const ticks: string[] = [];
  for (let at = next(created); at !== undefined && at < end; at = next(at)) ticks.push(formatTime(at));
  return ticks;
}

const overlap = (one: RunRecord, other: RunRecord): boolean =>
  one.createdAt < (other.endedAt ?? Number.POSITIVE_INFINITY) && other.createdAt < (one.endedAt ?? Number.POSITIVE_INFINITY);

function judge({ world, spec, deleted, ticks, hearsLate }: Played): void {
  const { runs, status } = world;
  const [policy, deadline] = [spec['concurrencyPolicy'], Number(spec['startingDeadlineSeconds'])];
  const begun = runs.filter(({ isAgain }) => !isAgain);
  const made = begun.map(({ tick }) => tick);
  expect(new Set(made).size, 'a tick has one run').toBe(made.length);
  expect(
    made.filter((tick) => !ticks.includes(tick)),
    'a run is of a tick',
  ).toEqual([]);
  expect(textAt(status, 'pendingTick'), 'nothing stays pending').toBeUndefined();
  // Two calls that read the same may answer differently when a run ends between them, and the second one's answer holds.
  const accounted = made.length + Number(status['skipped']);
  if (hearsLate) expect(Math.abs(accounted - ticks.length), 'ticks that are told twice').toBeLessThanOrEqual(2);
  else expect(accounted, 'each tick has a run or was skipped').toBe(ticks.length);
  for (const { tick, createdAt } of begun)
    expect((createdAt - Date.parse(tick)) / 1000, 'no run is late').toBeLessThan(deadline + 10);
  for (const [index, run] of begun.entries()) {
    const beside = begun.slice(0, index).filter((other) => overlap(run, other));
    expect(beside.length, `${policy} of ${run.name}`).toBeLessThanOrEqual(policy === 'Allow' ? 8 : 0);
    const wasDropped = run.goneAt !== undefined && run.phase === undefined && !deleted.has(run.uid);
    expect(wasDropped, `${run.name} was deleted before it had ended`).toBe(false);
  }
  const kept = runs.filter(({ goneAt }) => goneAt === undefined);
  const good = kept.filter(({ phase }) => phase === 'Succeeded').length;
  const bad = kept.filter(({ phase }) => phase === 'Failed' || phase === 'Cancelled').length;
  expect(good, 'successful runs that are kept').toBeLessThanOrEqual(Number(spec['successfulRunsHistoryLimit']));
  expect(bad, 'failed runs that are kept').toBeLessThanOrEqual(Number(spec['failedRunsHistoryLimit']));
}

it(`over random days, a tick has one run or is skipped, and what has ended goes (from seed ${FIRST})`, () => {
  const totals = { ticks: 0, runs: 0, skipped: 0 };
  for (let seed = FIRST; seed < FIRST + COUNT; seed += 1) {
    const played = play(seed);
    try {
      judge(played);
    } catch (error) {
      const said = JSON.stringify(
        { spec: played.spec, status: played.world.status, runs: played.world.runs.slice(-12) },
        null,
        1,
      );
      throw new Error(`SEED=${seed}: ${(error as Error).message}\n${said}`);
    }
    totals.ticks += played.ticks.length;
    totals.runs += played.world.runs.length;
    totals.skipped += Number(played.world.status['skipped']);
    played.world.delete();
    played.world.clock.advance(3_600_000);
    expect(played.world.left(), `SEED=${seed}: nothing is left`).toEqual([]);
  }
  if (process.env['SCHEDULES'] !== undefined) process.stdout.write(`${JSON.stringify(totals)}\n`);
  if (COUNT >= 100) expect(totals.runs, 'runs').toBeGreaterThan(COUNT);
});
