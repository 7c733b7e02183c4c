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

/** Far more than a person reads at once, far less than a status can hold. */
const MAX_CHARACTERS = 16 * 1024;
const MAX_FINDING = 2 * 1024;

/** A finding that is too long is cut, so that none is ever without its beginning. */
export const cutFinding = (finding: string): string =>
  finding.length <= MAX_FINDING ? finding : `${finding.slice(0, MAX_FINDING - 1)}…`;

/** Many findings as one message: stable, sorted, and never longer than a status can hold. */
export function formatFindings(findings: string[]): string {
  const sorted = [...new Set(findings)].sort().map(cutFinding);
  const shown: string[] = [];
  let room = MAX_CHARACTERS;
  for (const finding of sorted) {
    room -= finding.length;
    if (room < 0) break;
    shown.push(finding);
  }
  const rest = sorted.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

export const formatFaults = (faults: Fault[]): string =>
  formatFindings(faults.map(({ path, found, rule }) => `${path}: ${rule}, found ${found}`));
