/**
 * The real object as its own carrier: Crossplane composes it directly, watches it, and deletes it.
 *
 * An answer to an old request must do no harm. A Job that was observed is asked for with its whole spec, which has the labels that Kubernetes
 * derived from its uid: whatever says less, or means another Job, is refused with 422. One that waits tells its resourceVersion too, and
 * Kubernetes refuses with 409 to suspend one that was resumed since. Of one that works nothing is said about being suspended, so that one
 * that somebody suspends is not started again. What was asked for stands in an annotation then.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
import { AGENT_RUN, INSTANCE, MANAGED_BY, MODE, PART, PLAN, RELEASE, RUN, SKILL_PACK, SKILLS } from '../api/labels.ts';
import type { Selector } from '../call/request.ts';
import { type JsonObject, listAt, objectAt, pick, textAt } from '../kube/json.ts';
import type { Manifest } from '../kube/manifest.ts';
import { type CarriedState, type Carrier, type Changes, HELD, type Kind, type Readiness, type Wrapping } from './carrier.ts';

export const RESOURCES: Carrier = {
  // Crossplane stops at the first apply that is forbidden, and writes the status after the last.
  losesStatus: true,
  select: (run, kinds) => Object.fromEntries(kinds.map((kind) => selectKind(run, kind))),
  refuse: () => undefined,
  wrap: (manifest, _, __, wrapping) => wrapManifest(manifest, wrapping),
  configOf: () => undefined,
  again: desireAgain,
  emptied,
  stateOf,
  // Crossplane does not observe what does not exist.
  isAbsent: () => false,
  isRestricted: (real) => releaseOf(real) === 'done',
  desiredOf,
  realOf: (real) => real,
};

const selectKind = (run: { id: string; namespace: string }, { apiVersion, kind, scope }: Kind): [string, Selector] => [
  `${HELD}/${kind}`,
  { apiVersion, kind, matchLabels: { [RUN]: run.id }, ...(scope === 'Namespaced' && { namespace: run.namespace }) },
];

/** What its carrier is for an Object: which part it is of what. */
const CARRIER_LABELS = [RUN, PART, MODE];

function wrapManifest(manifest: Manifest, { labels, permission }: Wrapping): JsonObject | undefined {
  if (permission === 'withheld') return undefined;
  return labels === undefined
    ? manifest
    : withMetadata(manifest, { labels: { ...objectAt(manifest, 'metadata', 'labels'), ...labels } });
}

const withMetadata = (object: JsonObject, metadata: JsonObject): JsonObject => ({
  ...object,
  metadata: { ...objectAt(object, 'metadata'), ...metadata },
});

/** What a builder in src/manifests writes; the rest is the API server's or somebody else's. */
const LABELS = [MANAGED_BY, AGENT_RUN, INSTANCE, SKILL_PACK, RUN];
const ANNOTATIONS = [SKILLS, PLAN];
const FINALIZERS = ['foregroundDeletion'];
const FIELDS: Record<string, readonly string[]> = {
  ConfigMap: ['immutable', 'data'],
  ServiceAccount: ['automountServiceAccountToken'],
  Role: ['rules'],
  RoleBinding: ['roleRef', 'subjects'],
  ClusterRole: ['rules'],
  ClusterRoleBinding: ['roleRef', 'subjects'],
  Service: ['spec'],
  Job: ['spec'],
  Deployment: ['spec'],
};

const releaseOf = (real: unknown): string | undefined => textAt(real, 'metadata', 'annotations', RELEASE);

/** The manifest it was made of, read back. The spec of a workload has the defaults of the API server in it. */
function desiredOf(real: JsonObject | undefined): JsonObject {
  if (real === undefined) return {};
  const metadata = objectAt(real, 'metadata');
  const labels = pick(objectAt(metadata, 'labels'), LABELS);
  const annotations = pick(objectAt(metadata, 'annotations'), ANNOTATIONS);
  const finalizers = listAt(metadata, 'finalizers').filter((name) => FINALIZERS.some((own) => own === name));
  return {
    ...pick(real, ['apiVersion', 'kind']),
    metadata: {
      ...pick(metadata, ['name', 'namespace']),
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ...(finalizers.length > 0 && { finalizers }),
    },
    ...pick(real, FIELDS[textAt(real, 'kind') ?? ''] ?? []),
    ...(releaseOf(real) !== undefined && { spec: { ...objectAt(real, 'spec'), suspend: false } }),
  };
}

function desireAgain(real: JsonObject, { manifest, permission }: Changes = {}): JsonObject {
  const same = manifest ?? desiredOf(real);
  const wanted = permission === 'withheld' ? withoutRight(same) : same;
  const labels = { ...objectAt(wanted, 'metadata', 'labels'), ...pick(objectAt(real, 'metadata', 'labels'), CARRIER_LABELS) };
  const labelled = withMetadata(wanted, { labels });
  if (!('suspend' in objectAt(wanted, 'spec'))) return labelled;
  return releaseJob(labelled, real, permission === 'fixed' || releaseOf(real) === 'done');
}

function releaseJob(job: JsonObject, real: JsonObject, isLeft: boolean): JsonObject {
  const { suspend, ...spec } = objectAt(job, 'spec');
  if (suspend !== false) return withMetadata(job, pick(objectAt(real, 'metadata'), ['resourceVersion']));
  const annotations = { ...objectAt(job, 'metadata', 'annotations'), [RELEASE]: isLeft ? 'done' : 'asked' };
  return { ...withMetadata(job, { annotations }), spec: isLeft ? spec : { ...spec, suspend } };
}

/** What grants nothing when it is empty, by kind. */
const GRANTING: Record<string, string> = {
  Role: 'rules',
  ClusterRole: 'rules',
  RoleBinding: 'subjects',
  ClusterRoleBinding: 'subjects',
};

const grantOf = (object: JsonObject): string | undefined => GRANTING[textAt(object, 'kind') ?? ''];

function withoutRight(object: JsonObject): JsonObject {
  const field = grantOf(object);
  return field === undefined ? object : { ...object, [field]: [] };
}

function emptied(real: JsonObject): JsonObject | undefined {
  const field = grantOf(real);
  return field === undefined || listAt(real, field).length === 0 ? undefined : desireAgain(real, { permission: 'withheld' });
}

/** What Crossplane could not apply stands in a condition of the composite; see run/given.ts. */
function stateOf(real: JsonObject, readyWhen?: Readiness): CarriedState {
  return { kind: readyWhen === undefined || readyWhen.isMet(real) ? 'ready' : 'applied' };
}
