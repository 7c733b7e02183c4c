/** Facts of a run from its observed Objects; nothing further on looks at a raw Object. */
import { type JsonObject, objectAt, textAt } from '../kube/json.ts';
import { observeObject } from '../objects/observed.ts';
import { type Plan, readPlan, WORKLOADS } from './plan.ts';

export interface ObjectFacts {
  /** Whether the Object of the Job or Deployment exists: from then on the run is what it was prepared with. */
  workloadExists: boolean;
  /** The name of the Job or Deployment, once its Object exists. */
  workloadName: string | undefined;
  /** What the run was prepared with, once its workload exists. */
  plan: Plan | undefined;
  /** Which parts are ready. */
  ready: ReadonlySet<string>;
  /** What the provider says of objects it cannot make, in a stable order. */
  errors: string[];
}

export function observeParts(observed: ReadonlyMap<string, JsonObject>): ObjectFacts {
  const ready = new Set<string>();
  const errors: string[] = [];
  for (const [key, object] of observed) {
    const state = observeObject(object);
    if (state.kind === 'ready') ready.add(key);
    if (state.kind === 'error' && !waitsForRole(object, state.message)) {
      errors.push(`Cannot create ${describe(object)}: ${state.message}`);
    }
  }
  const workload = WORKLOADS.map((key) => observed.get(key)).find((object) => object !== undefined);
  const manifest = objectAt(workload, 'spec', 'forProvider', 'manifest');
  return {
    workloadExists: workload !== undefined,
    workloadName: textAt(manifest, 'metadata', 'name'),
    plan: readPlan(manifest),
    ready,
    errors: errors.sort(),
  };
}

/**
 * Composed resources are applied in any order, and a provider without the right to bind every role cannot make a
 * binding before its role exists. Kubernetes then says that the binding itself was not found; the provider tries again.
 */
function waitsForRole(object: JsonObject, message: string): boolean {
  const manifest = objectAt(object, 'spec', 'forProvider', 'manifest');
  const isBinding = manifest['roleRef'] !== undefined;
  return isBinding && message.endsWith(`"${textAt(manifest, 'metadata', 'name')}" not found`);
}

function describe(object: JsonObject): string {
  const manifest = ['spec', 'forProvider', 'manifest'];
  return `${textAt(object, ...manifest, 'kind')} ${textAt(object, ...manifest, 'metadata', 'name')}`;
}
