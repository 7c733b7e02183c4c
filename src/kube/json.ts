/** JSON values as they travel between Crossplane and the function, and the few careful ways to look into them. */

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value at a path of keys, or undefined when any step is missing or not an object. Looks at own keys only, so
 * that names such as `constructor` are as absent as any other.
 */
export function valueAt(root: unknown, ...path: string[]): JsonValue | undefined {
  let value = root as JsonValue | undefined;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** The object at a path, or an empty one. */
export function objectAt(root: unknown, ...path: string[]): JsonObject {
  const value = valueAt(root, ...path);
  return isObject(value) ? value : {};
}

/** The list at a path, or an empty one. */
export function listAt(root: unknown, ...path: string[]): JsonValue[] {
  const value = valueAt(root, ...path);
  return Array.isArray(value) ? value : [];
}

/** The non-empty text at a path, or undefined. */
export function textAt(root: unknown, ...path: string[]): string | undefined {
  const value = valueAt(root, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Some of the fields of an object, as far as it has them. */
export const pick = (from: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));

/** Sets an own property, also one that is called `__proto__`. */
export function setOwn(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** A deep copy without the keys whose value is `absent`. */
export function without(absent: null | undefined, value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  // Not by map: it takes two more frames of the stack for each level of a list.
  if (Array.isArray(value)) {
    const items: JsonValue[] = [];
    for (const item of value) items.push(without(absent, item));
    return items;
  }
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    const child = value[key];
    if (child !== absent && child !== undefined) setOwn(copy, key, without(absent, child));
  }
  return copy;
}

/** How many bytes a text takes as UTF-8. */
export const textBytes = (text: string): number => new TextEncoder().encode(text).length;

/** How many bytes a value takes as UTF-8 JSON, quotes and escapes included. */
export const jsonBytes = (value: unknown): number => textBytes(JSON.stringify(value));

/** Whether a value takes more bytes as JSON than `limit`: exactly, but what is far from it is not written to know. */
export const isLarger = (value: JsonValue, limit: number): boolean => atMostBytes(value) > limit && jsonBytes(value) > limit;

/** An escape takes 6 bytes for a character, a number at most 25. */
function atMostBytes(value: JsonValue): number {
  if (typeof value === 'string') return 6 * value.length + 3;
  let bytes = 25;
  if (typeof value !== 'object' || value === null) return bytes;
  if (Array.isArray(value)) for (const item of value) bytes += atMostBytes(item);
  else for (const key of Object.keys(value)) bytes += 6 * key.length + 4 + atMostBytes(value[key] ?? null);
  return bytes;
}

/** Whether two values are the same, whatever the order of their keys. */
export function equal(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index] ?? null));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key] ?? null, b[key] ?? null))
  );
}
