/** A day of an AgentSchedule as a text for people or as a value for programs: the life of one run, and when there is one. */
import { nameOf } from '../../api/composite.ts';
import { isFinal } from '../../api/reasons.ts';
import { type JsonObject, objectAt, textAt } from '../../kube/json.ts';
import { formatTime } from '../../kube/time.ts';
import { isDeletion, type ScenarioName } from '../../simulation/scenarios.ts';
import { type RunLife, ScheduleWorld } from '../../simulation/schedule.ts';
import type { RenderInput } from '../input/load.ts';
import { withUid } from '../input/uid.ts';
import { printable } from '../output.ts';
import type { NextPreview } from './preview.ts';
import { align, type Simulated, simulate, tablesOf } from './simulate.ts';

/** Times are RFC 3339, in UTC. */
export interface SimulatedDay {
  /** `namespace/name` of the AgentSchedule. */
  schedule: string;
  /** A minute before its first tick, and a day later. */
  from: string;
  to: string;
  runs: DayRun[];
  /** The ticks that had no run, and why. */
  skipped: { tick: string; why: string }[];
  /** The runs that are there at the end of the day. */
  kept: string[];
  /** What is still there when the AgentSchedule is gone: nothing, or the program has a fault. */
  left: string[];
  /** The life of one of its runs. */
  run: Simulated;
}

/** Seconds since the tick. */
interface DayRun {
  name: string;
  tick: string;
  made: number;
  started?: number;
  ended?: number;
  phase: string;
}

const DAY_MS = 24 * 3_600_000;

export function simulateDay({ composite }: RenderInput, next: NextPreview, scenario: ScenarioName): SimulatedDay {
  const from = new Date(next.tick.getTime() - 60_000);
  const played = simulate(next.input, scenario, next.tick);
  const life = lifeOf(played);
  const { works: working = 'Running' } = life;
  // One that is new, whatever it says of its past.
  const { status: _, ...written } = composite;
  const { creationTimestamp: __, ...metadata } = objectAt(composite, 'metadata');
  const world = new ScheduleWorld(withUid({ ...written, metadata }), from, { lifeOf: () => life });
  const skipped: SimulatedDay['skipped'] = [];
  world.api.watch(({ after }) => {
    const [tick, why] = ['tick', 'why'].map((field) => textAt(after, 'status', 'lastSkipped', field));
    if (tick !== undefined && why !== undefined && skipped.at(-1)?.tick !== tick) skipped.push({ tick, why });
  });
  world.create();
  world.clock.advance(DAY_MS);
  const kept = world.runs.filter(({ goneAt }) => goneAt === undefined).map(({ name }) => name);
  const runs = world.runs.map((record): DayRun => {
    const tick = Date.parse(record.tick);
    const since = (moment: number): number => Math.round((moment - tick) / 100) / 10;
    return {
      name: record.name,
      tick: record.tick,
      made: since(record.createdAt),
      ...(record.startedAt !== undefined && { started: since(record.startedAt) }),
      ...(record.endedAt !== undefined && { ended: since(record.endedAt) }),
      phase: record.phase ?? (record.goneAt !== undefined ? 'deleted' : record.startedAt === undefined ? 'Pending' : working),
    };
  });
  world.delete();
  world.clock.advance(3_600_000);
  return {
    schedule: titleOf(composite),
    from: formatTime(from),
    to: formatTime(from.getTime() + DAY_MS),
    runs,
    skipped,
    kept,
    left: world.left(),
    run: played,
  };
}

const titleOf = (schedule: JsonObject): string =>
  [textAt(schedule, 'metadata', 'namespace'), nameOf(schedule)].filter((part) => part !== undefined).join('/');

/** How the run was seen to live, from its creation on. */
function lifeOf({ timeline, scenario, deleted }: Simulated): RunLife {
  const started = timeline.find(({ phase }) => ['Running', 'Serving'].includes(phase));
  const ended = timeline.find(({ phase }) => isFinal(phase));
  const at = (entry: typeof ended): number => (entry === undefined ? Number.POSITIVE_INFINITY : entry.seconds * 1000);
  return {
    ...{ startsAfter: at(started), endsAfter: at(ended), end: ended?.phase ?? '', leavesAfter: 1_000 },
    ...(started !== undefined && { works: started.phase }),
    ...(isDeletion(scenario) && { deletedAfter: deleted * 1000 }),
  };
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** Of one that succeeded the message is about its log, which each has for itself. */
function describeEnd({ end: { phase, reason, message } }: Simulated): string {
  const why = phase === 'Succeeded' ? '' : `: ${message}`;
  return `What becomes of each: ${phase || 'nothing'}, ${reason}${why}`;
}

/** More than this is for programs. */
const MAX_ROWS = 60;

export function formatDay(day: SimulatedDay): string {
  const { schedule, from, to, runs, skipped, kept, left, run } = day;
  const rows = [
    ...runs.map(({ name, tick, made, started, ended, phase }) => [
      ...[tick, name, made.toFixed(1), started?.toFixed(1) ?? '', ended?.toFixed(1) ?? '', phase],
    ]),
    ...skipped.map(({ tick, why }) => [tick, '', '', '', '', `no run: ${why}`]),
  ].sort(([one = ''], [other = '']) => one.localeCompare(other));
  const more = rows.length > MAX_ROWS ? [`and ${rows.length - MAX_ROWS} more, with --output json`] : [];
  const held = tablesOf(run).find(({ title }) => title === 'Who held which right');
  return [
    `AgentSchedule ${schedule}: a day from ${from} to ${to}; of each run ${run.about}`,
    '',
    ...align(['TICK', 'AGENTRUN', 'MADE', 'STARTED', 'ENDED', 'PHASE'], rows.slice(0, MAX_ROWS)),
    ...more,
    '',
    `${count(runs.length, 'run')}, ${count(skipped.length, 'tick')} without one`,
    `Kept at the end of the day: ${kept.join(', ') || 'nothing'}`,
    '',
    ...(runs.length === 0 ? [] : [describeEnd(run)]),
    'MADE, STARTED and ENDED are seconds after the tick. What each run held, in seconds after it was made:',
    ...(runs.length === 0 || held === undefined || held.rows.length === 0 ? ['nothing'] : align(held.header, held.rows)),
    '',
    `Left after the AgentSchedule is gone: ${left.join(', ') || 'nothing'}`,
    '',
  ]
    .map(printable)
    .join('\n');
}
