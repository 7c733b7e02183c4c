import { claimOf, nameOf } from '../api/composite.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import { runId } from '../kube/names.ts';

/** What a run is called, and where it is. */
export interface RunIdentity {
  /** Unique over time; what every object of the run is named after. */
  id: string;
  namespace: string;
  /** The name of the claim. */
  name: string;
}

/** The identity of a run, or undefined when the composite has no claim and so no namespace. */
export function identifyRun(composite: JsonObject): RunIdentity | undefined {
  const claim = claimOf(composite);
  if (claim === undefined) return undefined;
  const uid = textAt(composite, 'metadata', 'uid');
  return { ...claim, id: runId({ name: nameOf(composite), namespace: claim.namespace, uid }) };
}
