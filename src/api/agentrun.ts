import { type JsonObject, textAt } from '../kube/json.ts';
import { nameOf, parseSpec } from './composite.ts';
import type { Fault, Parsed } from './fault.ts';
import type { AgentRunSpec } from './generated/types.ts';
import { validateAgentRunSpec } from './generated/validators.js';
import { CLAIMS, checkIdentity, variantOf } from './kinds.ts';
import { MADE_AS } from './labels.ts';
import { checkRunFields } from './rules.ts';
import { show } from './schema.ts';

/** An AgentRun as the function trusts it. Fields: package/claims/apis/agentrun/definition.yaml. */
export function parseAgentRun(composite: JsonObject): Parsed<AgentRunSpec> {
  return parseSpec(composite, validateAgentRunSpec, (faults, spec) => {
    faults.push(...checkIdentity(composite), ...checkMadeAs(composite));
    checkRunFields(faults, spec);
  });
}

/** A run that an AgentSchedule has seen, and that was deleted and made again by an answer that knew the old one. */
function checkMadeAs(composite: JsonObject): Fault[] {
  const madeAs = textAt(composite, 'metadata', 'annotations', MADE_AS);
  const isOne = variantOf(composite) === CLAIMS ? nameOf(composite) : textAt(composite, 'metadata', 'uid');
  if (madeAs === undefined || madeAs === isOne) return [];
  const rule = 'must be that of this run: its schedule made another one of this name, and a tick has one run';
  return [{ path: `metadata.annotations[${MADE_AS}]`, found: show(madeAs), rule }];
}
