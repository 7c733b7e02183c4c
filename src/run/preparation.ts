/** What a task and a server have in common: the way from a new run to one that can start. */
import { formatFaults } from '../api/fault.ts';
import type { Waiting } from '../call/references.ts';
import { formatTime } from '../kube/time.ts';
import { formatDenials } from '../policy/verdict.ts';
import { type Answer, describeAnswer } from './approval.ts';
import type { ObjectFacts } from './observe.ts';
import { type Early, type Ended, endOf, type Facts, type RunState, type Start } from './state.ts';

/** How long a run may be prepared: rights never wait for ever without a run. */
const PREPARING_LIMIT_MS = 10 * 60_000;

/** How long an Object that was made may be out of Crossplane's sight. */
const OBSERVING_LIMIT_MS = 10_000;

export interface Progress {
  /** Whether the Object of the workload exists. */
  hasWorkload: boolean;
  /** Whether the run is what its workload was planned to be, whatever becomes of its packs and policies. */
  isFixed: boolean;
  /** Whether everything is there, so that the run can start. */
  isReady: boolean;
}

/** The state of a run whose start is not decided. The run waits, is made, or ends because it is refused or cannot be made. */
export function prepare(facts: Facts, { hasWorkload, isFixed, isReady }: Progress): RunState {
  const { admission, objects, memory } = facts;
  const isRefused = admission.kind === 'denied' || admission.kind === 'invalid' || admission.kind === 'unapproved';
  if (isRefused && !hasWorkload && isOutOfSight(facts)) return making(objects);
  if (admission.kind === 'denied' && !isFixed) return endOf(facts, 'refused', 'PolicyDenied', formatDenials(admission.denials));
  // A run that was not looked at for ten minutes and is complete has not waited in vain.
  const obstacle = isReady ? undefined : findObstacle(facts, isFixed);
  if (obstacle !== undefined) return endOf(facts, 'aborted', 'PrerequisiteFailed', obstacle);
  if (hasWorkload) return making(objects);
  switch (admission.kind) {
    case 'invalid':
      return endOf(facts, 'refused', 'InvalidSpec', formatFaults(admission.faults));
    case 'waiting':
      // Objects that exist stay until the reference is back. A run that has begun to prepare does not wait again.
      return { stage: memory.state?.stage === 'making' ? 'making' : 'waiting', ...describeWaiting(admission.waiting) };
    case 'unapproved':
      return describeUnapproved(admission, facts);
    case 'admitted':
    case 'denied':
    case 'unasked':
      return making(objects);
  }
}

/** What was made of a run whose content was changed goes again, and it waits. */
function describeUnapproved(answer: Answer, facts: Facts): RunState {
  const { state } = answer.approval;
  const message = describeAnswer(answer);
  if (state === 'Denied') return endOf(facts, 'refused', 'ApprovalDenied', message);
  if (state === 'Expired') return endOf(facts, 'refused', 'ApprovalExpired', message);
  return { stage: 'awaiting', reason: 'ApprovalRequired', message };
}

/** Whether the workload may exist and not be observed yet, because the other Objects were made only now. */
const isOutOfSight = ({ objects: { since }, now }: Facts): boolean =>
  since !== undefined && now.getTime() - since < OBSERVING_LIMIT_MS;

/** Seen on an API server of Kubernetes 1.37 that emulates 1.34. */
export const NO_IMAGES =
  'The API server dropped the volumes of skills that are in images: they need Kubernetes 1.35, or the feature gate ImageVolume from 1.33 on';

/** Why a run that is being prepared can never start. */
function findObstacle(facts: Facts, isFixed: boolean): string | undefined {
  const { admission, prepared, objects, memory, now } = facts;
  const { plan, exist, lacksImages } = objects;
  if (lacksImages) return NO_IMAGES;
  // Where nothing at all can be made, only the status tells since when.
  const since = objects.since ?? memory.makingSince;
  const missing = !isFixed || plan === undefined ? [] : Object.keys(plan.parts).filter((key) => !exist.has(key));
  const unlike = admission.kind === 'waiting' ? [] : missing.filter((key) => prepared?.plan.parts[key] !== plan?.parts[key]);
  const age = since === undefined ? 0 : now.getTime() - since;
  if (unlike.length > 0 && age >= OBSERVING_LIMIT_MS)
    return `What the run refers to, or this function, was changed before ${unlike.sort().join(', ')} could be made`;
  if (age < PREPARING_LIMIT_MS) return undefined;
  const reasons = [...listErrors(facts), ...objects.different.map((part) => `Not as planned: ${part}`)];
  return `Not everything the run needs could be made within 10 minutes. ${reasons.join('; ')}`.trim();
}

/** What stands against the run: what is said of its parts, and what Crossplane says of an earlier answer. */
export const listErrors = ({ objects: { errors }, failure }: Facts): string[] =>
  failure === undefined ? errors : [...errors, failure];

/** Whether everything that was planned exists and is ready, and is as planned. */
export const isComplete = ({ plan, ready, different, lacksImages }: ObjectFacts): boolean =>
  plan !== undefined && different.length === 0 && !lacksImages && Object.keys(plan.parts).every((part) => ready.has(part));

/** What is being made; also of a workload that is released and has not started. */
export function describeMaking({ errors: [error] }: ObjectFacts): Omit<Early, 'stage'> {
  if (error !== undefined) return { reason: 'CannotCreate', message: error };
  return { reason: 'CreatingObjects', message: 'Waiting until everything the run needs exists and has started' };
}

export const making = (objects: ObjectFacts): Early => ({ stage: 'making', ...describeMaking(objects) });

/**
 * What the status records of the decision to start, whichever workload it is.
 *
 * @param isFound whether the decision is found again; then nobody knows when it was made
 */
export function recordStart(name: string, isFound: boolean, { memory: { status }, now }: Facts): Start {
  const preparedTime = status.preparedTime ?? (isFound ? undefined : formatTime(now));
  return { workloadName: status.workloadName ?? name, ...(preparedTime !== undefined && { preparedTime }) };
}

/** The end of a run that its tenant cancels. */
export const cancelled = (facts: Facts): Ended => endOf(facts, 'cancelled', 'Cancelled', 'Cancelled by spec.cancel');

const describeWaiting = (waiting: Waiting[]): Omit<Early, 'stage'> => ({
  reason: waiting[0]?.reason ?? 'Fetching',
  message: waiting.map(({ message }) => message).join('; '),
});
