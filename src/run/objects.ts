/**
 * The Objects of a run. Crossplane observes those that the composite refers to. Where it refers to none, the composite may be older than
 * Crossplane's own writes to it, and a run that is made anew would undo one that works. So before anything is made they are looked for by
 * the label of the run.
 */
import { PART } from '../api/labels.ts';
import type { Waiting } from '../call/references.ts';
import type { Request, Selector } from '../call/request.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import type { Carrier } from '../objects/carrier.ts';
import type { GivenRun } from './given.ts';

/** The key under which the Objects of a run are asked for. */
export const OBJECTS = 'held';

export interface GatheredObjects {
  /** By resource name. */
  observed: ReadonlyMap<string, JsonObject>;
  requirements: Record<string, Selector>;
  /** Whether they were found by their label only. */
  isUnreferenced: boolean;
  /** While Crossplane has still to list them. */
  waiting: Waiting[];
}

/** @param isNew whether nothing says that the run has got beyond being made */
export function gatherObjects(request: Request, carrier: Carrier, { identity }: GivenRun, isNew: boolean): GatheredObjects {
  const observed = carrier.own(request.observed);
  const nothing = { observed, requirements: {}, isUnreferenced: false, waiting: [] };
  if (!isNew || observed.size > 0 || identity === undefined) return nothing;
  const requirements = { [OBJECTS]: carrier.select(identity) };
  const listed = request.required.get(OBJECTS);
  if (listed === undefined) return { ...nothing, requirements, waiting: [NOT_LISTED] };
  const found = listed.map((object): [string, JsonObject] => [textAt(object, 'metadata', 'labels', PART) ?? '', object]);
  return { observed: new Map(found), requirements, isUnreferenced: found.length > 0, waiting: [] };
}

const NOT_LISTED: Waiting = { reason: 'Fetching', message: 'Waiting for Crossplane to list the Objects of the run' };
