/** The policy that holds in a namespace. */
import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { isObject, type JsonObject, type JsonValue, setOwn } from '../kube/json.ts';

/** `over` laid over `base` field by field: maps are merged, lists and values replaced. */
export function overlay(base: SympoziumPolicySpec, over: SympoziumPolicySpec): SympoziumPolicySpec {
  const merged = merge(base as JsonObject, over as JsonObject) as SympoziumPolicySpec;
  const { authSecretRef, authSecretKey } = over.defaults?.model ?? {};
  if (authSecretRef === undefined || authSecretKey !== undefined) return merged;
  // A key is one of the Secret beside it.
  const { authSecretKey: _, ...model } = merged.defaults?.model ?? {};
  return { ...merged, defaults: { ...merged.defaults, model } };
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
