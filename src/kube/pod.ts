/**
 * What a Pod says of its containers, of a Pod of a Job: one container that ends and sidecars that do not.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 */
import { readCondition } from './conditions.ts';
import { isObject, type JsonObject, listAt, textAt, valueAt } from './json.ts';

/** How a container ended. */
export interface Terminated {
  exitCode: number | undefined;
  /** The word of the kubelet or the runtime, such as OOMKilled. */
  reason: string;
  /** What it left in its termination message file: text of its own. */
  message: string;
}

/** Why a Pod does not get ready. */
export interface Obstacle {
  reason: 'Unschedulable' | 'ImagePullFailed' | 'ConfigMissing' | 'SidecarFailed';
  /** In the words of Kubernetes, where it has some. */
  message: string;
  container?: string;
}

export const podName = (pod: JsonObject): string => textAt(pod, 'metadata', 'name') ?? '';

/** How a container of the Pod ended; undefined while it has not. */
export function terminationOf(pod: JsonObject, container: string): Terminated | undefined {
  const status = statusesOf(pod, 'containerStatuses').find(({ name }) => name === container);
  const terminated = valueAt(status, 'state', 'terminated');
  if (!isObject(terminated)) return undefined;
  const exitCode = valueAt(terminated, 'exitCode');
  return {
    exitCode: typeof exitCode === 'number' ? exitCode : undefined,
    reason: textAt(terminated, 'reason') ?? '',
    message: textAt(terminated, 'message') ?? '',
  };
}

/** Why the kubelet put a Pod off its node that has taken more than it may; undefined for another one. */
export function evictionOf(pod: JsonObject): string | undefined {
  const isEvicted = textAt(pod, 'status', 'phase') === 'Failed' && textAt(pod, 'status', 'reason') === 'Evicted';
  return isEvicted ? (textAt(pod, 'status', 'message') ?? '').trim() : undefined;
}

/** What the kubelet says of a Pod that it refused to run; undefined for another one. */
export function refusalOf(pod: JsonObject): string | undefined {
  const reason = textAt(pod, 'status', 'reason');
  const hasRun = [...statusesOf(pod, 'initContainerStatuses'), ...statusesOf(pod, 'containerStatuses')].some(
    (status) => valueAt(status, 'state', 'running') !== undefined || valueAt(status, 'state', 'terminated') !== undefined,
  );
  if (textAt(pod, 'status', 'phase') !== 'Failed' || reason === undefined || hasRun) return undefined;
  return [reason, textAt(pod, 'status', 'message') ?? []].flat().join(': ');
}

/** How many bytes of a termination message the kubelet keeps: 4 KiB, and of all containers of a Pod together 12 KiB, in equal parts. */
export function termMessageLimit(pod: JsonObject): number {
  const containers = ['containers', 'initContainers'].reduce((sum, list) => sum + listAt(pod, 'spec', list).length, 0);
  return Math.min(4096, Math.floor(12_288 / Math.max(1, containers)));
}

/** The reasons of the kubelet for a container that waits: pkg/kubelet/images/types.go and pkg/kubelet/kuberuntime/kuberuntime_container.go. */
const WAITING: Record<string, Obstacle['reason']> = {
  ErrImagePull: 'ImagePullFailed',
  ImagePullBackOff: 'ImagePullFailed',
  InvalidImageName: 'ImagePullFailed',
  ErrImageNeverPull: 'ImagePullFailed',
  CreateContainerConfigError: 'ConfigMissing',
  CreateContainerError: 'ConfigMissing',
};

/**
 * What stands against a Pod that is not ready, the first thing that fits; undefined when nothing of the kind is seen.
 *
 * @param known ConfigMaps of which it is known that they are there
 */
export function findObstacle(pod: JsonObject, known: readonly string[] = []): Obstacle | undefined {
  const scheduled = readCondition(pod, 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    return { reason: 'Unschedulable', message: scheduled.message || 'No node has room for the Pod' };
  }
  const sidecars = statusesOf(pod, 'initContainerStatuses');
  const containers = [...sidecars, ...statusesOf(pod, 'containerStatuses')];
  return containers.map(findWaiting).find(isFound) ?? sidecars.map(findCrash).find(isFound) ?? findMissingVolume(pod, known);
}

const isFound = (obstacle: Obstacle | undefined): obstacle is Obstacle => obstacle !== undefined;

function findWaiting(status: JsonObject): Obstacle | undefined {
  const word = textAt(status, 'state', 'waiting', 'reason') ?? '';
  const reason = Object.hasOwn(WAITING, word) ? WAITING[word] : undefined;
  if (reason === undefined) return undefined;
  const container = textAt(status, 'name') ?? '';
  const said = textAt(status, 'state', 'waiting', 'message');
  return { reason, container, message: `Container ${container}: ${word}${said === undefined ? '' : `: ${said}`}` };
}

/** A sidecar never ends by itself. One that is down and was started again more than once, or waits for that, crashes. */
function findCrash(status: JsonObject): Obstacle | undefined {
  const waits = textAt(status, 'state', 'waiting', 'reason') === 'CrashLoopBackOff';
  const crashed = valueAt(status, 'ready') !== true && Number(valueAt(status, 'restartCount') ?? 0) >= 2;
  if (!waits && !crashed) return undefined;
  const container = textAt(status, 'name') ?? '';
  const code = valueAt(status, 'lastState', 'terminated', 'exitCode');
  const how = typeof code === 'number' ? `, the last time with exit code ${code}` : '';
  return { reason: 'SidecarFailed', container, message: `Sidecar ${container} crashes${how}` };
}

/** A missing Secret or ConfigMap of a volume stands in events only: what is seen is a scheduled Pod of which no container can start. */
function findMissingVolume(pod: JsonObject, known: readonly string[]): Obstacle | undefined {
  const isScheduled = readCondition(pod, 'PodScheduled')?.status === 'True';
  const sandbox = readCondition(pod, 'PodReadyToStartContainers')?.status;
  if (!isScheduled || sandbox !== 'False') return undefined;
  const named = listAt(pod, 'spec', 'volumes').flatMap((volume) =>
    [volume, ...listAt(volume, 'projected', 'sources')].flatMap((source) => [
      ...nameIn('Secret', valueAt(source, 'secret')),
      ...nameIn('ConfigMap', valueAt(source, 'configMap')),
    ]),
  );
  const unknown = named.filter((found) => !known.some((own) => found === `ConfigMap ${own}`));
  if (unknown.length === 0) return undefined;
  return { reason: 'ConfigMissing', message: `No container can start; one of these may be missing: ${unknown.join(', ')}` };
}

/** What has to be there: kube-root-ca.crt is in every namespace. */
function nameIn(kind: string, source: unknown): string[] {
  const found = textAt(source, 'secretName') ?? textAt(source, 'name');
  return found === undefined || found === 'kube-root-ca.crt' || valueAt(source, 'optional') === true ? [] : [`${kind} ${found}`];
}

const statusesOf = (pod: JsonObject, list: string): JsonObject[] => listAt(pod, 'status', list).filter(isObject);
