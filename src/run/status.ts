/** From the state of a run to what people see: status, conditions, events. Every response has all of the status and conditions. */
import { ADMITTED, FINISHED, PREPARED, RECONCILING, STALLED, SUCCEEDED } from '../api/conditions.ts';
import type { AgentRunStatus } from '../api/generated/types.ts';
import { type Condition, eventOf, type Result } from '../call/response.ts';
import type { RunIdentity } from '../model/run.ts';
import { lifeOf } from './life.ts';
import { STAGES } from './stages.ts';
import { type Facts, isEnded, isServing, logHint, type RunState, type Step, type Warning } from './state.ts';

/** The complete status of a run after a step. */
export function writeStatus(
  { state, start, learned, forgets = [] }: Step,
  identity: RunIdentity | undefined,
  facts: Facts,
  { areLogsLeft }: { areLogsLeft: boolean },
): AgentRunStatus {
  const { objects, memory, mode, prepared } = facts;
  const { phase } = STAGES[state.stage];
  const told = { reason: state.reason, exitCode: learned?.exitCode ?? memory.status.exitCode };
  const message = areLogsLeft && objects.job ? `${state.message}${logHint(told, objects.job)}` : state.message;
  const own: AgentRunStatus = { phase, reason: state.reason, message, ...(identity && { runId: identity.id }) };
  const approval = approvalOf(facts);
  if (state.stage === 'awaiting') return { ...own, ...(approval && { approval }) };
  if (state.stage === 'waiting') return { ...memory.status, ...own };
  const plan = isTold(memory) ? undefined : lifeOf(mode).planInForce(objects.plan, isEnded(state) ? undefined : prepared?.plan);
  const { startFailure, service, approval: _, ...kept } = memory.status;
  const failure = state.stage === 'working' || state.stage === 'stalled' ? state.startFailure : startFailure;
  // A Pod that ends is not ready, which is no failure of one that ends well.
  const isOver = state.stage === 'succeeded' && failure?.reason === 'PodNotReady';
  const address = isServing(state) ? (objects.deployment?.address ?? service) : undefined;
  return {
    ...without(kept, forgets),
    ...(failure && !isOver && { startFailure: failure }),
    ...(approval && { approval }),
    ...(address && { service: address }),
    ...learned,
    ...own,
    ...(plan && { mode: plan.mode, skills: plan.skills, rights: plan.rights }),
    ...(isEnded(state) ? {} : start),
    // An empty text is no time, and the API server would refuse the whole status for it.
    ...('startTime' in state && state.startTime && { startTime: state.startTime }),
    ...('completionTime' in state && state.completionTime && { completionTime: state.completionTime }),
  };
}

/** What was last judged of it; of a run that is judged no more, what it said before. */
function approvalOf({ admission, memory }: Facts): AgentRunStatus['approval'] {
  return admission.kind === 'admitted' || admission.kind === 'unapproved' ? admission.approval : memory.status.approval;
}

const without = (status: AgentRunStatus, fields: readonly (keyof AgentRunStatus)[]): AgentRunStatus =>
  Object.fromEntries(Object.entries(status).filter(([field]) => !fields.some((name) => name === field)));

/** Whether the status has what a task was given. From the decision to start on that does not change, whatever its Job carries. */
const isTold = ({ isDecided, status: { mode, skills, rights } }: Facts['memory']): boolean =>
  isDecided && mode === 'task' && skills !== undefined && rights !== undefined;

/** Every condition of a run but SettingsValid, in their order. */
export function describeConditions(state: RunState, status: AgentRunStatus, held: Condition): Condition[] {
  const { stage, reason, message } = state;
  const succeeded = stage === 'succeeded' ? 'True' : isEnded(state) ? 'False' : 'Unknown';
  return [
    describeAdmitted(state, status),
    describePrepared(state),
    held,
    { type: SUCCEEDED, status: succeeded, reason, message },
    { type: FINISHED, status: isEnded(state) ? 'True' : 'False', reason, message: '' },
    isEnded(state) || isServing(state)
      ? { type: RECONCILING, status: 'False', reason, message: '' }
      : { type: RECONCILING, status: 'True', reason, message },
    ...(STAGES[stage].phase === 'Failed' ? [{ type: STALLED, status: 'True', reason, message } as const] : []),
  ];
}

/** A run that was admitted once stays so; one that ended before it was judged never was. */
function describeAdmitted({ stage, reason, message }: RunState, { mode }: AgentRunStatus): Condition {
  if (stage === 'refused' || stage === 'restricted') return { type: ADMITTED, status: 'False', reason, message };
  if (mode === undefined) return { type: ADMITTED, status: 'Unknown', reason, message };
  return { type: ADMITTED, status: 'True', reason: 'Admitted', message: 'Spec, references and policy are in order' };
}

function describePrepared(state: RunState): Condition {
  if ('startTime' in state && state.startTime !== undefined) {
    return { type: PREPARED, status: 'True', reason: 'Prepared', message: 'Everything was there before the run started' };
  }
  if (STAGES[state.stage].phase === 'Preparing')
    return { type: PREPARED, status: 'False', reason: state.reason, message: state.message };
  if (isEnded(state)) return { type: PREPARED, status: 'False', reason: 'Ended', message: 'The run has ended' };
  return { type: PREPARED, status: 'False', reason: 'NotAdmitted', message: 'Nothing is prepared before the run is admitted' };
}

/**
 * One event when the phase or its reason changed, none otherwise, and none while Crossplane has still to fetch. The warnings of a run come
 * with the event of its beginning, and with that of its question to a human.
 */
export function describeTransition(previous: RunState | undefined, state: RunState, warnings: readonly Warning[]): Result[] {
  const { phase } = STAGES[state.stage];
  const before = previous && STAGES[previous.stage].phase;
  if (before === phase && previous?.reason === state.reason) return [];
  if (state.reason === 'Fetching') return [];
  const begins = phase === 'Preparing' && before !== 'Preparing';
  const warned = begins || state.stage === 'awaiting' ? warnings.map(({ reason, message }) => eventOf(reason, message)) : [];
  return [eventOf(state.reason, `${phase}: ${state.message}`), ...warned];
}
