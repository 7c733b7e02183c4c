/** Paths of files judged as text. Symbolic links are out of sight here. */

/** The absolute path without doubled and trailing slashes, or undefined when it is relative or contains `..`. */
export function normalizePath(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : `/${parts.join('/')}`;
}

/** Whether a normalized path is `parent` itself or lies under it; `/var/log2` is not under `/var/log`. */
export function isWithin(path: string, parent: string): boolean {
  return parent === '/' || path === parent || path.startsWith(`${parent}/`);
}

/** Whether two paths cannot both be files: they are the same, or one lies in the other. */
export const meets = (a: string, b: string): boolean => isWithin(a, b) || isWithin(b, a);

/** Files of one directory: none twice, and none where another one has its directory. */
export class Places {
  private readonly files = new Set<string>();
  /** By directory, the first file below it. */
  private readonly directories = new Map<string, string>();

  constructor(taken: string[]) {
    for (const path of taken) this.take(path);
  }

  /** Takes the place of a relative path, or says in which way it is taken: by a file there, above it or below it. */
  take(path: string): string | undefined {
    const parts = path.split('/');
    const above = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
    const other = this.files.has(path)
      ? path
      : (this.directories.get(path) ?? above.find((directory) => this.files.has(directory)));
    if (other !== undefined) return other;
    this.files.add(path);
    for (const directory of above) if (!this.directories.has(directory)) this.directories.set(directory, path);
    return undefined;
  }
}
