/** What all composites have in common: identity, and a spec that Crossplane writes into as well. */
import { isObject, type JsonObject, type JsonValue, textAt } from '../kube/json.ts';
import { type Fault, invalid, type Parsed } from './fault.ts';
import type { Validator } from './generated/validators.js';
import { checkSchema } from './schema.ts';
import { withHint } from './sympozium.ts';

/** The fields Crossplane itself keeps in the spec of a composite or claim; they are not the user's and not ours. */
const CROSSPLANE_FIELDS: ReadonlySet<string> = new Set([
  'claimRef',
  'compositeDeletePolicy',
  'compositionRef',
  'compositionRevisionRef',
  'compositionRevisionSelector',
  'compositionSelector',
  'compositionUpdatePolicy',
  'crossplane',
  'publishConnectionDetailsTo',
  'resourceRef',
  'resourceRefs',
  'writeConnectionSecretToRef',
]);

const ROOT_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status']);

/**
 * The spec of a composite as its kind's type: unknown fields refused, defaults filled in, rules applied.
 * Reports everything it finds at once, in a stable order.
 */
export function parseSpec<T>(
  composite: JsonObject,
  validator: Validator,
  rules: (faults: Fault[], spec: JsonValue) => void,
): Parsed<T> {
  const faults: Fault[] = Object.keys(composite)
    .filter((key) => !ROOT_FIELDS.has(key))
    .map((key) => ({ path: key, found: 'an unknown field', rule: 'must not be set; what people write stands below spec' }));
  const raw = composite['spec'] ?? {};
  const spec = isObject(raw) ? withoutCrossplaneFields(raw) : raw;
  const checked = checkSchema(validator, spec, 'spec');
  faults.push(...checked.faults);
  rules(faults, checked.value);
  if (faults.length === 0) return { ok: true, value: checked.value as unknown as T };
  return invalid(faults.map((fault) => withHint(composite['kind'], ofResources(fault))));
}

/** Which of Crossplane's fields a spec has. */
export const crossplaneFieldsOf = (spec: JsonObject): string[] => Object.keys(spec).filter((key) => CROSSPLANE_FIELDS.has(key));

/** A spec as its user wrote it. */
export const withoutCrossplaneFields = (spec: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(spec).filter(([key]) => !CROSSPLANE_FIELDS.has(key)));

/** Everybody who knows Kubernetes writes it as a container has it. */
function ofResources(fault: Fault): Fault {
  if (fault.found !== 'an unknown field' || !/[.]resources[.](limits|requests)$/.test(fault.path)) return fault;
  return { ...fault, rule: `${fault.rule}: cpu and memory stand directly below resources, and are request and limit at once` };
}

export function nameOf(resource: JsonObject): string {
  return textAt(resource, 'metadata', 'name') ?? '';
}
