/** Which ticks of a schedule are due. */
import type { Schedule } from '../api/agentschedule.ts';
import { timesOf } from '../kube/cron.ts';
import type { Memory } from './memory.ts';

/** More than a week of every minute. What nobody has counted by then is counted no more. */
const MAX_COUNTED = 10_000;

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
  const isSame = memory.schedule === signatureOf(schedule) && memory.next !== undefined;
  if (isSame && memory.next !== undefined && memory.next > now)
    return { next: memory.next, due: undefined, earlier: 0, previous: undefined };
  const times = timesOf(schedule.cron, schedule.timeZone);
  const after = (moment: number): number => times(moment) ?? Number.POSITIVE_INFINITY;
  let next = isSame && memory.next !== undefined ? memory.next : after(memory.phase === undefined ? since : now);
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
