/** What `validate` and `lint` find, wherever it stands. */
import type { Place } from '../input/places.ts';

/**
 * critical: refused, and nothing permits it. high: refused until a policy permits it. error: the API server or the function would not take
 * it, or what it needs is missing. warning: it can be applied, and should not be as it is. info: what is worth knowing of it.
 */
const SEVERITIES = ['critical', 'high', 'error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something that was found, before anybody knows in which file. */
export interface Found {
  severity: Severity;
  /** The policy that refuses; absent where none is asked. */
  policy?: string;
  rule: string;
  /** The field, for example `spec.skills[0].content`, of another resource with that before it; empty where it is the whole resource. */
  path: string;
  /** What was found and why it matters. */
  message: string;
  /** What to do; empty where the message says it. */
  fix: string;
}

export interface Finding extends Found, Place {
  /** Of which resource: its kind, and its name after its namespace. */
  resource: string;
}

/** A resource that was looked at, the gravest finding first. */
export interface Checked extends Place {
  resource: string;
  findings: Finding[];
}

/** Whether nothing but warnings was found. */
export const isPassed = (checked: Checked[]): boolean =>
  checked.every(({ findings }) => findings.every(({ severity }) => severity === 'warning' || severity === 'info'));

export const byGravity = (a: Pick<Finding, 'severity'>, b: Pick<Finding, 'severity'>): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
