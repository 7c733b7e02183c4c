import { isObject, listAt, textAt, valueAt } from './json.ts';

export interface ObservedCondition {
  status: string;
  reason: string;
  message: string;
  /** Since when it says this, in milliseconds; NaN when it does not say. Crossplane counts a new reason or message as a change. */
  since: number;
  /** Of which generation of the object it tells; NaN when it does not say. */
  observedGeneration: number;
}

/** The condition of a type in `status.conditions` of any Kubernetes object, or undefined. */
export function readCondition(object: unknown, type: string): ObservedCondition | undefined {
  const found = listAt(object, 'status', 'conditions').find((item) => isObject(item) && item['type'] === type);
  if (found === undefined) return undefined;
  return {
    status: textAt(found, 'status') ?? 'Unknown',
    reason: textAt(found, 'reason') ?? '',
    message: textAt(found, 'message') ?? '',
    since: Date.parse(textAt(found, 'lastTransitionTime') ?? ''),
    observedGeneration: Number(valueAt(found, 'observedGeneration') ?? Number.NaN),
  };
}
