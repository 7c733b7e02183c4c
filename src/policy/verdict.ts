import { formatFindings } from '../api/fault.ts';
import type { RuleName } from './rule.ts';

/** What a guardrail says of one thing a pack asks for and may not have. */
export interface Denial {
  /** The guardrail, for example `host-access`. */
  rule: RuleName;
  /** The field that asks, with the object it stands in. */
  path: string;
  found: string;
  /** The danger, in one sentence. */
  why: string;
  /** What would permit it, or what to do instead. */
  permit: string;
  /** Whether a policy can permit it. */
  permissible: boolean;
  /** Absent when nothing of the pack may run. */
  right?: DeniedRight;
}

/** One rule of a pack's rights. The rest of the pack may do without it. */
interface DeniedRight {
  list: 'rbac' | 'clusterRBAC';
  index: number;
}

export const formatDenials = (denials: Denial[]): string =>
  formatFindings(
    denials.map(({ rule, path, found, why, permit }) => `${path}: ${found} is refused by ${rule}: ${why}; ${permit}`),
  );
