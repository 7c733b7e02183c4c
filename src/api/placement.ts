/** Where a Pod runs: https://kubernetes.io/docs/concepts/scheduling-eviction/ */
import { type JsonValue, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';
import type { Fault } from './fault.ts';
import type { Placement } from './generated/types.ts';
import { show } from './schema.ts';

type Toleration = NonNullable<Placement['tolerations']>[number];

const LABEL =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const MAX_LABEL = 317;

/** Whether it is the name of a label or of an annotation. */
export const isLabelKey = (key: string): boolean => key.length <= MAX_LABEL && LABEL.test(key);

/** Of a map of labels, or of annotations. */
export function checkLabelKeys(faults: Fault[], path: string, labels: JsonValue | undefined): void {
  for (const key of Object.keys(objectAt(labels))) {
    if (isLabelKey(key)) continue;
    faults.push({ path, found: show(key), rule: 'keys must be names of labels' });
  }
}

/** What the schema cannot say of it. */
export function checkPlacement(faults: Fault[], path: string, placement: JsonValue | undefined): void {
  checkLabelKeys(faults, `${path}.nodeSelector`, valueAt(placement, 'nodeSelector'));
  for (const [index, toleration] of listAt(placement, 'tolerations').entries()) {
    const at = `${path}.tolerations[${index}]`;
    const [operator, effect] = [textAt(toleration, 'operator'), textAt(toleration, 'effect')];
    const has = (field: string): boolean => valueAt(toleration, field) !== undefined;
    if (!has('key') && operator !== 'Exists')
      faults.push({ path: at, found: 'no key', rule: 'must have the operator Exists without a key' });
    if (has('value') && operator === 'Exists')
      faults.push({ path: at, found: 'a value', rule: 'must have no value with the operator Exists' });
    if (has('tolerationSeconds') && effect !== 'NoExecute')
      faults.push({ path: at, found: 'tolerationSeconds', rule: 'must have the effect NoExecute with tolerationSeconds' });
  }
}

/** The wider scope first: a name and a label of the narrower one win, and taints of every scope are tolerated. */
export function mergePlacements(scopes: (Placement | undefined)[]): Placement {
  let merged: Placement = {};
  for (const { runtimeClassName, priorityClassName, nodeSelector, tolerations } of scopes.map((scope) => scope ?? {})) {
    const labels = { ...merged.nodeSelector, ...nodeSelector };
    const taints = [...(merged.tolerations ?? []), ...(tolerations ?? [])];
    merged = {
      ...merged,
      ...(runtimeClassName !== undefined && { runtimeClassName }),
      ...(priorityClassName !== undefined && { priorityClassName }),
      ...(Object.keys(labels).length > 0 && { nodeSelector: labels }),
      ...(taints.length > 0 && { tolerations: [...new Map(taints.map((taint) => [nameOfTaint(taint), taint])).values()] }),
    };
  }
  return merged;
}

/** As kubectl writes a taint, with a star for every key, which is none: the same for tolerations that say the same. */
export function nameOfTaint({ key = '', operator, value = '', effect, tolerationSeconds }: Toleration): string {
  const seconds = tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`;
  return `${key || '*'}${operator === 'Exists' ? '' : `=${value}`}:${effect ?? ''}${seconds}`;
}
