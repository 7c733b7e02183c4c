/** Server-side apply over plain values: maps are merged, lists and the rest replaced, what was applied and is given no more goes. */
import { equal, isObject, type JsonObject } from '../kube/json.ts';

/** @param last what the same manager applied before; what somebody has changed since is not his any more, and stays */
export function applied(real: JsonObject, wanted: JsonObject, last: JsonObject): JsonObject {
  const merged = { ...real };
  for (const [field, value] of Object.entries(last)) {
    if (Object.hasOwn(wanted, field)) continue;
    const before = merged[field];
    // Of a map only what was applied goes.
    if (isObject(value) && isObject(before)) {
      merged[field] = applied(before, {}, value);
      if (Object.keys(merged[field]).length === 0) delete merged[field];
    } else if (before !== undefined && equal(before, value)) delete merged[field];
  }
  for (const [field, value] of Object.entries(wanted)) {
    const before = merged[field];
    const lastValue = last[field];
    const isMap = isObject(value) && isObject(before);
    merged[field] = isMap ? applied(before, value, isObject(lastValue) ? lastValue : {}) : value;
  }
  return merged;
}

/** Whether everything that is wanted is there; what others added does not count. */
export function covers(real: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(real) && real.length === wanted.length && wanted.every((item, index) => covers(real[index], item));
  }
  if (!isObject(wanted)) return real === wanted;
  return isObject(real) && Object.entries(wanted).every(([key, value]) => covers(real[key], value));
}
