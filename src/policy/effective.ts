/** The policy that holds in a namespace. */
import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { mergeWorkspaces } from '../api/workspace.ts';
import { isObject, type JsonObject, type JsonValue, setOwn } from '../kube/json.ts';

/** `over` laid over `base` field by field: maps are merged, lists and values replaced. */
export function overlay(base: SympoziumPolicySpec, over: SympoziumPolicySpec): SympoziumPolicySpec {
  const merged = merge(base as JsonObject, over as JsonObject) as SympoziumPolicySpec;
  const defaults =
    base.defaults && over.defaults ? { ...merged.defaults, ...takeTogether(base.defaults, over.defaults) } : merged.defaults;
  const podLabels = over.network?.dns?.podLabels;
  return {
    ...merged,
    ...(defaults && { defaults }),
    // Labels of two policies are no Pod's.
    ...(podLabels && { network: { ...merged.network, dns: { ...merged.network?.dns, podLabels } } }),
  };
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
