/** Which ticks of a schedule are due. */
import type { Schedule } from '../api/agentschedule.ts';
import { timesOf } from '../kube/cron.ts';
import type { Memory } from './memory.ts';

/** What is due before these is counted no more: 16 hours of every minute, and a week of anything. */
const MAX_COUNTED = 1_000;
const MAX_AGE_MS = 7 * 24 * 3_600_000;

/** Who reads a clock that is ahead by more than this does not stop a schedule for good. */
const HOUR_MS = 3_600_000;
const MAX_AHEAD_MS = 24 * HOUR_MS;

export interface Ticks {
  /** The first one after now. */
  next: number;
  /** The last that is due. */
  due: number | undefined;
  /** How many were due before that, and the last of these. */
  earlier: number;
  previous: number | undefined;
}

/** What the ticks in a status are of: another schedule has others. */
export const signatureOf = ({ schedule, timeZone }: Schedule): string => `${schedule} ${timeZone}`;

/**
 * @param since when the schedule was created, for one that is new; one that was changed counts from now on
 */
export function findTicks(schedule: Schedule, memory: Memory, since: number, now: number): Ticks {
  const known = memory.schedule === signatureOf(schedule) ? memory.next : undefined;
  if (known !== undefined && known > now && known <= now + HOUR_MS) return nothingDue(known);
  const times = timesOf(schedule.cron, schedule.timeZone);
  const after = (moment: number): number => times(moment) ?? Number.POSITIVE_INFINITY;
  const oldest = Math.max(since, now - MAX_AGE_MS);
  const first = known ?? after(memory.phase === undefined ? oldest : now);
  if (first > now) {
    const expected = after(now);
    return nothingDue(first > expected + MAX_AHEAD_MS ? expected : first);
  }
  let next = first < oldest ? after(oldest) : first;
  let [due, previous]: (number | undefined)[] = [];
  let count = 0;
  while (next <= now) {
    count += 1;
    previous = due;
    due = next;
    next = after(next);
    // The last one that can still have a run is among these.
    if (count === MAX_COUNTED) next = Math.max(next, after(now - schedule.startingDeadlineSeconds * 1000));
  }
  return { next, due, earlier: Math.max(0, count - 1), previous };
}

const nothingDue = (next: number): Ticks => ({ next, due: undefined, earlier: 0, previous: undefined });
