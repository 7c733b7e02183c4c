/**
 * What containers may write on their node. Kubernetes ends a Pod that has written more than its containers may together, the directories of
 * its volumes included: https://kubernetes.io/docs/concepts/storage/ephemeral-storage/. So nothing is bounded where nobody asks for it, and
 * else everything, with room for what the volumes may hold.
 */
import { AGENT, sidecarName } from '../api/names.ts';
import { formatBytes, parseQuantity } from '../kube/quantity.ts';
import { AGENT_STORAGE, packsWithSidecar, type ResolvedRun, type Resources, SIDECAR_STORAGE } from '../model/run.ts';
import { buildVolumes } from './volumes.ts';

/** The bound of one container, as a quantity; undefined where nobody asks for one. */
export function storageOf(run: ResolvedRun, container: string, { ephemeralStorage }: Resources): string | undefined {
  const sidecars = packsWithSidecar(run).map(({ name, sidecar }) => ({ name: sidecarName(name), resources: sidecar.resources }));
  const containers = [...(run.mode === 'task' ? [{ name: AGENT, resources: run.agent.resources }] : []), ...sidecars];
  if (!containers.some(({ resources }) => resources.ephemeralStorage !== undefined)) return undefined;
  const own = ephemeralStorage ?? (container === AGENT ? AGENT_STORAGE : SIDECAR_STORAGE);
  // The first one has the room for the volumes of all.
  return container === containers[0]?.name ? formatBytes(parseQuantity(own) + volumeBytes(run)) : own;
}

/** Of the volumes that are directories of the node. */
const volumeBytes = (run: ResolvedRun): number =>
  buildVolumes(run).reduce((sum, { emptyDir }) => {
    const size = emptyDir?.medium === 'Memory' ? undefined : emptyDir?.sizeLimit;
    return sum + (size === undefined ? 0 : parseQuantity(String(size)));
  }, 0);
