import type { JsonObject } from '../kube/json.ts';
import { parseSpec } from './composite.ts';
import type { Parsed } from './fault.ts';
import type { AgentRunApprovalSpec } from './generated/types.ts';
import { validateAgentRunApprovalSpec } from './generated/validators.js';

/** An AgentRunApproval as the function trusts it. Fields: package/claims/apis/agentrunapproval/definition.yaml. */
export const parseAgentRunApproval = (composite: JsonObject): Parsed<AgentRunApprovalSpec> =>
  parseSpec(composite, validateAgentRunApprovalSpec, () => undefined);
