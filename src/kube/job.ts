/** What the conditions of a Job say: https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions */
import { type JsonObject, listAt, textAt } from './json.ts';

/** What the condition of a Job says of the Pod that failed it, by the rules of its podFailurePolicy. */
export interface JobFailure {
  podName?: string;
  /** Of the container that a rule is about. */
  exitCode?: number;
  /** Whether Kubernetes itself ended the Pod: it was evicted or preempted, or its node is gone. */
  isDisrupted: boolean;
}

const EXITED = /^Container \S+ for pod [^/\s]+\/(\S+) failed with exit code (\d{1,3}) matching FailJob rule/;
const DISRUPTED = /^Pod [^/\s]+\/(\S+) has condition DisruptionTarget matching FailJob rule/;

/** The words are no API (pkg/controller/job/pod_failure_policy.go, the same since 1.26): others lose the number, and nothing else. */
export function readJobFailure(message: string): JobFailure {
  const [, exited, code] = EXITED.exec(message) ?? [];
  if (exited !== undefined) return { podName: exited, exitCode: Number(code), isDisrupted: false };
  const [, disrupted] = DISRUPTED.exec(message) ?? [];
  return disrupted === undefined ? { isDisrupted: false } : { podName: disrupted, isDisrupted: true };
}

/** The first one of each pair is there before the Pod has ended. */
export const END_CONDITIONS = ['FailureTarget', 'SuccessCriteriaMet', 'Complete', 'Failed'];

/** Whether a Job has an end condition: it starts no Pod any more. */
export const hasEnded = (job: JsonObject): boolean =>
  listAt(job, 'status', 'conditions').some(
    (condition) => textAt(condition, 'status') === 'True' && END_CONDITIONS.includes(textAt(condition, 'type') ?? ''),
  );
