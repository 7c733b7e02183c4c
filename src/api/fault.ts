/** One thing wrong with what a user wrote. */
export interface Fault {
  /** The field, for example `spec.skills[0].params.REPO`; of another object, with that object before it. */
  path: string;
  /** What stands there, short and without anything that may be a secret. */
  found: string;
  /** What has to stand there instead. */
  rule: string;
}

/** What a parser makes of an unknown value: a typed one with every default filled in, or all of its faults. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; faults: Fault[] };

export const invalid = (faults: Fault[]): { ok: false; faults: Fault[] } => ({ ok: false, faults });

/** As many faults as a person will read at once; the rest is counted. */
const SHOWN = 10;

/** All faults as one message: stable, sorted by path, one per line of thought. */
export function formatFaults(faults: Fault[]): string {
  const lines = faults.map(({ path, found, rule }) => `${path}: ${rule}, found ${found}`).sort();
  const shown = lines.slice(0, SHOWN);
  const rest = lines.length - shown.length;
  return shown.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
