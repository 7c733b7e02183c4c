/**
 * The Job controller for Jobs as a run has them: one Pod, no second try.
 *
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/: a suspended Job has no Pod and forgets when it started;
 * one past its deadline, or whose Pod failed or is gone, gets FailureTarget first and Failed when its Pod has ended; one
 * whose Pod succeeded gets SuccessCriteriaMet first and then Complete. By the rules of its podFailurePolicy its condition tells the exit
 * code, or that the Pod was disrupted.
 */
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';

/** What a Job says next of itself, and what becomes of its Pod. */
export interface JobStep {
  status: JsonObject;
  pod?: 'create' | 'delete';
}

/** Whether a Pod has not ended. */
export const isAlive = (pod: unknown): boolean => ['Pending', 'Running'].includes(textAt(pod, 'status', 'phase') ?? '');

/** Whether a Pod is being deleted and has not ended; the Job waits for it, with podReplacementPolicy Failed. */
const isLeaving = (pod: unknown): boolean => isAlive(pod) && textAt(pod, 'metadata', 'deletionTimestamp') !== undefined;

/** The next step of a Job that has the given Pod, or none. */
export function stepJob(job: JsonObject, pod: JsonObject | undefined, timestamp: string): JobStep {
  const status = objectAt(job, 'status');
  const conditions = listAt(status, 'conditions');
  const find = (type: string) => conditions.find((condition) => textAt(condition, 'type') === type);
  const tell = (type: string, reason: string, message = ''): JsonObject => ({
    ...status,
    conditions: [...conditions, { type, status: 'True', reason, message, lastTransitionTime: timestamp }],
  });
  const startTime = textAt(status, 'startTime');
  const failing = find('FailureTarget');

  if (find('Complete') ?? find('Failed')) return { status };
  if (valueAt(job, 'spec', 'suspend') === true) return { status: {}, ...(pod !== undefined && { pod: 'delete' }) };
  if (startTime === undefined && pod !== undefined) return { status };
  if (startTime === undefined) return { status: { startTime: timestamp, active: 1, ready: 0 }, pod: 'create' };
  if (failing !== undefined) {
    if (pod !== undefined && isAlive(pod)) return { status, pod: 'delete' };
    return {
      status: { ...tell('Failed', textAt(failing, 'reason') ?? '', textAt(failing, 'message')), active: 0, ready: 0, failed: 1 },
    };
  }
  if (find('SuccessCriteriaMet')) {
    const completed = { active: 0, ready: 0, succeeded: 1, completionTime: timestamp };
    return { status: { ...tell('Complete', 'CompletionsReached'), ...completed } };
  }
  const deadline = Number(valueAt(job, 'spec', 'activeDeadlineSeconds') ?? Number.POSITIVE_INFINITY);
  if (Date.parse(timestamp) >= Date.parse(startTime) + deadline * 1000) {
    return { status: tell('FailureTarget', 'DeadlineExceeded') };
  }
  if (isLeaving(pod)) return { status: { ...status, active: 0, ready: 0, terminating: 1 } };
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded') return { status: tell('SuccessCriteriaMet', 'CompletionsReached') };
  if (phase === undefined || phase === 'Failed') return { status: tell('FailureTarget', ...describeFailure(pod)) };
  return { status: { ...status, active: 1, ready: phase === 'Running' ? 1 : 0 } };
}

/** Reason and message of a Job whose Pod failed, by the two rules that every Job of ours has. */
function describeFailure(pod: JsonObject | undefined): [string, string] {
  const name = `${textAt(pod, 'metadata', 'namespace')}/${textAt(pod, 'metadata', 'name')}`;
  const isDisrupted = listAt(pod, 'status', 'conditions').some((condition) => textAt(condition, 'type') === DISRUPTED);
  if (isDisrupted) return ['PodFailurePolicy', `Pod ${name} has condition ${DISRUPTED} matching FailJob rule at index 0`];
  for (const container of listAt(pod, 'status', 'containerStatuses')) {
    const code = Number(valueAt(container, 'state', 'terminated', 'exitCode') ?? 0);
    const told = `Container ${textAt(container, 'name')} for pod ${name} failed with exit code ${code} matching FailJob rule at index 1`;
    if (code !== 0) return ['PodFailurePolicy', told];
  }
  return ['BackoffLimitExceeded', 'Job has reached the specified backoff limit'];
}

const DISRUPTED = 'DisruptionTarget';
