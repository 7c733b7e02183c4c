/** Labels and annotations of Pods: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
import { type JsonValue, objectAt, valueAt } from '../kube/json.ts';
import type { Fault } from './fault.ts';
import type { PodMetadata } from './generated/types.ts';
import { checkLabelKeys } from './placement.ts';
import { show } from './schema.ts';

/** By which the product, Crossplane and the Job controller find what is theirs. */
const RESERVED = /^(.*[.])?(sympozium[.]ai|crossplane[.]io|batch[.]kubernetes[.]io)\//;
const RESERVED_KEYS = ['app.kubernetes.io/managed-by', 'controller-uid', 'job-name'];

/** Of a map of labels or annotations: its keys are some, and of nobody else. */
export function checkMetadata(faults: Fault[], path: string, metadata: JsonValue | undefined): void {
  checkLabelKeys(faults, path, metadata);
  for (const key of Object.keys(objectAt(metadata))) {
    if (!RESERVED.test(key) && !RESERVED_KEYS.includes(key)) continue;
    faults.push({ path, found: show(key), rule: 'keys must not be those of the product, of Crossplane or of Jobs' });
  }
}

export function checkPodMetadata(faults: Fault[], path: string, metadata: JsonValue | undefined): void {
  for (const field of ['labels', 'annotations']) checkMetadata(faults, `${path}.${field}`, valueAt(metadata, field));
}

/** The wider scope first: a value of the narrower one wins. */
export function mergePodMetadata(scopes: (PodMetadata | undefined)[]): Required<PodMetadata> {
  const merge = (field: keyof PodMetadata) => Object.assign({}, ...scopes.map((scope) => scope?.[field] ?? {}));
  return { labels: merge('labels'), annotations: merge('annotations') };
}
