/** What the composites beside AgentRun report alike: the condition Valid, and one event when the phase changed. */
import { VALID } from '../api/conditions.ts';
import type { Reason } from '../api/reasons.ts';
import type { Request } from '../call/request.ts';
import { type Composed, type Condition, eventOf, type Result } from '../call/response.ts';
import { type JsonObject, textAt } from '../kube/json.ts';

export const describeValid = (isValid: boolean, reason: Reason, message: string): Condition => ({
  type: VALID,
  status: isValid ? 'True' : 'False',
  reason,
  message,
});

export const describeChange = (composite: JsonObject, phase: string, reason: Reason, message: string): Result[] =>
  textAt(composite, 'status', 'phase') === phase ? [] : [eventOf(reason, message)];

interface Reading {
  phase: 'Active' | 'Recorded' | 'Invalid';
  message: string;
  isValid: boolean;
}

/** The answer about what others only read: nothing is composed of it. */
export const composeReading = ({ composite }: Request, { phase, message, isValid }: Reading, ttlSeconds: number): Composed => ({
  status: { phase, message } as Composed['status'],
  ready: isValid,
  resources: new Map(),
  conditions: [describeValid(isValid, isValid ? phase : 'InvalidSpec', message)],
  results: describeChange(composite, phase, phase, message),
  requirements: {},
  ttlSeconds,
});
