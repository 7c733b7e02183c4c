import { createHash } from 'node:crypto';
import { isObject, type JsonValue } from './json.ts';

/** The lower-case hexadecimal sha256 of a text. The only thing the core takes from Node. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** `sha256:<hex>` of a value, whatever the order of its keys. */
export function digest(value: JsonValue): string {
  return `sha256:${sha256(canonicalJson(value))}`;
}

/** JSON with sorted keys: the same text for the same value. The wire does not keep the order of keys. */
export function canonicalJson(value: JsonValue): string {
  // One text that grows: half the time of joining lists, and every call of a run makes a dozen digests.
  if (Array.isArray(value)) {
    let items = '';
    for (const item of value) items += (items && ',') + canonicalJson(item);
    return `[${items}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  let members = '';
  for (const key of Object.keys(value).sort())
    members += `${members && ','}${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`;
  return `{${members}}`;
}
