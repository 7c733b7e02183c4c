/** The AgentRunApproval composite: composes nothing, tells whether the approval can be read. Whether it counts, its run says. */
import { parseAgentRunApproval } from '../api/agentrunapproval.ts';
import { formatFaults } from '../api/fault.ts';
import type { Request } from '../call/request.ts';
import type { Composed } from '../call/response.ts';
import { composeReading } from './report.ts';

export function composeApproval(request: Request, ttlSeconds: number): Composed {
  const parsed = parseAgentRunApproval(request.composite);
  const [phase, message] = parsed.ok
    ? (['Recorded', 'It can be read'] as const)
    : (['Invalid', formatFaults(parsed.faults)] as const);
  return composeReading(request, { phase, message, isValid: parsed.ok }, ttlSeconds);
}
