import type { JsonObject } from '../kube/json.ts';
import { parseSpec } from './composite.ts';
import type { Parsed } from './fault.ts';
import type { AgentRunSpec } from './generated/types.ts';
import { validateAgentRunSpec } from './generated/validators.js';
import { checkIdentity } from './kinds.ts';
import { checkRunFields } from './rules.ts';

/** An AgentRun as the function trusts it. Fields: package/claims/apis/agentrun/definition.yaml. */
export function parseAgentRun(composite: JsonObject): Parsed<AgentRunSpec> {
  return parseSpec(composite, validateAgentRunSpec, (faults, spec) => {
    faults.push(...checkIdentity(composite));
    checkRunFields(faults, spec);
  });
}
