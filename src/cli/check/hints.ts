/** What somebody may have meant who wrote a field that does not exist. */
import { FIELDS, type Fields } from '../generated/fields.ts';
import { nearest } from '../input/nearest.ts';

const keysOf = (path: string): string[] => path.replace(/\[\d+\]/g, '.[]').split('.');

const below = (fields: Fields | undefined, key: string): Fields | undefined => fields?.[key] ?? fields?.['*'];

/**
 * A sentence for the field that was meant, or undefined. First a name that looks alike in the same place, then the same name elsewhere:
 * below a field beside it, or above it.
 */
export function suggestField(kind: string, path: string): string | undefined {
  const root = FIELDS[kind.replace(/^X/, '')];
  if (root === undefined) return undefined;
  const keys = keysOf(path);
  const name = keys.pop() ?? '';
  const beside = keys.reduce<Fields | undefined>(below, root);
  const alike = nearest(name, Object.keys(beside ?? {}));
  if (alike !== undefined && alike !== '[]' && alike !== '*') return `did you mean ${alike}?`;
  const parent = keys.join('.').replaceAll('.[]', '[]');
  const elsewhere = listPaths(root).filter(
    (known) => known.endsWith(`.${name}`) && (known.startsWith(`${parent}.`) || parent.startsWith(parentOf(known))),
  );
  return elsewhere.length > 0 && elsewhere.length <= 3 ? `did you mean ${elsewhere.join(' or ')}?` : undefined;
}

/** What to write for a value of the wrong type, where a number alone says too little. */
export const suggestValue = (path: string, found: string): string | undefined =>
  /timeout$/i.test(path) && found === 'a number' ? 'write the number with its unit, such as 600s or 10m' : undefined;

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('.'));

const listPaths = (fields: Fields, prefix = ''): string[] =>
  Object.entries(fields).flatMap(([name, children]) => {
    const path = name === '[]' ? `${prefix}[]` : `${prefix}${prefix && '.'}${name}`;
    return [path, ...listPaths(children, path)];
  });
