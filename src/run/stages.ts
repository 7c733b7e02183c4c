/**
 * Where a run is. A run is in one stage; its phase, what is desired of it and how soon Crossplane calls again follow from its row.
 * run/task.ts and run/server.ts say how a run gets from one stage to another.
 */
import type { Phase } from '../api/reasons.ts';

interface Row {
  /** The word for it in the status. */
  phase: Phase;
  /**
   * What is desired. nothing; parts: what the task or the server wants (`want` in run/task.ts and run/server.ts); rightless: that without
   * rights; remains: what is kept for its logs. After an end, more may stay until it is recorded; see run/desired.ts.
   */
  desires: 'nothing' | 'parts' | 'rightless' | 'remains';
  /** Whether the run has ended, for good. */
  final: boolean;
  /** Whether the composite is ready, and so not in progress for Flux: its workload started and did not fail, or it was cancelled as it asks. */
  ready: boolean;
  /** How soon Crossplane calls again; see run/wakeup.ts. */
  ttl: 'waiting' | 'awaiting' | 'making' | 'released' | 'working' | 'serving' | 'finished';
}

export const STAGES = {
  /** Something the run refers to is missing or cannot be read. */
  waiting: { phase: 'Pending', desires: 'nothing', final: false, ready: false, ttl: 'waiting' },
  /** A human has to approve it first. */
  awaiting: { phase: 'Pending', desires: 'nothing', final: false, ready: false, ttl: 'awaiting' },
  /** The objects of the run are made, its workload last and stopped. */
  making: { phase: 'Preparing', desires: 'parts', final: false, ready: false, ttl: 'making' },
  /** The start of a task is decided, and nobody reports yet that its Job was resumed. */
  released: { phase: 'Preparing', desires: 'parts', final: false, ready: false, ttl: 'released' },
  /** The Job was resumed, and Kubernetes has not started it yet. */
  starting: { phase: 'Preparing', desires: 'parts', final: false, ready: false, ttl: 'making' },
  /** The Job has started. */
  working: { phase: 'Running', desires: 'parts', final: false, ready: true, ttl: 'working' },
  /** The Job has its first end condition, and its Pod is still ending. */
  ending: { phase: 'Running', desires: 'rightless', final: false, ready: true, ttl: 'working' },
  /** The Pod has had its time to get ready, and is looked at once nothing is held. */
  stalled: { phase: 'Running', desires: 'rightless', final: false, ready: true, ttl: 'released' },
  /** The Job is past its deadline, and nobody reports its end. */
  silent: { phase: 'Running', desires: 'rightless', final: false, ready: true, ttl: 'working' },
  /** The Deployment was available once. */
  serving: { phase: 'Serving', desires: 'parts', final: false, ready: true, ttl: 'serving' },
  /** A server that serves without what a policy denies it now. */
  restricted: { phase: 'Serving', desires: 'parts', final: false, ready: true, ttl: 'serving' },
  /** The Job is complete. */
  succeeded: { phase: 'Succeeded', desires: 'remains', final: true, ready: true, ttl: 'finished' },
  /** The Job has failed. */
  failed: { phase: 'Failed', desires: 'remains', final: true, ready: false, ttl: 'finished' },
  /** The spec or a policy does not permit the run. */
  refused: { phase: 'Failed', desires: 'nothing', final: true, ready: false, ttl: 'finished' },
  /** The run could not start, or its Job was lost. */
  aborted: { phase: 'Failed', desires: 'nothing', final: true, ready: false, ttl: 'finished' },
  /** The tenant ended the run. */
  cancelled: { phase: 'Cancelled', desires: 'nothing', final: true, ready: true, ttl: 'finished' },
} as const satisfies Record<string, Row>;

export type Stage = keyof typeof STAGES;
export type FinalStage = { [S in Stage]: (typeof STAGES)[S]['final'] extends true ? S : never }[Stage];
/** The stages of a run that holds a Pod, or did. */
export type StartedStage = { [S in Stage]: (typeof STAGES)[S]['phase'] extends 'Running' | 'Serving' ? S : never }[Stage];
export type EarlyStage = Exclude<Stage, FinalStage | StartedStage>;

/** Every phase of the XRD has a stage: without one this does not compile. */
true satisfies [Exclude<Phase, (typeof STAGES)[Stage]['phase']>] extends [never] ? true : never;

/** Whether the rights of a run have ended, because the run has or because its workload is about to. */
export function haveRightsEnded(stage: Stage): boolean {
  const { final, desires } = STAGES[stage];
  return final || desires === 'rightless';
}
