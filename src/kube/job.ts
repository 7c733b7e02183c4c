/** What the conditions of a Job say: https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions */
import { type JsonObject, listAt, textAt } from './json.ts';

/** The first one of each pair is there before the Pod has ended. */
export const END_CONDITIONS = ['FailureTarget', 'SuccessCriteriaMet', 'Complete', 'Failed'];

/** Whether a Job has an end condition: it starts no Pod any more. */
export const hasEnded = (job: JsonObject): boolean =>
  listAt(job, 'status', 'conditions').some(
    (condition) => textAt(condition, 'status') === 'True' && END_CONDITIONS.includes(textAt(condition, 'type') ?? ''),
  );
