/**
 * The real object as its own carrier: Crossplane composes it directly, watches it, and deletes it.
 *
 * An answer to an old request must do no harm. A Job that was released is asked for with its whole spec, which has the labels that Kubernetes
 * derived from its uid: what says less, as the manifest of a new one does, or means another Job, is refused with 422. And it is asked for in
 * the version that was seen, so that Kubernetes refuses with 409 to start one again that somebody has suspended since.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
import {
  AGENT_RUN,
  INSTANCE,
  MADE_OF,
  MANAGED_BY,
  MODE,
  ANNOTATIONS as OF_POLICY,
  PART,
  PLAN,
  RELEASED,
  RUN,
  SKILL_PACK,
  SKILLS,
} from '../api/labels.ts';
import type { Selector } from '../call/request.ts';
import { digest } from '../kube/digest.ts';
import { hasEnded } from '../kube/job.ts';
import { type JsonObject, listAt, objectAt, pick, textAt, valueAt } from '../kube/json.ts';
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
  isEmptiedFirst: () => true,
  emptied,
  stateOf,
  // Crossplane does not observe what does not exist.
  isAbsent: () => false,
  isRestricted: isReleased,
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
  return labels === undefined ? manifest : withLabels(withDigest(manifest), labels);
}

/** The API server adds defaults to a Job, so that it does not tell any more what it was made of. */
function withDigest(manifest: Manifest): JsonObject {
  return manifest.kind === 'Job' ? annotate(manifest, { [MADE_OF]: digest(manifest) }) : manifest;
}

const withLabels = (object: JsonObject, labels: JsonObject): JsonObject =>
  withMetadata(object, { labels: { ...objectAt(object, 'metadata', 'labels'), ...labels } });

const annotate = (object: JsonObject, annotations: JsonObject): JsonObject =>
  withMetadata(object, { annotations: { ...objectAt(object, 'metadata', 'annotations'), ...annotations } });

const withMetadata = (object: JsonObject, metadata: JsonObject): JsonObject => ({
  ...object,
  metadata: { ...objectAt(object, 'metadata'), ...metadata },
});

/** What a builder in src/manifests writes; the rest is the API server's or somebody else's. */
const LABELS = [MANAGED_BY, AGENT_RUN, INSTANCE, SKILL_PACK, RUN];
const ANNOTATIONS = [SKILLS, PLAN, OF_POLICY];
const FINALIZERS = ['foregroundDeletion'];
/** What must not be gone before the Job; another owner is Crossplane's. */
const OWNERS = ['NetworkPolicy', 'CiliumNetworkPolicy'];
const FIELDS: Record<string, readonly string[]> = {
  ConfigMap: ['immutable', 'data', 'binaryData'],
  ServiceAccount: ['automountServiceAccountToken'],
  Role: ['rules'],
  RoleBinding: ['roleRef', 'subjects'],
  ClusterRole: ['rules'],
  ClusterRoleBinding: ['roleRef', 'subjects'],
  Service: ['spec'],
  NetworkPolicy: ['spec'],
  CiliumNetworkPolicy: ['spec'],
  Job: ['spec'],
  Deployment: ['spec'],
};

function isReleased(real: JsonObject): boolean {
  return textAt(real, 'metadata', 'annotations', RELEASED) !== undefined;
}

/** The manifest it was made of, read back. The spec of a workload has the defaults of the API server in it. */
function desiredOf(real: JsonObject | undefined): JsonObject {
  if (real === undefined) return {};
  const metadata = objectAt(real, 'metadata');
  const labels = pick(objectAt(metadata, 'labels'), LABELS);
  const ofPolicy = textAt(metadata, 'annotations', OF_POLICY)?.split(',') ?? [];
  const annotations = pick(objectAt(metadata, 'annotations'), [...ANNOTATIONS, ...ofPolicy]);
  const finalizers = listAt(metadata, 'finalizers').filter((name) => FINALIZERS.some((own) => own === name));
  const ownerReferences = listAt(metadata, 'ownerReferences').filter((owner) => OWNERS.includes(textAt(owner, 'kind') ?? ''));
  return {
    ...pick(real, ['apiVersion', 'kind']),
    metadata: {
      ...pick(metadata, ['name', 'namespace']),
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ...(finalizers.length > 0 && { finalizers }),
      ...(ownerReferences.length > 0 && { ownerReferences }),
    },
    ...pick(real, FIELDS[textAt(real, 'kind') ?? ''] ?? []),
    ...(isReleased(real) && { spec: { ...objectAt(real, 'spec'), suspend: false } }),
  };
}

function desireAgain(real: JsonObject, { manifest, planned, permission }: Changes = {}): JsonObject {
  const labels = pick(objectAt(real, 'metadata', 'labels'), CARRIER_LABELS);
  if (manifest === undefined && planned !== undefined && isMadeOf(real, planned)) return withLabels(withDigest(planned), labels);
  const same = manifest ?? desiredOf(real);
  const wanted = withLabels(permission === 'withheld' ? withoutRight(same) : same, labels);
  return real['kind'] === 'Job' ? desireJob(wanted, real) : wanted;
}

const isMadeOf = (real: JsonObject, planned: Manifest): boolean =>
  !isReleased(real) && textAt(real, 'metadata', 'annotations', MADE_OF) === digest(planned);

/** In the version that was seen, unless it has ended and starts nothing any more. One that was released once stays as it is. */
function desireJob(job: JsonObject, real: JsonObject): JsonObject {
  const isAsked = valueAt(job, 'spec', 'suspend') === false;
  const made = pick(objectAt(real, 'metadata', 'annotations'), [MADE_OF]);
  const told = annotate(job, { ...made, ...(isAsked && { [RELEASED]: 'true' }) });
  const left = isReleased(real)
    ? { ...told, spec: { ...objectAt(told, 'spec'), ...pick(objectAt(real, 'spec'), ['suspend']) } }
    : told;
  return hasEnded(real) ? left : withMetadata(left, pick(objectAt(real, 'metadata'), ['resourceVersion']));
}

/** A role without rules grants nothing, whoever is bound to it, and nobody needs a right to take rules away. */
const isRole = ({ kind }: JsonObject): boolean => kind === 'Role' || kind === 'ClusterRole';

const withoutRight = (object: JsonObject): JsonObject => (isRole(object) ? { ...object, rules: [] } : object);

function emptied(real: JsonObject): JsonObject | undefined {
  return isRole(real) && listAt(real, 'rules').length > 0 ? desireAgain(real, { permission: 'withheld' }) : undefined;
}

/** What Crossplane could not apply stands in a condition of the composite; see run/given.ts. */
function stateOf(real: JsonObject, readyWhen?: Readiness): CarriedState {
  return { kind: readyWhen === undefined || readyWhen.isMet(real) ? 'ready' : 'applied' };
}
