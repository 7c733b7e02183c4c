import { nameOf } from '../api/composite.ts';
import { identityOf } from '../api/kinds.ts';
import { runId } from '../api/names.ts';
import { type JsonObject, textAt } from '../kube/json.ts';

/** What a run is called, and where it is. */
export interface RunIdentity {
  /** Unique over time; what every object of the run is named after. */
  id: string;
  namespace: string;
  /** The name its user knows it by: the claim's, or its own. */
  name: string;
}

/** The identity of a run, or undefined when the composite does not tell its namespace. */
export function identifyRun(composite: JsonObject): RunIdentity | undefined {
  const identity = identityOf(composite);
  if (identity === undefined) return undefined;
  const uid = textAt(composite, 'metadata', 'uid');
  return { ...identity, id: runId({ name: nameOf(composite), namespace: identity.namespace, uid }) };
}
