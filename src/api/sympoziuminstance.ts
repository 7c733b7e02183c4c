import type { JsonObject } from '../kube/json.ts';
import { parseSpec } from './composite.ts';
import type { Parsed } from './fault.ts';
import type { SympoziumInstanceSpec } from './generated/types.ts';
import { validateSympoziumInstanceSpec } from './generated/validators.js';
import { checkIdentity } from './kinds.ts';
import { checkRunFields } from './rules.ts';

/** A SympoziumInstance as the function trusts it. Fields: package/claims/apis/sympoziuminstance/definition.yaml. */
export function parseSympoziumInstance(composite: JsonObject): Parsed<SympoziumInstanceSpec> {
  return parseSpec(composite, validateSympoziumInstanceSpec, (faults, spec) => {
    faults.push(...checkIdentity(composite));
    checkRunFields(faults, spec);
  });
}
