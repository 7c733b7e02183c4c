/** How soon Crossplane calls again although nothing is reported: what is late by then is noticed at the latest. */
import type { Settings } from '../api/settings.ts';
import { STAGES } from './stages.ts';
import { type Facts, isEnded, isStarted, type RunState } from './state.ts';
import { nextJudgement } from './unready.ts';

/** A finished run has nothing left to do; Crossplane calls again sooner when something changes. */
const FINISHED_SECONDS = 6 * 3600;

/** A human is slow, and Crossplane calls when the approval comes. */
const AWAITING_SECONDS = 60;

/** An end that is new is looked at again, so that what waits until it is recorded can go. */
const NEW_END_SECONDS = 1;

/** Crossplane calls again at once for a status that changed; this is for the case that it does not hear of it. */
const UNTOLD_SECONDS = 1;

/** While Crossplane's circuit breaker is open Crossplane hears of nothing, and says so on the composite, in the same call. */
const BREAKER_SECONDS = 2;

/** The call that opens the breaker cannot see it, and what opens it is the start of a run. */
const FIRST_MINUTE_SECONDS = 5;
const FIRST_PREPARING_SECONDS = 3;

/** Between the release and the start every second counts. */
const RELEASED_SECONDS = 5;

/** Until a list of what is left is believed; see run/held.ts. */
const LEAVING_SECONDS = 5;

/** A look has an end, and whoever waits for it sits in front of a screen. */
const LOOKING_SECONDS = 2;

export interface Wake {
  state: RunState;
  facts: Facts;
  isBreakerOpen: boolean;
  /** Whether something is still to leave. */
  isLeaving: boolean;
  /** Whether the status of this answer has to be read before anything is made. */
  isUntold: boolean;
  /** Whether the Pod is being looked at. */
  isLooking: boolean;
  /** When what is kept for its logs may go, in milliseconds; undefined where nothing is kept, or it may go now. */
  cleanUpAt: number | undefined;
  settings: Settings;
}

/** Whole seconds, at least 1. */
export function chooseTtl(wake: Wake): number {
  const { state, facts, isLeaving, isBreakerOpen, settings } = wake;
  if (isEnded(state) && !facts.memory.isRecorded) return NEW_END_SECONDS;
  if (wake.isUntold && state.stage === 'making') return UNTOLD_SECONDS;
  if (wake.isLooking) return LOOKING_SECONDS;
  const seconds = isLeaving ? Math.min(settings.ttlSeconds.preparing, LEAVING_SECONDS) : secondsOf(wake);
  const mayBeDeaf = isLeaving || !isEnded(state);
  return mayBeDeaf && isBreakerOpen ? Math.min(seconds, BREAKER_SECONDS) : seconds;
}

function secondsOf({ state, facts, cleanUpAt, settings }: Wake): number {
  const { active, preparing } = settings.ttlSeconds;
  const now = facts.now.getTime();
  const isYoung = (moment: number, seconds: number): boolean => now < moment + seconds * 1000;
  switch (STAGES[state.stage].ttl) {
    case 'waiting':
      return preparing;
    case 'awaiting':
      return Math.min(AWAITING_SECONDS, secondsUntil(expiryOf(facts.admission), now) ?? AWAITING_SECONDS);
    case 'making':
      return isYoung(facts.objects.since ?? now, 30) ? Math.min(preparing, FIRST_PREPARING_SECONDS) : preparing;
    case 'released':
      return Math.min(preparing, RELEASED_SECONDS);
    case 'working': {
      const youngest = isStarted(state) && isYoung(Date.parse(state.startTime), 60) ? FIRST_MINUTE_SECONDS : active;
      const due = isStarted(state) && facts.objects.job ? nextJudgement(facts.objects.job, facts, state) : undefined;
      return Math.min(active, youngest, due === undefined ? active : Math.ceil((due - now) / 1000));
    }
    case 'serving':
      return active;
    case 'finished':
      if (cleanUpAt === undefined || facts.objects.job === undefined) return FINISHED_SECONDS;
      return Math.min(FINISHED_SECONDS, Math.max(1, Math.ceil((cleanUpAt - now) / 1000)));
  }
}

const expiryOf = (admission: Facts['admission']): string | undefined =>
  admission.kind === 'unapproved' ? admission.approval.expiryTime : undefined;

/** Whole seconds until a moment is over, at least 1. */
const secondsUntil = (time: string | undefined, now: number): number | undefined =>
  time === undefined ? undefined : Math.max(1, Math.floor((Date.parse(time) - now) / 1000) + 1);
