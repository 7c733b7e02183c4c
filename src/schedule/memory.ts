/** What a schedule remembers from one call to the next: its status, and nothing else. What cannot be read there counts as absent. */
import type { AgentScheduleStatus, SkippedTick } from '../api/generated/types.ts';
import { isFinal } from '../api/reasons.ts';
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';

/** Times are milliseconds since 1970, ticks whole minutes. */
export interface Memory {
  phase: AgentScheduleStatus['phase'];
  /** Schedule and time zone that `next` is of; undefined before the first answer, and after one that could not be read. */
  schedule: string | undefined;
  /** The first tick that nothing was decided about. */
  next: number | undefined;
  /** The tick whose run is being made. It is written before the run is, and until the run is seen. */
  pending: number | undefined;
  last: number | undefined;
  lastSuccess: number | undefined;
  skipped: number;
  lastSkipped: Skip | undefined;
  /** The runs of which the status says that they have ended, by name. */
  ended: ReadonlySet<string>;
}

export interface Skip {
  tick: number;
  why: SkippedTick['why'];
}

const PHASES = ['Active', 'Suspended', 'Invalid'] as const satisfies readonly AgentScheduleStatus['phase'][];
const REASONS = ['Active', 'Deadline', 'Suspended', 'NameTaken'] as const satisfies readonly SkippedTick['why'][];

/** @param now for what can only be of the present: many may write a status */
export function recall(composite: JsonObject, now: number): Memory {
  const status = objectAt(composite, 'status');
  const skipped = valueAt(status, 'skipped');
  const tick = timeAt(status, 'lastSkipped', 'tick');
  const why = REASONS.find((each) => each === textAt(status, 'lastSkipped', 'why'));
  return {
    phase: PHASES.find((phase) => phase === textAt(status, 'phase')),
    schedule: textAt(status, 'schedule'),
    next: timeAt(status, 'nextScheduleTime'),
    pending: pendingOf(timeAt(status, 'pendingTick'), now),
    last: timeAt(status, 'lastScheduleTime'),
    lastSuccess: timeAt(status, 'lastSuccessfulTime'),
    skipped: typeof skipped === 'number' && Number.isSafeInteger(skipped) && skipped > 0 ? skipped : 0,
    lastSkipped: tick === undefined || why === undefined ? undefined : { tick, why },
    ended: new Set(
      listAt(status, 'runs')
        .filter((run) => isFinal(textAt(run, 'phase')))
        .map((run) => textAt(run, 'name') ?? ''),
    ),
  };
}

const DAY_MS = 24 * 3_600_000;

/** A deadline is a day at most, and a tick a whole minute. */
function pendingOf(tick: number | undefined, now: number): number | undefined {
  return tick !== undefined && tick % 60_000 === 0 && Math.abs(tick - now) < 366 * DAY_MS && tick <= now + DAY_MS
    ? tick
    : undefined;
}

/** RFC 3339, of years that it can write as well. */
export function timeAt(root: JsonObject, ...path: string[]): number | undefined {
  const text = textAt(root, ...path) ?? '';
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  return time >= 0 && time < LAST_TIME ? time : undefined;
}

const LAST_TIME = Date.UTC(9999, 0);
