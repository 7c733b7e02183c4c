/** Which Objects of a run shall exist, and what the provider may do with each. */

import type { Variant } from '../api/kinds.ts';
import { MODE, PART, RUN } from '../api/labels.ts';
import type { Settings } from '../api/settings.ts';
import type { DesiredResource } from '../call/response.ts';
import { type JsonObject, objectAt, textAt } from '../kube/json.ts';
import { wrapManifest } from '../objects/object.ts';
import { type Changes, desireAgain, desiredManifest, isRestricted, NEVER_UPDATED, WITHHELD } from '../objects/observed.ts';
import { endedByItself, type Facts, isDecided, isEnded, type RunState, rightsHaveEnded } from './lifecycle.ts';
import { releaseLocked } from './lock.ts';
import type { JobFacts } from './observe.ts';
import { GRANTS, KEPT_AFTER_END, MADE_AFTER, type Part, type Prepared, RIGHTS } from './plan.ts';

export interface Given {
  state: RunState;
  facts: Facts;
  observed: ReadonlyMap<string, JsonObject>;
  /** Whether the end of the run stands in the status already. */
  told: boolean;
  /** Whether what is left after the end may go now. */
  cleanUp: boolean;
  settings: Settings;
  variant: Variant;
  /** The namespace of the run. */
  namespace: string;
  now: Date;
}

/**
 * Nothing before admission. While the run is prepared every part of the plan, and from the first observation of its
 * workload whatever exists as it is. While a reference is missing nothing changes: a missing input never deletes. At the
 * end the rights leave at once. The rest stays until the status is seen to have the end, because it is the evidence of it:
 * Crossplane deletes before it writes the status, and may fail in between. Then Job and skills stay for their time.
 */
export function desireObjects(given: Given): Map<string, DesiredResource> {
  const { state, facts, now } = given;
  const desired = state.phase === 'Pending' ? new Map() : isEnded(state) ? desireRemains(given) : desireLiving(given);
  if (rightsHaveEnded(state, facts, now)) for (const key of RIGHTS) desired.delete(key);
  for (const key of grantsOfOthers(facts)) desired.delete(key);
  return new Map([...desired].map(([key, resource]) => [key, { resource, ready: facts.objects.ready.has(key) }]));
}

/** Rights that somebody wrote into an Object of a run that has started: they were never admitted, so they are taken back. */
const grantsOfOthers = (facts: Facts): string[] =>
  isDecided(facts) ? facts.objects.different.filter((key) => GRANTS.some((grant) => grant === key)) : [];

function desireLiving(given: Given): Map<string, JsonObject> {
  const { facts, observed } = given;
  const { workload, plan } = facts.objects;
  const mode = facts.latched.mode ?? facts.objects.mode;
  const admitted = facts.admission.kind === 'admitted' ? facts.admission.prepared : undefined;
  // A run stays what it was begun as, a task or a server, also when its workload is gone.
  const prepared = mode === undefined || admitted?.plan.mode === mode ? admitted : undefined;
  if (prepared !== undefined && workload === undefined)
    return new Map(prepared.parts.map((part) => [part.key, wrap(part, prepared, given)]));
  if (prepared !== undefined && workload?.kind === 'deployment' && prepared.plan.mode === plan?.mode)
    return followPack(prepared, given);
  const again = [...observed].map(([key, object]) => [key, desireAgain(object, changesOf(key, object, given))] as const);
  return new Map([...missingParts(given, prepared), ...again]);
}

/** A part that is still missing is made only until the start is decided, and only if it is what the plan says. */
function missingParts(given: Given, prepared: Prepared | undefined): [string, JsonObject][] {
  const { workload, plan } = given.facts.objects;
  if (prepared === undefined || workload?.kind !== 'job' || isDecided(given.facts)) return [];
  const asPlanned = prepared.parts.filter(
    ({ key }) => plan?.parts[key] !== undefined && plan.parts[key] === prepared.plan.parts[key],
  );
  return asPlanned.map((part) => [part.key, wrap(part, prepared, given)]);
}

/** A server follows its pack, but stays where it is, and once it was let go is stopped by a denial only. */
function followPack(prepared: Prepared, given: Given): Map<string, JsonObject> {
  const { facts } = given;
  const { admission } = facts;
  const stopped = admission.kind === 'admitted' && admission.restriction?.stopped === true;
  const go = !stopped && (given.state.phase === 'Serving' || isDecided(facts));
  return new Map(
    prepared.parts.map((part) => {
      const runs = go && part.key === 'agentrun-deployment';
      const manifest = runs ? withSpec(part.manifest, { replicas: 1 }) : part.manifest;
      return [part.key, wrap({ ...part, manifest }, prepared, given, runs)];
    }),
  );
}

function wrap(part: Part, { id, plan }: Prepared, given: Given, watch = false): JsonObject {
  const { key, manifest, readyWhen, deletionPropagationPolicy } = part;
  const labels = { [RUN]: id, [PART]: key, [MODE]: plan.mode };
  const options = {
    ...(readyWhen !== undefined && { readyWhen }),
    ...(deletionPropagationPolicy !== undefined && { deletionPropagationPolicy }),
    ...(isWaiting(key, given) && { managementPolicies: WITHHELD }),
    // May be updated from its release to its start and at no other time: an answer to an old request cannot suspend it again.
    ...(key === 'agentrun-job' && { managementPolicies: NEVER_UPDATED }),
    watch,
  };
  return wrapManifest(manifest, { ...placeOf(given), labels, ...options });
}

/** An edit of the input moves nothing that exists: its real object would be left to nobody. */
function placeOf({ observed, settings, variant, namespace }: Given) {
  const [object] = observed.values();
  const providerConfigName = textAt(object, 'spec', 'providerConfigRef', 'name') ?? settings.providerConfigName;
  return { variant, namespace, providerConfigName };
}

/** Whether a part waits for another one; its Object then makes nothing. One that was let go does not wait again. */
function isWaiting(key: string, { facts, observed }: Given): boolean {
  const first = MADE_AFTER[key];
  const object = observed.get(key);
  return first !== undefined && !facts.objects.ready.has(first) && (object === undefined || isRestricted(object));
}

/** What is to change about an Object that exists: a part's turn, the release of the workload, its lock and its pin. */
function changesOf(key: string, object: JsonObject, given: Given): Changes {
  const { state, facts } = given;
  const { workload } = facts.objects;
  if (MADE_AFTER[key] !== undefined && facts.admission.kind === 'admitted' && !isWaiting(key, given))
    return { managementPolicies: [] };
  // A server that serves and has no replicas was stopped.
  if (key === 'agentrun-deployment' && !workload?.released && state.phase !== 'Serving' && isDecided(facts)) {
    return { manifest: withSpec(desiredManifest(object), { replicas: 1 }), watch: true };
  }
  if (key !== 'agentrun-job' || workload?.kind !== 'job') return {};
  if (!isDecided(facts)) return {};
  if (workload.unsuspended) return pin(workload, object, facts);
  const locked = lockOf(workload, object, facts);
  return locked === undefined ? {} : { manifest: locked, managementPolicies: [] };
}

/** Never updated again, and never made again: where no lock is known the provider may not even try. */
function pin(job: JobFacts, object: JsonObject, facts: Facts): Changes {
  const locked = lockOf(job, object, facts);
  if (locked === undefined) return { managementPolicies: WITHHELD, watch: true };
  return { manifest: locked, managementPolicies: NEVER_UPDATED, watch: true };
}

/** The manifest of a Job that is let go, or undefined while nobody knows which Job it is. */
function lockOf(job: JobFacts, object: JsonObject, { latched }: Facts): JsonObject | undefined {
  const uid = latched.workloadUID ?? job.uid;
  return uid === undefined ? undefined : releaseLocked(desiredManifest(object), uid);
}

const withSpec = <T extends JsonObject>(manifest: T, changes: JsonObject): T => ({
  ...manifest,
  spec: { ...objectAt(manifest, 'spec'), ...changes },
});

/**
 * Job and skills of a run that ended by itself, until they are cleaned up; of any other end nothing. While an end is not told
 * everything that is observed, but of a run that is cancelled: its spec says so for good.
 */
function desireRemains(given: Given): Map<string, JsonObject> {
  const { state, facts, observed, cleanUp, told } = given;
  const { workload } = facts.objects;
  const isEvidence = !told && state.phase !== 'Cancelled';
  const isKept = (key: string): boolean => endedByItself(state) && !cleanUp && KEPT_AFTER_END.some((kept) => kept === key);
  // Of a Job that somebody deleted after its end nothing is left to keep.
  const isGone = told && workload?.kind === 'job' && workload.vanished;
  // One that is being deleted may be gone when it is applied, and would be made anew.
  const isLeaving = (object: JsonObject): boolean => textAt(object, 'metadata', 'deletionTimestamp') !== undefined;
  const kept = [...observed].filter(([key, object]) => !isLeaving(object) && (isEvidence || (isKept(key) && !isGone)));
  const changesAtEnd = (key: string, object: JsonObject): Changes =>
    key === 'agentrun-job' && workload?.kind === 'job' ? pinAtEnd(workload, object, facts) : {};
  return new Map(kept.map(([key, object]) => [key, desireAgain(object, changesAtEnd(key, object))]));
}

/** One that ended before anybody could pin it must not be made again, and one that was not let go yet is not let go any more. */
function pinAtEnd(job: JobFacts, object: JsonObject, facts: Facts): Changes {
  if (job.pinned || !isDecided(facts)) return {};
  return job.released ? pin(job, object, facts) : { managementPolicies: WITHHELD };
}
