/** The policy that holds in a namespace. */
import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { mergeWorkspaces } from '../api/workspace.ts';
import { isObject, type JsonObject, type JsonValue, setOwn } from '../kube/json.ts';

/** `over` laid over `base` field by field: maps are merged, lists and values replaced. */
export function overlay(base: SympoziumPolicySpec, over: SympoziumPolicySpec): SympoziumPolicySpec {
  const merged = merge(base as JsonObject, over as JsonObject) as SympoziumPolicySpec;
  return base.defaults && over.defaults
    ? { ...merged, defaults: { ...merged.defaults, ...takeTogether(base.defaults, over.defaults) } }
    : merged;
}

type Defaults = NonNullable<SympoziumPolicySpec['defaults']>;

/**
 * What is said by one policy alone: a key with the Secret it is in, a volume of one kind, and numbers or none where the cluster chooses
 * them.
 */
function takeTogether(below: Defaults, above: Defaults): Defaults {
  const { model, workspace, securityContext } = above;
  const { authSecretKey: _, ...keyless } = below.model ?? {};
  const isChosen = [below, above].some((defaults) => defaults.securityContext?.identity === 'FromNamespace');
  return {
    ...(model?.authSecretRef !== undefined && { model: { ...keyless, ...model } }),
    ...(workspace && { workspace: mergeWorkspaces([below.workspace, workspace]) }),
    ...(securityContext && isChosen && { securityContext }),
  };
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
