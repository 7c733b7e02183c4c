/** Conditions as crossplane-runtime sets them: one that says the same stays, any other replaces it, its time included. */
import { isObject, type JsonValue, textAt } from '../kube/json.ts';

export interface Told {
  type: string;
  status: string;
  reason: string;
  message: string;
  observedGeneration?: number;
}

/** `lastTransitionTime` tells since when a condition says what it says, its message included. */
export function setConditions(before: JsonValue[], told: Told[], timestamp: string): JsonValue[] {
  const conditions = [...before];
  for (const condition of told) {
    const index = conditions.findIndex((other) => textAt(other, 'type') === condition.type);
    if (isSame(conditions[index], condition)) continue;
    conditions[index < 0 ? conditions.length : index] = { ...condition, lastTransitionTime: timestamp };
  }
  return conditions;
}

const isSame = (condition: JsonValue | undefined, told: Told): boolean =>
  isObject(condition) &&
  condition['status'] === told.status &&
  condition['reason'] === told.reason &&
  condition['message'] === told.message &&
  condition['observedGeneration'] === told.observedGeneration;

const SYSTEM = ['Ready', 'Synced', 'Healthy', 'Responsive'];

/** What becomes of our conditions when a composition fails: nobody knows. */
export const unknownConditions = (conditions: JsonValue[]): Told[] =>
  conditions
    .map((condition) => textAt(condition, 'type') ?? '')
    .filter((type) => !SYSTEM.includes(type))
    .map((type) => ({ type, status: 'Unknown', reason: 'FatalError', message: UNKNOWN }));

const UNKNOWN = 'A fatal error occurred before the status of this condition could be determined.';

/** Of a composite or an Object. */
export const synced = (error: string): Told => ({
  type: 'Synced',
  status: error === '' ? 'True' : 'False',
  reason: error === '' ? 'ReconcileSuccess' : 'ReconcileError',
  message: error,
});

/** Of a composite. */
export const readiness = (isReady: boolean): Told => ({
  type: 'Ready',
  status: isReady ? 'True' : 'False',
  reason: isReady ? 'Available' : 'Creating',
  message: '',
});
