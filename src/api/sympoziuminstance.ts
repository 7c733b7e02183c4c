import type { JsonObject } from '../kube/json.ts';
import { claimOf, NO_CLAIM, parseSpec } from './composite.ts';
import type { Parsed } from './fault.ts';
import type { SympoziumInstanceSpec } from './generated/types.ts';
import { validateSympoziumInstanceSpec } from './generated/validators.js';
import { checkRunFields } from './rules.ts';

/** A SympoziumInstance as the function trusts it. Fields: package/claims/apis/sympoziuminstance/definition.yaml. */
export function parseSympoziumInstance(composite: JsonObject): Parsed<SympoziumInstanceSpec> {
  return parseSpec(composite, validateSympoziumInstanceSpec, (faults, spec) => {
    if (claimOf(composite) === undefined) faults.push(NO_CLAIM);
    checkRunFields(faults, spec);
  });
}
