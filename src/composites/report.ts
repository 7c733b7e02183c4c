/** What the three composites beside AgentRun report alike: the condition Valid, and one event when the phase changed. */
import { VALID } from '../api/conditions.ts';
import type { Reason } from '../api/reasons.ts';
import type { Condition, Result } from '../call/response.ts';
import { type JsonObject, textAt } from '../kube/json.ts';

export const describeValid = (isValid: boolean, reason: Reason, message: string): Condition => ({
  type: VALID,
  status: isValid ? 'True' : 'False',
  reason,
  message,
});

/** @param isGood whether nobody has to act */
export function describeChange(composite: JsonObject, phase: string, isGood: boolean, reason: Reason, message: string): Result[] {
  if (textAt(composite, 'status', 'phase') === phase) return [];
  return [{ severity: isGood ? 'Normal' : 'Warning', reason, message }];
}
