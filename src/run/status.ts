/** From the state of a run to what people see: status, conditions, events. All of it stands in every response. */
import { ADMITTED, PREPARED, SUCCEEDED } from '../api/conditions.ts';
import type { AgentRunStatus } from '../api/generated/types.ts';
import type { Condition, Result } from '../call/response.ts';
import { type JsonObject, objectAt, textAt } from '../kube/json.ts';
import type { RunIdentity } from './identity.ts';
import {
  END_MESSAGES,
  endedByItself,
  type Facts,
  formatTime,
  isDecided,
  isEnded,
  isReadyToStart,
  type Latched,
  type RunState,
  type Warning,
} from './lifecycle.ts';

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
  'workloadUID',
  'preparedTime',
  'startTime',
  'completionTime',
  'frozenDigest',
] as const satisfies readonly (keyof AgentRunStatus)[];
const LIST_FIELDS = ['skills', 'rights'] as const satisfies readonly (keyof AgentRunStatus)[];

const DECIDED_PHASES: readonly unknown[] = ['Running', 'Serving'];

/** What of a status holds from the decision of the start on. */
export function readLatched({
  phase,
  mode,
  workloadName,
  workloadUID,
  preparedTime,
  startTime,
  frozenDigest,
}: AgentRunStatus): Latched {
  const marks = [workloadName, workloadUID, preparedTime, startTime, frozenDigest];
  const decided = marks.some((mark) => mark !== undefined) || DECIDED_PHASES.includes(phase);
  return { decided, mode, workloadName, workloadUID, preparedTime, startTime };
}

/** The state the status tells of, or undefined for a run that is new. */
export function readState(status: AgentRunStatus): RunState | undefined {
  const { phase, reason = '', message = '', startTime, completionTime = '' } = status;
  switch (phase) {
    case 'Succeeded':
    case 'Failed':
    case 'Cancelled': {
      // Where the logs are is told beside the message, as long as they are there.
      const plain = endedByItself({ reason }) ? END_MESSAGES[reason as keyof typeof END_MESSAGES] : message;
      return { phase, reason, message: plain, ...(startTime !== undefined && { startTime }), completionTime };
    }
    case 'Running':
    case 'Serving':
      return { phase, reason, message, startTime: startTime ?? '' };
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
  facts: Facts,
  { logsLeft, now }: { logsLeft: boolean; now: Date },
): AgentRunStatus {
  const { admission, objects } = facts;
  const { phase, reason } = state;
  const logs = logsLeft ? `; its log: kubectl logs -n ${identity?.namespace} job/${objects.workload?.name} -c agent` : '';
  const own: AgentRunStatus = { phase, reason, message: `${state.message}${logs}`, ...(identity && { runId: identity.id }) };
  if (phase === 'Pending') return own;
  // Once the workload exists, what the run was prepared with stands in its plan and not in its references.
  const admitted = admission.kind === 'admitted' && !isEnded(state) ? admission.prepared.plan : undefined;
  // A server follows its pack, but not into another mode.
  const begun = objects.plan?.mode ?? facts.latched.mode ?? objects.mode;
  const rendered = begun === undefined || admitted?.mode === begun ? admitted : undefined;
  const follows = objects.workload?.kind === 'deployment' && rendered !== undefined;
  const plan = follows ? rendered : (objects.plan ?? rendered);
  return {
    ...previous,
    ...own,
    ...(plan && { mode: plan.mode, skills: plan.skills, rights: plan.rights }),
    ...(isEnded(state) ? {} : decideStart(previous, facts, now)),
    // An empty text is no time, and the API server would refuse the whole status for it.
    ...('startTime' in state && state.startTime && { startTime: state.startTime }),
    ...('completionTime' in state && state.completionTime && { completionTime: state.completionTime }),
  };
}

/**
 * What the status says from the decision of the start on. It is written before the start: should the Object of the
 * workload be lost after it, the status still knows that there was one. All of it in one write, because each change of the
 * status costs several updates of the composite.
 */
function decideStart(previous: AgentRunStatus, facts: Facts, now: Date): AgentRunStatus {
  const { objects } = facts;
  const { workload, frozenDigest } = objects;
  // What a composite does not refer to is taken up first.
  const isDue = !facts.unreferenced && isReadyToStart(objects);
  if (workload === undefined || !(isDecided(facts) || isDue)) return {};
  const uid = previous.workloadUID ?? (workload.kind === 'job' ? workload.uid : undefined);
  // Of a decision that is found again nobody knows when it was.
  const preparedTime = previous.preparedTime ?? (isDecided(facts) ? undefined : formatTime(now));
  return {
    workloadName: previous.workloadName ?? workload.name,
    ...(uid !== undefined && { workloadUID: uid }),
    ...(preparedTime !== undefined && { preparedTime }),
    ...(frozenDigest !== undefined && { frozenDigest }),
  };
}

/** Every condition of a run in `state` but RightsHeld, in their order. */
export function describeConditions(state: RunState, status: AgentRunStatus, held: Condition): Condition[] {
  const { reason, message } = state;
  const succeeded = state.phase === 'Succeeded' ? 'True' : isEnded(state) ? 'False' : 'Unknown';
  return [
    describeAdmitted(state, status),
    describePrepared(state),
    held,
    { type: SUCCEEDED, status: succeeded, reason, message },
  ];
}

/** A run that was admitted once stays so; one that ended before it was judged never was. */
function describeAdmitted({ reason, message }: RunState, { mode }: AgentRunStatus): Condition {
  if (reason === 'InvalidSpec' || reason === 'PolicyDenied') return { type: ADMITTED, status: 'False', reason, message };
  if (mode === undefined) return { type: ADMITTED, status: 'Unknown', reason, message };
  return { type: ADMITTED, status: 'True', reason: 'Admitted', message: 'Spec, references and policy are in order' };
}

function describePrepared(state: RunState): Condition {
  if ('startTime' in state && state.startTime !== undefined) {
    return { type: PREPARED, status: 'True', reason: 'Prepared', message: 'Everything was there before the run started' };
  }
  if (state.phase === 'Preparing') return { type: PREPARED, status: 'False', reason: state.reason, message: state.message };
  if (isEnded(state)) return { type: PREPARED, status: 'False', reason: 'Ended', message: 'The run has ended' };
  return { type: PREPARED, status: 'False', reason: 'NotAdmitted', message: 'Nothing is prepared before the run is admitted' };
}

/** Reasons that nobody has to act on. */
const NORMAL = ['CreatingObjects', 'Running', 'Ending', 'Available', 'Completed', 'Cancelled'];

/**
 * One event when the phase or its reason changed, none otherwise, and none while Crossplane has still to fetch. With the event of
 * its beginning a run is told its warnings.
 */
export function describeTransition(previous: RunState | undefined, state: RunState, warnings: readonly Warning[]): Result[] {
  if (previous?.phase === state.phase && previous.reason === state.reason) return [];
  if (state.reason === 'Fetching') return [];
  const severity = NORMAL.includes(state.reason) ? 'Normal' : 'Warning';
  const begins = state.phase === 'Preparing' && previous?.phase !== 'Preparing';
  const told = begins ? warnings.map((warning): Result => ({ severity: 'Warning', ...warning })) : [];
  return [{ severity, reason: state.reason, message: `${state.phase}: ${state.message}` }, ...told];
}
