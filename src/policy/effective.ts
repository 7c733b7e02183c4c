/** The policy that holds in a namespace. */
import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { mergeWorkspaces } from '../api/workspace.ts';
import { isObject, type JsonObject, type JsonValue, setOwn } from '../kube/json.ts';

/** `over` laid over `base` field by field: maps are merged, lists and values replaced. */
export function overlay(base: SympoziumPolicySpec, over: SympoziumPolicySpec): SympoziumPolicySpec {
  const merged = together(base, over, merge(base as JsonObject, over as JsonObject) as SympoziumPolicySpec);
  const { authSecretRef, authSecretKey } = over.defaults?.model ?? {};
  if (authSecretRef === undefined || authSecretKey !== undefined) return merged;
  // A key is one of the Secret beside it.
  const { authSecretKey: _, ...model } = merged.defaults?.model ?? {};
  return { ...merged, defaults: { ...merged.defaults, model } };
}

/** What excludes each other is taken from one policy: a volume of another kind, and numbers or none where the cluster chooses them. */
function together(base: SympoziumPolicySpec, over: SympoziumPolicySpec, merged: SympoziumPolicySpec): SympoziumPolicySpec {
  const [below, above] = [base.defaults ?? {}, over.defaults ?? {}];
  const { workspace, securityContext } = above;
  const isChosen = [below, above].some((defaults) => defaults.securityContext?.identity === 'FromNamespace');
  const defaults = {
    ...merged.defaults,
    ...(workspace && { workspace: mergeWorkspaces([below.workspace, workspace]) }),
    ...(securityContext && isChosen && { securityContext }),
  };
  return Object.keys(defaults).length > 0 ? { ...merged, defaults } : merged;
}

function merge(base: JsonValue, over: JsonValue): JsonValue {
  if (!isObject(base) || !isObject(over)) return over;
  const merged: JsonObject = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(base, key) ? base[key] : undefined;
    setOwn(merged, key, below === undefined ? value : merge(below, value));
  }
  return merged;
}
