/** What may go on of a server whose packs were permitted once and are denied something now. */
import { evaluatePack, type JudgedPack } from './evaluate.ts';
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

/** A pack without the rules that are denied, and without access to the node when that is. */
export function withoutDenied<P extends JudgedPack>(pack: P): P {
  const { sidecar } = pack;
  const denials = evaluatePack(pack);
  if (sidecar === undefined || denials.length === 0) return pack;
  const permitted = (list: 'rbac' | 'clusterRBAC') =>
    (sidecar[list] ?? []).filter((_, index) => !denials.some(({ right }) => right?.list === list && right.index === index));
  const { hostAccess, ...rest } = sidecar;
  const kept = denials.every(({ right }) => right !== undefined) && hostAccess !== undefined ? { hostAccess } : {};
  return { ...pack, sidecar: { ...rest, ...kept, rbac: permitted('rbac'), clusterRBAC: permitted('clusterRBAC') } };
}
