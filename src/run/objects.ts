/**
 * The Objects of a run. Crossplane observes those that the composite refers to. Where it refers to none, the composite may be
 * older than Crossplane's own writes to it, and a run that is made anew would undo one that works; so they are looked for by the
 * label of the run before anything is made.
 */

import { identityOf, variantOf } from '../api/kinds.ts';
import { PART, RUN } from '../api/labels.ts';
import type { Waiting } from '../call/references.ts';
import type { Request, Selector } from '../call/request.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import { ownObjects } from '../objects/observed.ts';

/** The key under which the Objects of a run are asked for. */
export const OBJECTS = 'held';

/** Every Object of a run. */
export function selectObjects(composite: JsonObject, runId: string): Selector {
  const { apiVersion, namespaced } = variantOf(composite).objects;
  const namespace = namespaced ? identityOf(composite)?.namespace : undefined;
  return { apiVersion, kind: 'Object', matchLabels: { [RUN]: runId }, ...(namespace && { namespace }) };
}

export interface GatheredObjects {
  /** By resource name. */
  observed: Map<string, JsonObject>;
  requirements: Record<string, Selector>;
  /** Whether they were found by their label only. */
  unreferenced: boolean;
  /** While Crossplane has still to list them. */
  waiting: Waiting[];
}

/** @param isNew whether nothing says that the run is further than to be made */
export function gatherObjects(request: Request, runId: string | undefined, isNew: boolean): GatheredObjects {
  const observed = ownObjects(request.observed, variantOf(request.composite));
  if (!isNew || observed.size > 0 || runId === undefined) return { observed, requirements: {}, unreferenced: false, waiting: [] };
  const requirements = { [OBJECTS]: selectObjects(request.composite, runId) };
  const listed = request.required.get(OBJECTS);
  if (listed === undefined) return { observed, requirements, unreferenced: false, waiting: [NOT_LISTED] };
  const found = listed.map((object): [string, JsonObject] => [textAt(object, 'metadata', 'labels', PART) ?? '', object]);
  return { observed: new Map(found), requirements, unreferenced: found.length > 0, waiting: [] };
}

const NOT_LISTED: Waiting = { reason: 'Fetching', message: 'Waiting for Crossplane to list the Objects of the run' };
