/** How soon Crossplane calls again although nothing has happened. It calls by itself when a run of the schedule changes. */
import { hasEnded, type ScheduledRun } from './runs.ts';
import type { Step } from './step.ts';

/** What was written is acted on at once, also when Crossplane does not hear of it. */
const PENDING_SECONDS = 1;

/** While a run is cancelled that a new one replaces, or while Crossplane hears of nothing, and says so on the composite. */
const WATCHING_SECONDS = 2;

/** A run that is not seen to change. */
const ACTIVE_SECONDS = 60;

/** Longer than any of these is nothing for who may have read a wrong clock. */
const LONGEST_SECONDS = 3600;

/** Crossplane calls up to a tenth sooner or later than it is told: crossplane/crossplane, internal/controller/apiextensions/composite/reconciler.go. */
const EARLY = 0.9;
const NEAR_SECONDS = 20;

export interface Wake {
  isBreakerOpen: boolean;
  /** Then the ticks are only counted, and later is soon enough. */
  isSuspended: boolean;
  now: number;
}

/** Whole seconds, at least 1. */
export function chooseTtl(step: Step, runs: ScheduledRun[], { isBreakerOpen, isSuspended, now }: Wake): number {
  const isActive = runs.some((run) => !hasEnded(run));
  const isUntold = runs.some((run) => hasEnded(run) && !step.memory.ended.has(run.name));
  if (step.cancels || (isActive && isBreakerOpen)) return WATCHING_SECONDS;
  if (step.memory.pending !== undefined || isUntold) return PENDING_SECONDS;
  const longest = isActive ? ACTIVE_SECONDS : LONGEST_SECONDS;
  return isSuspended ? longest : Math.min(longest, secondsUntil(step.memory.next ?? Number.POSITIVE_INFINITY, now));
}

/** Nearer and nearer, and then a second after it. */
function secondsUntil(tick: number, now: number): number {
  const seconds = (tick - now) / 1000;
  return seconds < NEAR_SECONDS ? Math.max(1, Math.ceil(seconds) + 1) : Math.floor(seconds * EARLY);
}
