/** What may go on of a server whose packs were permitted once and are denied something now. */

import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { judgePack } from './guardrails.ts';
import type { JudgedPack } from './rule.ts';
import { type Denial, formatDenials } from './verdict.ts';

export interface Restriction {
  /** Whether more than rights is denied, so that no Pod may run. */
  stopped: boolean;
  /** Every denial. */
  message: string;
}

export const describeRestriction = (denials: Denial[]): Restriction => ({
  stopped: denials.some(({ right }) => right === undefined),
  message: formatDenials(denials),
});

/** A pack without the rules that are denied, and without any access to the node when no Pod may run. */
export function withoutDenied<P extends JudgedPack>(pack: P, policy: SympoziumPolicySpec, { stopped }: Restriction): P {
  const { sidecar } = pack;
  const denials = judgePack(pack, policy);
  if (sidecar === undefined) return pack;
  const permitted = (list: 'rbac' | 'clusterRBAC') =>
    (sidecar[list] ?? []).filter((_, index) => !denials.some(({ right }) => right?.list === list && right.index === index));
  const { hostAccess, ...rest } = sidecar;
  const kept = stopped || hostAccess === undefined ? {} : { hostAccess };
  return { ...pack, sidecar: { ...rest, ...kept, rbac: permitted('rbac'), clusterRBAC: permitted('clusterRBAC') } };
}
