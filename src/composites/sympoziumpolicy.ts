/** The SympoziumPolicy composite: composes nothing, tells whether the policy can be used. */
import { formatFaults } from '../api/fault.ts';
import { parseSympoziumPolicy } from '../api/sympoziumpolicy.ts';
import type { Request } from '../call/request.ts';
import type { Composed } from '../call/response.ts';
import { describeChange, describeValid } from './report.ts';

export function composePolicy(request: Request, ttlSeconds: number): Composed {
  const parsed = parseSympoziumPolicy(request.composite);
  const phase = parsed.ok ? 'Active' : 'Invalid';
  const message = parsed.ok ? 'In force' : formatFaults(parsed.faults);
  return {
    status: { phase, message },
    ready: parsed.ok,
    resources: new Map(),
    conditions: [describeValid(parsed.ok, parsed.ok ? 'Active' : 'InvalidSpec', message)],
    results: describeChange(request.composite, phase, phase, message),
    requirements: {},
    ttlSeconds,
  };
}
