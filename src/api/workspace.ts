/** The directory that the containers of a run share. */
import { type JsonValue, valueAt } from '../kube/json.ts';
import type { Fault } from './fault.ts';
import type { Workspace } from './generated/types.ts';

/** What the schema cannot say of it. */
export function checkWorkspace(faults: Fault[], path: string, workspace: JsonValue | undefined): void {
  const has = (field: string): boolean => valueAt(workspace, field) !== undefined;
  const beside = ['storageClassName', 'size', 'accessMode'].filter(has);
  if (has('claimName') && beside.length > 0)
    faults.push({
      path,
      found: beside.join(', '),
      rule: 'must have nothing beside claimName: a claim has its own size and class',
    });
  if (has('accessMode') && !has('storageClassName'))
    faults.push({ path, found: 'accessMode', rule: 'must have storageClassName beside accessMode' });
}

/**
 * The wider scope first. Who names a claim, or a class, has no other volume; a size holds for whichever volume is made, and takes a claim's
 * place. How a volume may be mounted is said beside its class.
 */
export function mergeWorkspaces(scopes: (Workspace | undefined)[]): Workspace {
  let merged: Workspace = {};
  for (const scope of scopes) {
    if (scope === undefined || Object.keys(scope).length === 0) continue;
    const { claimName, storageClassName } = scope;
    if (claimName !== undefined) merged = { ...merged, claimName };
    else merged = { ...without('claimName', storageClassName === undefined ? merged : without('accessMode', merged)), ...scope };
  }
  return merged;
}

const without = (field: 'claimName' | 'accessMode', { [field]: _, ...workspace }: Workspace): Workspace => workspace;
