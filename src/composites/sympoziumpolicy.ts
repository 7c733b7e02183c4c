/** The SympoziumPolicy composite: composes nothing, tells whether the policy can be used. */
import { VALID } from '../api/conditions.ts';
import { formatFaults } from '../api/fault.ts';
import { parseSympoziumPolicy } from '../api/sympoziumpolicy.ts';
import type { Request } from '../call/request.ts';
import type { Composed } from '../call/response.ts';
import { textAt } from '../kube/json.ts';

export function composePolicy(request: Request, ttlSeconds: number): Composed {
  const parsed = parseSympoziumPolicy(request.composite);
  const phase = parsed.ok ? 'Active' : 'Invalid';
  const message = parsed.ok ? 'In force' : formatFaults(parsed.faults);
  const changed = textAt(request.composite, 'status', 'phase') !== phase;
  return {
    status: { phase, message },
    ready: parsed.ok,
    resources: new Map(),
    conditions: [{ type: VALID, status: parsed.ok ? 'True' : 'False', reason: parsed.ok ? 'Active' : 'InvalidSpec', message }],
    results: changed ? [{ severity: parsed.ok ? 'Normal' : 'Warning', reason: phase, message }] : [],
    requirements: {},
    ttlSeconds,
  };
}
