/** What the three composites beside AgentRun report alike: the condition Valid, and one event when the phase changed. */
import { VALID } from '../api/conditions.ts';
import type { Reason } from '../api/reasons.ts';
import { type Condition, eventOf, type Result } from '../call/response.ts';
import { type JsonObject, textAt } from '../kube/json.ts';

export const describeValid = (isValid: boolean, reason: Reason, message: string): Condition => ({
  type: VALID,
  status: isValid ? 'True' : 'False',
  reason,
  message,
});

export const describeChange = (composite: JsonObject, phase: string, reason: Reason, message: string): Result[] =>
  textAt(composite, 'status', 'phase') === phase ? [] : [eventOf(reason, message)];
