/**
 * What exists of a run. Crossplane observes what the composite refers to. Where it refers to nothing, the composite may be older than
 * Crossplane's own writes to it, and a run that is made anew would undo one that works. So before anything is made it is looked for by the
 * label of the run.
 */
import { PART } from '../api/labels.ts';
import type { Waiting } from '../call/references.ts';
import type { Request, Required, Selector } from '../call/request.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import type { RunIdentity } from '../model/run.ts';
import { type Carrier, HELD } from '../objects/carrier.ts';
import { observeMode } from './observe.ts';
import { isPartOf, PARTS, type Part } from './parts.ts';
import { readPlan } from './plan.ts';

export interface GatheredObjects {
  /** By resource name. */
  observed: ReadonlyMap<string, JsonObject>;
  requirements: Record<string, Selector>;
  /** Whether they were found by their label only. */
  isUnreferenced: boolean;
  /** While Crossplane has still to list them. */
  waiting: Waiting[];
}

/**
 * @param observed the parts that the composite refers to
 * @param isNew whether nothing says that the run has got beyond being made
 */
export function gatherObjects(
  { required }: Request,
  observed: ReadonlyMap<string, JsonObject>,
  carrier: Carrier,
  identity: RunIdentity | undefined,
  isNew: boolean,
): GatheredObjects {
  const nothing = { observed, requirements: {}, isUnreferenced: false, waiting: [] };
  if (!isNew || observed.size > 0 || identity === undefined) return nothing;
  const { requirements, found } = findByLabel(carrier, identity, required);
  if (found === undefined) return { ...nothing, requirements, waiting: [NOT_LISTED] };
  return { observed: found, requirements, isUnreferenced: found.size > 0, waiting: [] };
}

const NOT_LISTED: Waiting = { reason: 'Fetching', message: 'Waiting for Crossplane to list what exists of the run' };

/**
 * Everything of a run that its label finds, or undefined while Crossplane has still to list some of it. One kind leads to the next, so that
 * nothing is asked for that Crossplane may not list: every run has a ServiceAccount, which tells the mode and so the workload, and that has
 * the plan.
 */
export function findByLabel(
  carrier: Carrier,
  identity: RunIdentity,
  required: Required,
): { requirements: Record<string, Selector>; found: Map<string, JsonObject> | undefined } {
  let parts = PARTS.filter(isIdentity);
  for (;;) {
    const requirements = carrier.select(identity, parts);
    const listed = list(carrier, identity, requirements, required);
    if (listed === undefined) return { requirements, found: undefined };
    const found = new Map(listed.map((object): [string, JsonObject] => [partLabelOf(object), object]));
    const told = partsToldOf(carrier, found);
    if (told.length === parts.length) return { requirements, found };
    parts = told;
  }
}

const isIdentity = ({ carries }: Part): boolean => carries === 'identity';

/** The parts that a run has by what was found of it. */
function partsToldOf(carrier: Carrier, found: ReadonlyMap<string, JsonObject>): Part[] {
  const mode = observeMode(found);
  const planned = [...found.values()].flatMap((object) => Object.keys(readPlan(carrier.desiredOf(object))?.parts ?? {}));
  return PARTS.filter(
    (part) => isIdentity(part) || (part.isWorkload && part.modes.some((own) => own === mode)) || planned.includes(part.key),
  );
}

/** The parts of a run that were listed for some requirements, or undefined while one of those is missing. */
export function list(
  carrier: Carrier,
  identity: RunIdentity,
  requirements: Record<string, Selector>,
  required: Required,
): JsonObject[] | undefined {
  const lists = Object.keys(requirements).map((key) => required.get(key));
  if (lists.includes(undefined)) return undefined;
  return lists.flatMap((found) => found ?? []).filter((object) => isOwn(carrier, identity, object));
}

/** Every part of a run that was listed, whoever asked for it. */
export const listEverything = (required: Required, carrier: Carrier, identity: RunIdentity | undefined): JsonObject[] =>
  [...required]
    .flatMap(([key, found]) => (key === HELD || key.startsWith(`${HELD}/`) ? found : []))
    .filter((object) => identity !== undefined && isOwn(carrier, identity, object));

/** Whether something that was listed by the label of a run is a part of it. */
const isOwn = (carrier: Carrier, identity: RunIdentity, object: JsonObject): boolean =>
  isPartOf(identity, carrier.desiredOf(object), partLabelOf(object));

/** Which part something is, by its label; an empty text for none. */
export const partLabelOf = (object: JsonObject): string => textAt(object, 'metadata', 'labels', PART) ?? '';
