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
