/** Paths of fields as messages have them, such as `spec.skills[0].params.REPO`. */

/** The next step of a path into a list: its index, and what follows. */
export function nextIndex(path: string): { index: number; rest: string } | undefined {
  const [whole = '', index] = /^\[(\d+)\]\.?/.exec(path) ?? [];
  return index === undefined ? undefined : { index: Number(index), rest: path.slice(whole.length) };
}

/** The next step of a path into a map: which of its keys, the longest one because keys may have dots in them, and what follows. */
export function nextKey(path: string, keys: string[]): { key: string; rest: string } | undefined {
  const [key] = keys
    .filter((name) => path.startsWith(name) && /^($|[.[])/.test(path.slice(name.length)))
    .sort((one, other) => other.length - one.length);
  return key === undefined ? undefined : { key, rest: path.slice(key.length).replace(/^\./, '') };
}
