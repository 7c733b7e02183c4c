/** Which Objects of a run shall exist, and what the provider may do with each. */
import type { Settings } from '../api/settings.ts';
import type { DesiredResource } from '../function/response.ts';
import { digest } from '../kube/digest.ts';
import { type JsonObject, objectAt } from '../kube/json.ts';
import { PART, RUN } from '../kube/labels.ts';
import { type ObjectVariant, wrapManifest } from '../objects/object.ts';
import { type Changes, desireAgain, desiredManifest, PINNED, PROBED } from '../objects/observed.ts';
import { type Facts, isEnded, isSilent, type RunState, rightsHaveEnded } from './lifecycle.ts';
import type { JobFacts } from './observe.ts';
import { KEPT_AFTER_END, type Prepared, RIGHTS } from './plan.ts';

export interface Given {
  state: RunState;
  facts: Facts;
  observed: ReadonlyMap<string, JsonObject>;
  /** Whether what is left after the end may go now. */
  cleanUp: boolean;
  settings: Settings;
  variant: ObjectVariant;
  now: Date;
}

/**
 * Nothing before admission. While the run is prepared every part of the plan, and from the first observation of its
 * workload whatever exists as it is: a part that is still missing is made only if it is what the plan says, and only
 * before the release. While a reference is missing nothing changes: a missing input never deletes. At the end the
 * rights leave at once, and Job and skills after their time.
 */
export function desireObjects(given: Given): Map<string, DesiredResource> {
  const { state, facts, observed } = given;
  const desired = new Map<string, JsonObject>();
  if (state.phase === 'Pending') return withReadiness(desired, facts);
  if (isEnded(state)) return withReadiness(desireRemains(given), facts);
  const { workload } = facts.objects;
  const { admission } = facts;
  if (admission.kind === 'admitted') {
    for (const [key, resource] of renderParts(admission.prepared, given)) desired.set(key, resource);
  }
  const follows =
    workload?.kind === 'deployment' && admission.kind === 'admitted' && admission.prepared.plan.mode === facts.objects.plan?.mode;
  if (!follows && (workload !== undefined || admission.kind !== 'admitted')) {
    for (const [key, object] of observed) desired.set(key, desireAgain(object, changesOf(key, object, given)));
  }
  if (rightsHaveEnded(state, facts, given.now)) for (const key of RIGHTS) desired.delete(key);
  return withReadiness(desired, facts);
}

/** The parts to make from the inputs: all of them, or where there is a plan those it allows. */
function renderParts({ id, parts, plan }: Prepared, { facts, observed, settings, variant }: Given): [string, JsonObject][] {
  const { workload, plan: planned } = facts.objects;
  const sameMode = planned === undefined || planned.mode === plan.mode;
  const server = workload?.kind === 'deployment' ? workload : undefined;
  return parts
    .filter(({ key, manifest }) => {
      if (workload === undefined) return true;
      if (server !== undefined) return sameMode;
      return !workload.released && planned?.parts[key] === digest(manifest);
    })
    .map(({ key, manifest, readyWhen }) => {
      const before = observed.get(key) ?? observed.get('agentrun-deployment');
      // A server follows its pack, but stays where it is and is not stopped once it was let go.
      const name = objectAt(before, 'spec', 'providerConfigRef')['name'];
      const providerConfigName = server !== undefined && typeof name === 'string' ? name : settings.providerConfigName;
      const released = key === 'agentrun-deployment' && server !== undefined && (server.released || isReleasable(facts));
      const ready = released ? withSpec(manifest, { replicas: 1 }) : manifest;
      const labels = { [RUN]: id, [PART]: key };
      return [
        key,
        wrapManifest(ready as typeof manifest, { variant, providerConfigName, labels, ...(readyWhen && { readyWhen }) }),
      ];
    });
}

/** What is to change about an Object that exists: the release of the workload, its pin, its probe. */
function changesOf(key: string, object: JsonObject, { facts, now }: Given): Changes {
  const { workload } = facts.objects;
  if (key === 'agentrun-deployment' && workload?.kind === 'deployment' && !workload.released && isReleasable(facts)) {
    return { manifest: withSpec(desiredManifest(object), { replicas: 1 }) };
  }
  if (key !== 'agentrun-job' || workload?.kind !== 'job') return {};
  if (!workload.released) return isReleasable(facts) ? { manifest: withSpec(desiredManifest(object), { suspend: false }) } : {};
  if (isSilent(workload, facts.latched.startTime, now)) return { managementPolicies: PROBED };
  return workload.unsuspended ? { managementPolicies: PINNED, watch: true } : {};
}

/**
 * Whether the run may start: everything it was promised is there, and the status says so since an earlier call. That
 * write comes first: should the Object be lost after the release, the status still knows that there was one.
 */
function isReleasable({ objects, latched }: Facts): boolean {
  const { plan, ready, applied, workload } = objects;
  if (plan === undefined || workload === undefined || latched.workloadName === undefined) return false;
  const key = workload.kind === 'job' ? 'agentrun-job' : 'agentrun-deployment';
  return applied.has(key) && Object.keys(plan.parts).every((part) => ready.has(part));
}

const withSpec = (manifest: JsonObject, changes: JsonObject): JsonObject => ({
  ...manifest,
  spec: { ...objectAt(manifest, 'spec'), ...changes },
});

/** Job and skills of a run that ended by itself, until they are cleaned up; of any other end nothing. */
function desireRemains({ state, facts, observed, cleanUp }: Given): Map<string, JsonObject> {
  const { workload } = facts.objects;
  const job = workload?.kind === 'job' ? workload : undefined;
  const endedByItself = ['Completed', 'AgentFailed', 'DeadlineExceeded'].includes(state.reason);
  const keep = endedByItself && !cleanUp ? KEPT_AFTER_END : [];
  const remains = new Map<string, JsonObject>();
  for (const [key, object] of observed) {
    if (key === 'agentrun-job' && isOnlyProbed(job)) remains.set(key, desireAgain(object, { managementPolicies: PINNED }));
    else if (keep.some((kept) => kept === key)) remains.set(key, desireAgain(object));
  }
  return remains;
}

/** An Object that only looks would leave its Job behind; it gets the right to delete back before it goes. */
const isOnlyProbed = (job: JobFacts | undefined): boolean => job?.probed === true && !job.vanished;

function withReadiness(resources: Map<string, JsonObject>, { objects }: Facts): Map<string, DesiredResource> {
  return new Map([...resources].map(([key, resource]) => [key, { resource, ready: objects.ready.has(key) }]));
}
