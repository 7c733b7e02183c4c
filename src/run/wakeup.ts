/** How soon Crossplane shall look at a run again although nothing is reported: what is late then is noticed at the latest. */
import type { Settings } from '../api/settings.ts';
import { readCondition } from '../kube/conditions.ts';
import type { JsonObject } from '../kube/json.ts';
import { type Facts, isDecided, isEnded, type RunState } from './lifecycle.ts';

/** A finished run has nothing left to do; Crossplane calls again sooner when something changes. */
const FINISHED_SECONDS = 6 * 3600;

/** What was told only now is looked at again, so that what waits for it can go. */
const NEW_END_SECONDS = 1;

/** While Crossplane's circuit breaker is open it does not hear of anything; it says so on the composite, in the same call. */
const BREAKER_SECONDS = 2;

/** The call that opens the breaker cannot see it, and what opens it is the start of a run. */
const FIRST_MINUTE_SECONDS = 5;
const FIRST_PREPARING_SECONDS = 3;

/** Between the release and the start every second counts. */
const RELEASED_SECONDS = 5;

/** Until a list of what is left is believed; see run/held.ts. */
const LEAVING_SECONDS = 5;

export interface Wake {
  state: RunState;
  facts: Facts;
  composite: JsonObject;
  /** Whether the end of the run stands in the status already. */
  told: boolean;
  /** Whether something is still to leave. */
  leaving: boolean;
  /** When what is left of a run that ended may go, in milliseconds. */
  cleanUpAt: number | undefined;
  settings: Settings;
  now: Date;
}

/** Whole seconds, at least 1. */
export function chooseTtl(wake: Wake): number {
  const { state, told, leaving, composite } = wake;
  if (isEnded(state) && !told) return NEW_END_SECONDS;
  const seconds = leaving ? Math.min(wake.settings.ttlSeconds.preparing, LEAVING_SECONDS) : secondsOf(wake);
  const mayBeDeaf = leaving || !isEnded(state);
  return mayBeDeaf && isBreakerOpen(composite) ? Math.min(seconds, BREAKER_SECONDS) : seconds;
}

/** As crossplane/crossplane says it: apis/apiextensions/v1/conditions.go, WatchCircuitOpen. */
const isBreakerOpen = (composite: JsonObject): boolean => {
  const responsive = readCondition(composite, 'Responsive');
  return responsive?.status === 'False' && responsive.reason === 'WatchCircuitOpen';
};

function secondsOf({ state, facts, cleanUpAt, settings, now }: Wake): number {
  const { active, preparing } = settings.ttlSeconds;
  const { workload, exist, since } = facts.objects;
  const isYoung = (moment: number, seconds: number): boolean => now.getTime() < moment + seconds * 1000;
  if (isEnded(state)) {
    if (cleanUpAt === undefined || !exist.has('agentrun-job')) return FINISHED_SECONDS;
    return Math.min(FINISHED_SECONDS, Math.max(1, Math.ceil((cleanUpAt - now.getTime()) / 1000)));
  }
  if (workload?.kind === 'job' && isDecided(facts) && !workload.unsuspended) return Math.min(preparing, RELEASED_SECONDS);
  if (state.phase === 'Running')
    return isYoung(Date.parse(state.startTime), 60) ? Math.min(active, FIRST_MINUTE_SECONDS) : active;
  if (state.phase === 'Serving') return active;
  if (state.phase === 'Preparing' && isYoung(since ?? now.getTime(), 30)) return Math.min(preparing, FIRST_PREPARING_SECONDS);
  return preparing;
}
