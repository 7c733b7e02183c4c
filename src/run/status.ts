/** From the state of a run to what people see: status, conditions, events. All of it stands in every response. */
import { ADMITTED, PREPARED, RIGHTS_HELD, SUCCEEDED } from '../api/conditions.ts';
import type { AgentRunStatus } from '../api/generated/types.ts';
import type { Condition, Result } from '../function/response.ts';
import { type JsonObject, objectAt, textAt } from '../kube/json.ts';
import type { RunIdentity } from './identity.ts';
import { type Facts, isTerminal, type RunState } from './lifecycle.ts';

/**
 * The status we wrote last, field by field: what a newer version added, or what is not of its type, is left out and
 * never costs the phase. Empty for a run that is new.
 */
export function readStatus(composite: JsonObject): AgentRunStatus {
  const status = objectAt(composite, 'status');
  const texts = TEXT_FIELDS.flatMap((field) => {
    const value = textAt(status, field);
    return value === undefined ? [] : [[field, value]];
  });
  const lists = LIST_FIELDS.flatMap((field) => (Array.isArray(status[field]) ? [[field, status[field]]] : []));
  return Object.fromEntries([...texts, ...lists]);
}

const TEXT_FIELDS = [
  'phase',
  'reason',
  'message',
  'runId',
  'mode',
  'workloadName',
  'startTime',
  'completionTime',
  'frozenDigest',
];
const LIST_FIELDS = ['skills', 'rights'];

/** The state the status tells of, or undefined for a run that is new. */
export function readState({ phase, reason = '', message = '', completionTime = '' }: AgentRunStatus): RunState | undefined {
  switch (phase) {
    case 'Succeeded':
    case 'Failed':
    case 'Cancelled':
      return { phase, reason, message, completionTime };
    case 'Pending':
    case 'Preparing':
      return { phase, reason, message };
    default:
      return undefined;
  }
}

/** The complete status of a run in `state`. */
export function writeStatus(
  state: RunState,
  previous: AgentRunStatus,
  identity: RunIdentity | undefined,
  { admission, objects }: Facts,
): AgentRunStatus {
  const { phase, reason, message } = state;
  const own: AgentRunStatus = { phase, reason, message, ...(identity && { runId: identity.id }) };
  if (isTerminal(state)) {
    return { ...previous, ...own, ...('completionTime' in state && { completionTime: state.completionTime }) };
  }
  if (phase === 'Pending') return own;
  // Once the workload exists, what the run was prepared with stands in its plan and not in its references.
  const plan = objects.plan ?? (admission.kind === 'admitted' ? admission.prepared.plan : undefined);
  const prepared = plan && { mode: plan.mode, skills: plan.skills, rights: plan.rights };
  const workloadName = objects.workloadName ?? previous.workloadName;
  return { ...previous, ...own, ...prepared, ...(workloadName !== undefined && { workloadName }) };
}

/** Every condition of a run in `state`. */
export function describeConditions(state: RunState, status: AgentRunStatus): Condition[] {
  return [
    describeAdmitted(state, status),
    describePrepared(state),
    state.phase === 'Preparing' && (status.rights ?? []).length > 0
      ? { type: RIGHTS_HELD, status: 'True', reason: 'Held', message: 'See status.rights' }
      : { type: RIGHTS_HELD, status: 'False', reason: 'None', message: 'The run holds no rights' },
    { type: SUCCEEDED, status: isTerminal(state) ? 'False' : 'Unknown', reason: state.reason, message: state.message },
  ];
}

/** A run that was admitted once stays so; one that ended before it was judged never was. */
function describeAdmitted({ reason, message }: RunState, { mode }: AgentRunStatus): Condition {
  if (reason === 'InvalidSpec' || reason === 'PolicyDenied') return { type: ADMITTED, status: 'False', reason, message };
  if (mode === undefined) return { type: ADMITTED, status: 'Unknown', reason, message };
  return { type: ADMITTED, status: 'True', reason: 'Admitted', message: 'Spec, references and policy are in order' };
}

function describePrepared(state: RunState): Condition {
  if (state.phase === 'Preparing') return { type: PREPARED, status: 'False', reason: state.reason, message: state.message };
  if (isTerminal(state)) return { type: PREPARED, status: 'False', reason: 'Ended', message: 'The run has ended' };
  return { type: PREPARED, status: 'False', reason: 'NotAdmitted', message: 'Nothing is prepared before the run is admitted' };
}

/** One event when the phase or its reason changed, none otherwise, and none while Crossplane has still to fetch. */
export function describeTransition(previous: RunState | undefined, state: RunState): Result[] {
  if (previous?.phase === state.phase && previous.reason === state.reason) return [];
  if (state.reason === 'Fetching') return [];
  const normal = state.reason === 'CreatingObjects' || state.phase === 'Cancelled';
  return [{ severity: normal ? 'Normal' : 'Warning', reason: state.reason, message: `${state.phase}: ${state.message}` }];
}
