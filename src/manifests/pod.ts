import type { IPodSpec as PodSpec } from 'kubernetes-models/v1';
import { runObjectName } from '../api/names.ts';
import { packsWithSidecar, type ResolvedRun } from '../model/run.ts';
import { buildVolumes } from './volumes.ts';

/** Rights end only when the Pod does, and `sleep` as process 1 ignores SIGTERM. */
const TERMINATION_GRACE_SECONDS = 5;

/** What the Pods of both modes share: identity without a token, restricted security, volumes. */
export function buildPodBase(run: ResolvedRun): Omit<PodSpec, 'containers'> {
  const hostAccess = packsWithSidecar(run).flatMap(({ sidecar }) => (sidecar.hostAccess?.enabled ? [sidecar.hostAccess] : []));
  return {
    serviceAccountName: runObjectName(run.id),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: TERMINATION_GRACE_SECONDS,
    ...(run.imagePullSecrets.length > 0 && { imagePullSecrets: run.imagePullSecrets }),
    ...(hostAccess.some((access) => access.hostNetwork) && { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }),
    ...(hostAccess.some((access) => access.hostPID) && { hostPID: true }),
    // Of a map no value is undefined, which its generated type cannot say.
    ...(run.placement as Omit<PodSpec, 'containers'>),
    securityContext: { runAsNonRoot: true, ...run.securityContext, seccompProfile: { type: 'RuntimeDefault' } },
    volumes: buildVolumes(run),
  };
}
