/** The SympoziumPolicy composite: composes nothing, tells whether the policy can be used. */
import { formatFaults } from '../api/fault.ts';
import { parseSympoziumPolicy } from '../api/sympoziumpolicy.ts';
import type { Request } from '../call/request.ts';
import type { Composed } from '../call/response.ts';
import { composeReading } from './report.ts';

export function composePolicy(request: Request, ttlSeconds: number): Composed {
  const parsed = parseSympoziumPolicy(request.composite);
  const [phase, message] = parsed.ok ? (['Active', 'In force'] as const) : (['Invalid', formatFaults(parsed.faults)] as const);
  return composeReading(request, { phase, message, isValid: parsed.ok }, ttlSeconds);
}
