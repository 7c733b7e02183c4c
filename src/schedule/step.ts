/**
 * The one step of a schedule: what is decided about its ticks, and which runs shall exist.
 *
 * Core, function and API server may stop at any moment, and an answer may not be carried out. So a tick stands in the status before its run
 * is asked for, and until the run is seen; the run has the name of its tick, so to ask for it twice makes it once; and a run is dropped only
 * when the status says that it has ended. A tick that was pending is counted as skipped only by who has looked for its run by name, and a run
 * of that name which somebody else made is left alone.
 */
import type { Schedule } from '../api/agentschedule.ts';
import type { Memory, Skip } from './memory.ts';
import { hasEnded, type ScheduledRun } from './runs.ts';
import { findTicks, signatureOf, type Ticks } from './ticks.ts';

/** What `Allow` allows: more would be more than Crossplane and the breaker take. */
const MAX_ACTIVE = 8;

export interface Given {
  schedule: Schedule;
  memory: Memory;
  /** The runs that exist, the newest first. */
  runs: ScheduledRun[];
  /** Who has a run of the name of the pending tick, though nobody observes it as ours; undefined when that is not known yet. */
  exists: 'ours' | 'anothers' | 'no' | undefined;
  /** When the schedule was created. */
  since: number;
  now: number;
}

export interface Step {
  memory: Memory;
  /** The tick whose run shall be made, now. */
  make: number | undefined;
  /** Whether it has to be known first whether the run of what is pending exists. */
  asks: boolean;
  /** The tick whose run was seen for the first time. */
  made: number | undefined;
  /** What was skipped, the last one. */
  skips: Skip | undefined;
  /** Whether the runs that have not ended are to be cancelled. */
  cancels: boolean;
}

export function advance(given: Given): Step {
  const { schedule, runs, now } = given;
  const { memory: known, made } = learn(given.memory, runs);
  const active = runs.filter((run) => !hasEnded(run)).length;
  const isFull =
    schedule.concurrencyPolicy === 'Allow' ? active >= MAX_ACTIVE : schedule.concurrencyPolicy === 'Forbid' && active > 0;
  const step = { make: undefined, asks: false, made, skips: undefined, cancels: false };

  const { pending } = known;
  if (pending !== undefined) {
    const makes = { ...step, memory: known, make: pending };
    const drops = (why: Skip['why']): Step => ({ ...step, ...skip({ ...known, pending: undefined }, { tick: pending, why }, 1) });
    if (given.exists === undefined) return { ...step, memory: known, asks: true };
    if (given.exists === 'ours') return makes;
    if (given.exists === 'anothers') return drops('NameTaken');
    if (schedule.suspend) return drops('Suspended');
    if (now > pending + schedule.startingDeadlineSeconds * 1000) return drops('Deadline');
    if (isFull) return drops('Active');
    const waits = schedule.concurrencyPolicy === 'Replace' && active > 0;
    return waits ? { ...makes, make: undefined, cancels: true } : makes;
  }

  const ticks = findTicks(schedule, known, given.since, now);
  const counted = { ...known, schedule: signatureOf(schedule), next: ticks.next };
  return { ...step, ...decide(counted, ticks, { ...given, isFull }) };
}

/** What the runs tell, whatever becomes of the schedule. `made` is the tick whose run was seen for the first time. */
export function learn(memory: Memory, runs: ScheduledRun[]): { memory: Memory; made: number | undefined } {
  const made = runs.find(({ tick }) => tick === memory.pending)?.tick;
  const successes = runs.flatMap(({ phase, completionTime }) => (phase === 'Succeeded' ? [completionTime ?? 0] : []));
  const lastSuccess = Math.max(memory.lastSuccess ?? 0, ...successes) || undefined;
  return { memory: { ...memory, lastSuccess, ...(made !== undefined && { pending: undefined, last: made }) }, made };
}

/** At most one run for everything that is due: that of the last tick, unless something speaks against it. */
function decide(
  memory: Memory,
  { due, earlier, previous }: Ticks,
  given: Given & { isFull: boolean },
): Pick<Step, 'memory' | 'skips'> {
  const { schedule, now, isFull } = given;
  if (due === undefined) return { memory, skips: undefined };
  const isSuspended = schedule.suspend || given.memory.phase === 'Suspended';
  const late: Skip['why'] = isSuspended ? 'Suspended' : 'Deadline';
  const missed = previous === undefined ? { memory, skips: undefined } : skip(memory, { tick: previous, why: late }, earlier);
  if (isSuspended || now > due + schedule.startingDeadlineSeconds * 1000) return skip(missed.memory, { tick: due, why: late }, 1);
  if (isFull) return skip(missed.memory, { tick: due, why: 'Active' }, 1);
  return { ...missed, memory: { ...missed.memory, pending: due } };
}

const skip = (memory: Memory, lastSkipped: Skip, count: number) => ({
  memory: { ...memory, skipped: memory.skipped + count, lastSkipped },
  skips: lastSkipped,
});

/** The runs that shall go: those beyond the limits, and of these only what the status says has ended. */
export function listExpired({ schedule, memory, runs }: Pick<Given, 'schedule' | 'memory' | 'runs'>): Set<string> {
  const ended = runs.filter((run) => hasEnded(run) && memory.ended.has(run.name));
  const good = ended.filter(({ phase }) => phase === 'Succeeded').slice(schedule.successfulRunsHistoryLimit);
  const bad = ended.filter(({ phase }) => phase !== 'Succeeded').slice(schedule.failedRunsHistoryLimit);
  return new Set([...good, ...bad].map(({ name }) => name));
}
