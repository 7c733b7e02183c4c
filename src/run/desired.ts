/** What of a run is desired, and what may be done with each part. */
import { MODE, PART, RUN } from '../api/labels.ts';
import type { Settings } from '../api/settings.ts';
import type { DesiredResource } from '../call/response.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import type { Manifest } from '../kube/manifest.ts';
import type { Carrier } from '../objects/carrier.ts';
import { lifeOf } from './life.ts';
import { COVERS, GRANTS, isAmong, KEPT_FOR_LOGS, partOf, RIGHTS, WORKLOADS } from './parts.ts';
import { haveRightsEnded, STAGES } from './stages.ts';
import { type Facts, isPending, type RunState } from './state.ts';

export interface Given {
  state: RunState;
  facts: Facts;
  /** What exists of the run, by resource name. */
  observed: ReadonlyMap<string, JsonObject>;
  /** Whether what is kept for its logs may go now. */
  isCleanUp: boolean;
  settings: Settings;
  carrier: Carrier;
  /** See run/given.ts. */
  isPreview: boolean;
  /** The namespace of the run. */
  namespace: string;
}

/** What is desired by resource name. What is left out is deleted, so a missing reference never leaves anything out. */
export function desireObjects(given: Given): Map<string, DesiredResource> {
  const { state, facts } = given;
  const { desires, final } = STAGES[state.stage];
  const desired = final ? desireAtEnd(given) : desires === 'nothing' || isUntold(given) ? new Map() : desireLiving(given);
  if (haveRightsEnded(state.stage)) for (const key of RIGHTS) desired.delete(key);
  for (const key of grantsOfOthers(facts)) desired.delete(key);
  return new Map([...desired].map(([key, resource]) => [key, { resource, ready: facts.objects.ready.has(key) }]));
}

/** Whether the status has to say first that the run is being made: what is refused then leaves at least that. */
export const isUntold = ({ carrier, isPreview, facts: { memory }, observed }: Given): boolean =>
  carrier.losesStatus && !isPreview && observed.size === 0 && !memory.isDecided && isPending(memory.state);

/**
 * What leaves, once more: the roles without their rules, so that no right waits for a garbage collector, and everything else as it is, because
 * Crossplane deletes before it applies, and may fail in between. Empty when no role is left to empty. Where Crossplane could not carry out an
 * earlier answer all of it goes at once: what stands against a change may not stand against a deletion.
 */
export function emptyRights({ carrier, observed, facts }: Given, desired: ReadonlyMap<string, unknown>): Map<string, JsonObject> {
  if (facts.failure !== undefined) return new Map();
  const leaving = [...observed].filter(([key, object]) => !desired.has(key) && carrier.isEmptiedFirst(object));
  const emptied = new Map(
    leaving.flatMap(([key, object]) => {
      const without = carrier.emptied(object);
      return without === undefined ? [] : [[key, without] as const];
    }),
  );
  if (emptied.size === 0) return emptied;
  const others = leaving.filter(([key, object]) => !emptied.has(key) && !isLeaving(object));
  const { retire } = lifeOf(facts.mode);
  return new Map([...emptied, ...others.map(([key, object]) => [key, carrier.again(object, retire(key, facts))] as const)]);
}

/** What is being deleted may be gone when it is applied, and would be made anew. */
const isLeaving = (object: JsonObject): boolean => textAt(object, 'metadata', 'deletionTimestamp') !== undefined;

/** Rights that somebody wrote into what exists of a run that has started. They were never admitted, so they are removed. */
const grantsOfOthers = (facts: Facts): string[] =>
  lifeOf(facts.mode).isStartDecided(facts) ? facts.objects.different.filter((key) => isAmong(GRANTS, key)) : [];

function desireLiving(given: Given): Map<string, JsonObject> {
  const { state, facts, observed, carrier } = given;
  const wanted = lifeOf(facts.mode).want(state, facts);
  const carried = [...wanted].flatMap(([key, item]): [string, JsonObject][] => {
    if (item.kind === 'planned') {
      const resource = wrap(key, item.manifest, given, item.watch);
      return resource === undefined ? [] : [[key, resource]];
    }
    const object = observed.get(key) ?? {};
    const planned = plannedOf(key, facts);
    return [[key, carrier.again(object, hasItsTurn(key, given) ? { permission: 'full' } : { ...item.changes, planned })]];
  });
  return new Map(carried);
}

function plannedOf(key: string, { prepared }: Facts): Manifest | undefined {
  const part = partOf(key);
  return part && prepared?.manifests.get(part.key);
}

function wrap(key: string, manifest: Manifest, given: Given, watch = false): JsonObject | undefined {
  const { facts, carrier, namespace, observed, settings } = given;
  const { readyWhen, isWorkload = false, isFixed } = partOf(key) ?? {};
  // An edit of the input moves nothing that exists: its real object would be left to nobody.
  const [existing] = [...observed.values()].flatMap((object) => carrier.configOf(object) ?? []);
  const config = existing ?? settings.providerConfigName;
  // A fixed one may be updated between its release and its start only: an answer to an old request cannot suspend it again.
  const permission = isFixed ? 'fixed' : mustWait(key, given) ? 'withheld' : 'full';
  const wrapping = {
    labels: { [RUN]: facts.prepared?.id ?? '', [PART]: key, [MODE]: facts.mode },
    isForeground: isWorkload || isAmong(COVERS, key),
    watch,
    ...(readyWhen !== undefined && { readyWhen }),
  };
  const carried = carrier.wrap(manifest, config, namespace, { ...wrapping, permission });
  return carried === undefined && given.isPreview ? carrier.wrap(manifest, config, namespace, wrapping) : carried;
}

/** Whether a part waits for another one, so that it may not be made yet. One that had its turn does not wait again. */
function mustWait(key: string, { facts, observed, carrier }: Given): boolean {
  const first = partOf(key)?.madeAfter;
  const object = observed.get(key);
  return first !== undefined && !facts.objects.ready.has(first) && (object === undefined || carrier.isRestricted(object));
}

/** Whether a part that waited for another one is made now. While nothing is admitted nothing new is made. */
const hasItsTurn = (key: string, given: Given): boolean =>
  partOf(key)?.madeAfter !== undefined && given.facts.admission.kind === 'admitted' && !mustWait(key, given);

/**
 * After the end. The rights leave at once. The rest stays until the status is observed to have the end, because it is the evidence of it:
 * Crossplane deletes before it writes the status, and may fail in between. Of a run that was cancelled the spec is the evidence. Then
 * what is kept for its logs stays for its time, and what bounds its Pods goes last: after what made
 * them was told to go, and after nothing of the run is held any more.
 */
function desireAtEnd({ state, facts, observed, carrier, isCleanUp }: Given): Map<string, JsonObject> {
  const { isRecorded } = facts.memory;
  const isEvidence = !isRecorded && state.stage !== 'cancelled';
  // Nothing is left to keep of a Job that somebody deleted after its end.
  const isGone = isRecorded && facts.objects.job?.vanished === true;
  const isKept = (key: string): boolean =>
    STAGES[state.stage].desires === 'remains' && !isCleanUp && !isGone && isAmong(KEPT_FOR_LOGS, key);
  const isCovering = facts.memory.rightsHeld?.status !== 'False' || WORKLOADS.some((workload) => observed.has(workload));
  const isCover = (key: string): boolean => isCovering && isAmong(COVERS, key);
  const kept = [...observed].filter(([key, object]) => !isLeaving(object) && (isEvidence || isKept(key) || isCover(key)));
  return new Map(kept.map(([key, object]) => [key, carrier.again(object, lifeOf(facts.mode).retire(key, facts))]));
}
