/** What carries a part, looked at the same way whatever it is: an Object, or the real object composed directly. */
import { PART } from '../../src/api/labels.ts';
import { equal, type JsonObject, listAt, textAt, valueAt } from '../../src/kube/json.ts';
import type { CarriedState, Carrier } from '../../src/objects/carrier.ts';
import { carryByObjects, isObject, POLICIES } from '../../src/objects/object.ts';
import { RESOURCES } from '../../src/objects/resource.ts';
import { partOf } from '../../src/run/parts.ts';
import { VARIANT } from './variant.ts';

const OBJECTS = carryByObjects(VARIANT);
const carrierOf = (carried: JsonObject | undefined): Carrier =>
  carried !== undefined && isObject(carried) ? OBJECTS : RESOURCES;

export const partLabelOf = (carried: unknown): string | undefined => textAt(carried, 'metadata', 'labels', PART);
export const desiredOf = (carried: JsonObject | undefined): JsonObject => carrierOf(carried).desiredOf(carried);
export const realOf = (carried: JsonObject | undefined): JsonObject =>
  carried === undefined ? {} : carrierOf(carried).realOf(carried);
export const stateOf = (carried: JsonObject): CarriedState =>
  carrierOf(carried).stateOf(carried, partOf(partLabelOf(carried) ?? '')?.readyWhen);

/** Whether it is an Object that may make nothing. */
export const isWithheld = (carried: JsonObject): boolean =>
  equal(listAt(carried, 'spec', 'managementPolicies'), POLICIES.withheld);

/** Whether an answer with it could make or leave a right: a role that has rules, or an Object that may make something. */
export const mayGrant = (desired: JsonObject): boolean =>
  isObject(desired) ? !isWithheld(desired) : RESOURCES.emptied(desired) !== undefined;

/**
 * Whether an answer with it could suspend a Job that was released: an Object that may update it, or a Job that is asked for with its labels,
 * whatever its version. One that is asked for without them is refused.
 */
export function maySuspend(desired: JsonObject): boolean {
  if (isObject(desired)) return valueAt(desired, 'spec', 'managementPolicies') === undefined;
  return valueAt(desired, 'spec', 'selector') !== undefined && valueAt(desired, 'metadata', 'resourceVersion') === undefined;
}
