/** What is left of a run whose Job ended by itself, and how long. */
import { valueAt } from '../kube/json.ts';
import type { Remains } from '../model/run.ts';

const DEFAULT_SECONDS = 300;
const MAX_SECONDS = 604_800;

/** What is not of its type says nothing: somebody may have written into what a Job carries, and a faulty spec counts as far as it can. */
export function readRemains(value: unknown): Remains {
  const [cleanup, ttl] = ['cleanup', 'ttlSecondsAfterFinished'].map((field) => valueAt(value, field));
  const isTime = typeof ttl === 'number' && ttl >= 0 && ttl <= MAX_SECONDS;
  return { ...((cleanup === 'keep' || cleanup === 'delete') && { cleanup }), ...(isTime && { ttlSecondsAfterFinished: ttl }) };
}

/** How long Job and skills stay, in seconds; infinite to keep them. What the run says wins over what it was prepared with. */
export function keepSecondsOf(own: Remains, planned: Remains = {}): number {
  const { cleanup = 'delete', ttlSecondsAfterFinished = DEFAULT_SECONDS } = { ...planned, ...own };
  return cleanup === 'keep' ? Number.POSITIVE_INFINITY : ttlSecondsAfterFinished;
}
