/** Which Objects of a run shall exist, and what the provider may do with each. */
import type { Settings } from '../api/settings.ts';
import type { DesiredResource } from '../function/response.ts';
import { type JsonObject, objectAt, textAt } from '../kube/json.ts';
import { PART, RUN } from '../kube/labels.ts';
import type { Variant } from '../kube/variant.ts';
import { wrapManifest } from '../objects/object.ts';
import { type Changes, desireAgain, desiredManifest, isRestricted, PINNED, PROBED } from '../objects/observed.ts';
import { endedByItself, type Facts, isDecided, isEnded, isSilent, type RunState, rightsHaveEnded } from './lifecycle.ts';
import { JOB_ENDED, KEPT_AFTER_END, MADE_AFTER, type Part, type PartKey, type Prepared, RIGHTS } from './plan.ts';

export interface Given {
  state: RunState;
  facts: Facts;
  observed: ReadonlyMap<string, JsonObject>;
  /** Whether what is left after the end may go now. */
  cleanUp: boolean;
  settings: Settings;
  variant: Variant;
  /** The run's. */
  namespace: string;
  now: Date;
}

/**
 * Nothing before admission. While the run is prepared every part of the plan, and from the first observation of its
 * workload whatever exists as it is. While a reference is missing nothing changes: a missing input never deletes. At the
 * end the rights leave at once, and Job and skills after their time.
 */
export function desireObjects(given: Given): Map<string, DesiredResource> {
  const { state, facts, now } = given;
  const desired = state.phase === 'Pending' ? new Map() : isEnded(state) ? desireRemains(given) : desireLiving(given);
  if (rightsHaveEnded(state, facts, now)) for (const key of RIGHTS) desired.delete(key);
  return new Map([...desired].map(([key, resource]) => [key, { resource, ready: facts.objects.ready.has(key) }]));
}

function desireLiving(given: Given): Map<string, JsonObject> {
  const { facts, observed } = given;
  const { workload, plan } = facts.objects;
  const prepared = facts.admission.kind === 'admitted' ? facts.admission.prepared : undefined;
  if (prepared !== undefined && workload === undefined)
    return new Map(prepared.parts.map((part) => [part.key, wrap(part, prepared, given)]));
  if (prepared !== undefined && workload?.kind === 'deployment' && prepared.plan.mode === plan?.mode)
    return followPack(prepared, given);
  const again = [...observed].map(([key, object]) => [key, desireAgain(object, changesOf(key, object, given))] as const);
  return new Map([...missingParts(given, prepared), ...probeOf(given), ...again]);
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

function wrap({ key, manifest, readyWhen }: Part, { id }: Prepared, given: Given, watch = false): JsonObject {
  const labels = { [RUN]: id, [PART]: key };
  const options = {
    ...(readyWhen !== undefined && { readyWhen }),
    ...(isHeld(key, given) && { managementPolicies: PINNED }),
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

/**
 * A second Object, which only looks at a Job that is silent: the provider says of such a one that its real object is
 * gone, and of the first one the last it saw, for ever. The first keeps the right to delete.
 */
function probeOf(given: Given): [PartKey, JsonObject][] {
  const { facts, observed, namespace, now } = given;
  const { workload } = facts.objects;
  const object = observed.get('agentrun-job');
  if (workload?.kind !== 'job' || !isSilent(workload, facts.latched.startTime, now)) return [];
  const manifest = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: workload.name, namespace } };
  const labels = { [RUN]: textAt(object, 'metadata', 'labels', RUN) ?? '', [PART]: 'agentrun-probe' };
  const options = { managementPolicies: PROBED, watch: true, readyWhen: JOB_ENDED };
  const probe = wrapManifest(manifest, { ...placeOf(given), labels, ...options });
  return [['agentrun-probe', probe]];
}

/** Whether a part waits for another one; its Object then makes nothing. One that was let go does not wait again. */
function isHeld(key: string, { facts, observed }: Given): boolean {
  const first = MADE_AFTER[key];
  const object = observed.get(key);
  return first !== undefined && !facts.objects.ready.has(first) && (object === undefined || isRestricted(object));
}

/** What is to change about an Object that exists: a part's turn, the release of the workload, and its pin. */
function changesOf(key: string, object: JsonObject, given: Given): Changes {
  const { state, facts } = given;
  const { workload } = facts.objects;
  if (MADE_AFTER[key] !== undefined && facts.admission.kind === 'admitted' && !isHeld(key, given))
    return { managementPolicies: [] };
  // A server that serves and has no replicas was stopped.
  if (key === 'agentrun-deployment' && !workload?.released && state.phase !== 'Serving' && isDecided(facts)) {
    return { manifest: withSpec(desiredManifest(object), { replicas: 1 }), watch: true };
  }
  if (key !== 'agentrun-job' || workload?.kind !== 'job') return {};
  if (!workload.released) return isDecided(facts) ? { manifest: withSpec(desiredManifest(object), { suspend: false }) } : {};
  return workload.unsuspended ? { managementPolicies: PINNED, watch: true } : {};
}

const withSpec = <T extends JsonObject>(manifest: T, changes: JsonObject): T => ({
  ...manifest,
  spec: { ...objectAt(manifest, 'spec'), ...changes },
});

/** Job and skills of a run that ended by itself, until they are cleaned up; of any other end nothing. */
function desireRemains({ state, observed, cleanUp }: Given): Map<string, JsonObject> {
  const keep: readonly string[] = endedByItself(state) && !cleanUp ? KEPT_AFTER_END : [];
  const kept = [...observed].filter(([key]) => keep.includes(key));
  // One that ended before anybody could pin it must not be made again either.
  const pin = (key: string) => (key === 'agentrun-job' ? { managementPolicies: PINNED } : {});
  return new Map(kept.map(([key, object]) => [key, desireAgain(object, pin(key))]));
}
