/**
 * Whatever packs and policies are: what comes out of it never exceeds the policy. Judged from outside, by what the objects
 * that were made would let somebody do: an authorizer of its own over the roles, and the Pod as Kubernetes reads it.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Composed } from '../../src/call/response.ts';
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { instanceXr, manifestOf, packXr, policyXr, respondComposed, runXr, uses } from '../support/request.ts';

const RUNS = 10_000;
const SEED = Number(process.env['SEED'] ?? 1);

/** What nobody may ever do with the rights of a pack, and what only a policy that lists it permits. */
const NEVER = [
  'impersonate /users',
  'impersonate:serviceaccount /serviceaccounts',
  'escalate rbac.authorization.k8s.io/roles',
  'bind rbac.authorization.k8s.io/clusterroles',
  'create rbac.authorization.k8s.io/rolebindings',
  'patch admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'create /serviceaccounts/token',
  'update certificates.k8s.io/certificatesigningrequests/approval',
  'get /nodes/proxy',
];
const LISTED = [
  'patch /namespaces',
  'update /configmaps',
  'create /services',
  'patch networking.k8s.io/networkpolicies',
  'create argoproj.io/applications',
  'use argoproj.io/applications',
  'create /pods',
  'create /pods/exec',
  'patch apps/deployments',
  'create batch/jobs',
  'create /secrets',
  'delete /serviceaccounts',
  'create kubernetes.crossplane.io/objects',
  'create sympozium.ai/agentruns',
];

/** The authorizer: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
function permits(rules: JsonObject[], request: string): boolean {
  const [verb = '', where = ''] = request.split(' ');
  const [group = '', ...rest] = where.split('/');
  const resource = rest.join('/');
  const has = (rule: JsonObject, field: string, ...wanted: string[]): boolean =>
    listAt(rule, field).some((value) => value === '*' || wanted.includes(String(value)));
  const subresource = rest[1] === undefined ? [] : [`*/${rest[1]}`];
  return rules.some(
    (rule) => has(rule, 'verbs', verb) && has(rule, 'apiGroups', group) && has(rule, 'resources', resource, ...subresource),
  );
}

const some = (...values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const GROUPS = [
  '',
  'apps',
  'batch',
  'rbac.authorization.k8s.io',
  'kubernetes.crossplane.io',
  'sympozium.ai',
  'certificates.k8s.io',
  'networking.k8s.io',
  'argoproj.io',
];
const RESOURCES = [
  ...[
    'pods',
    'pods/exec',
    'pods/log',
    'secrets',
    'nodes/proxy',
    'users',
    'serviceaccounts',
    'serviceaccounts/token',
    'deployments',
  ],
  ...[
    'jobs',
    'roles',
    'rolebindings',
    'clusterroles',
    'objects',
    'agentruns',
    'certificatesigningrequests/approval',
    'configmaps',
    'namespaces',
    'services',
    'networkpolicies',
    'applications',
  ],
];
const SPECIAL = ['impersonate', 'impersonate:serviceaccount', 'escalate', 'bind', 'use'];
const VERBS = ['get', 'list', 'watch', 'get', 'list', 'get', 'watch', 'create', 'update', 'patch', 'delete', ...SPECIAL];
const odd = (values: string[]) =>
  fc.oneof({ arbitrary: some(...values), weight: 30 }, { arbitrary: fc.constant(['*']), weight: 1 });
const right = fc.record({ apiGroups: odd(GROUPS), resources: odd(RESOURCES), verbs: odd(VERBS) });
const listed = fc.record({
  scope: fc.constantFrom('Namespace', 'Cluster'),
  apiGroups: fc.constant(GROUPS),
  resources: fc.constant(RESOURCES),
  verbs: some(...VERBS),
});
const flag = fc.boolean();
const directory = fc.constantFrom('/', '/var', '/var/log', '/var/log2', '/var/log/../lib', '/etc');
const IMAGES: [string, string][] = [
  ['a:1', 'docker.io'],
  ['ghcr.io/acme/a:1', 'ghcr.io'],
  ['ghcr.io.evil.org/acme/a:1', 'ghcr.io.evil.org'],
  ['localhost:5000/a', 'localhost:5000'],
  [`ghcr.io/acme/a@sha256:${'a'.repeat(64)}`, 'ghcr.io'],
];
const pack = fc.record({
  image: fc.constantFrom(...IMAGES.map(([image]) => image)),
  rbac: fc.array(right, { maxLength: 1 }),
  clusterRBAC: fc.array(right, { maxLength: 1 }),
  secretRef: fc.constantFrom('a', 'b'),
  hostAccess: fc.record({
    enabled: fc.constantFrom(true, false, false, false, false),
    hostNetwork: flag,
    hostPID: flag,
    privileged: flag,
    mounts: fc.array(fc.record({ hostPath: directory, mountPath: fc.constant('/host'), readOnly: flag }), { maxLength: 1 }),
  }),
  resources: fc.record({ cpu: fc.constantFrom('100m', '1', '2'), memory: fc.constant('64Mi') }),
});
/** So that most packs fit most policies, and now and then one does not. */
const rarely = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary, weight: 1 }, { arbitrary: fc.constant(undefined), weight: 3 });
const policy = fc
  .record({
    images: rarely(fc.record({ registries: some('docker.io', 'ghcr.io', 'localhost:5000'), requireDigest: flag })),
    secrets: rarely(some('a', 'b')),
    hostAccess: fc.record({
      hostNetwork: flag,
      hostPID: flag,
      privileged: flag,
      paths: fc.array(fc.record({ prefix: directory, readOnly: flag }), { maxLength: 2 }),
    }),
    rights: fc.record({ allow: fc.array(listed, { maxLength: 2 }) }),
    limits: rarely(fc.record({ sidecar: fc.record({ cpu: fc.constantFrom('500m', '1500m') }) })),
    defaults: fc.constant({ agent: { image: `ghcr.io/agent@sha256:${'b'.repeat(64)}` } }),
  })
  .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));

function rulesOf(composed: Composed, key: string): JsonObject[] {
  return composed.resources.has(key) ? (listAt(manifestOf(composed, key), 'rules') as JsonObject[]) : [];
}

/** Everything about what was made that the policy does not permit. */
function findExcess(composed: Composed, rules: JsonObject): string[] {
  const excess: string[] = [];
  for (const [scope, key] of [
    ['Namespace', 'agentrun-role'],
    ['Cluster', 'agentrun-clusterrole'],
  ] as const) {
    const made = rulesOf(composed, key);
    const permitted = (listAt(rules, 'rights', 'allow') as JsonObject[]).filter((entry) => entry['scope'] === scope);
    excess.push(...NEVER.filter((request) => permits(made, request)));
    const dangerous = scope === 'Cluster' ? [...LISTED, 'get /secrets'] : LISTED;
    excess.push(...dangerous.filter((request) => permits(made, request) && !permits(permitted, request)));
  }
  const pod = objectAt(manifestOf(composed, 'agentrun-job'), 'spec', 'template', 'spec');
  const permitted = objectAt(rules, 'hostAccess');
  if (pod['hostNetwork'] === true && permitted['hostNetwork'] !== true) excess.push('hostNetwork');
  if (pod['hostPID'] === true && permitted['hostPID'] !== true) excess.push('hostPID');
  if (pod['hostPID'] === true && composed.resources.has('agentrun-role')) excess.push('hostPID with rights');
  for (const container of [...listAt(pod, 'initContainers'), ...listAt(pod, 'containers')]) {
    const image = textAt(container, 'image') ?? '';
    const registry = IMAGES.find(([known]) => known === image)?.[1] ?? 'ghcr.io';
    const registries = valueAt(rules, 'images', 'registries');
    if (Array.isArray(registries) && !registries.includes(registry)) excess.push(`image ${image}`);
    if (valueAt(rules, 'images', 'requireDigest') === true && !image.includes('@sha256:')) excess.push(`no digest ${image}`);
    const privileged = valueAt(container, 'securityContext', 'privileged') === true;
    if (privileged && permitted['privileged'] !== true) excess.push('privileged');
    const isSidecar = textAt(container, 'name') !== 'agent';
    const most = { '500m': 0.5, '1500m': 1.5 }[textAt(rules, 'limits', 'sidecar', 'cpu') ?? ''] ?? 99;
    const cpu = { '100m': 0.1, '1': 1, '2': 2 }[textAt(container, 'resources', 'limits', 'cpu') ?? ''] ?? 0;
    if (isSidecar && cpu > most) excess.push(`cpu ${cpu}`);
    for (const mount of listAt(container, 'volumeMounts')) {
      const volume = listAt(pod, 'volumes').find((other) => textAt(other, 'name') === textAt(mount, 'name'));
      const path = textAt(volume, 'hostPath', 'path');
      if (path !== undefined && !isUnder(path, valueAt(mount, 'readOnly') === true, listAt(permitted, 'paths') as JsonObject[])) {
        excess.push(`path ${path}`);
      }
      const secret = textAt(volume, 'secret', 'secretName');
      const secrets = valueAt(rules, 'secrets');
      if (secret !== undefined && Array.isArray(secrets) && !secrets.includes(secret)) excess.push(`secret ${secret}`);
    }
  }
  return excess;
}

function isUnder(path: string, readOnly: boolean, paths: JsonObject[]): boolean {
  if (path.includes('..')) return false;
  return paths.some(({ prefix, readOnly: onlyRead }) => {
    const parent = String(prefix);
    if (parent.includes('..') || !(readOnly || onlyRead === false)) return false;
    return parent === '/' || path === parent || path.startsWith(`${parent}/`);
  });
}

it(`nothing that is made exceeds its policy (seed ${SEED})`, () => {
  const ends = { made: 0, refused: 0 };
  fc.assert(
    fc.property(pack, policy, (sidecar, rules) => {
      const cluster = [instanceXr(), packXr('p', { sidecar: sidecar as JsonObject }), policyXr(rules as JsonObject)];
      const composed = respondComposed({ composite: runXr({ skills: uses('p') }), cluster });
      const { phase, reason } = composed.status as { phase: string; reason: string };
      if (composed.resources.size > 0) {
        ends.made += 1;
        const excess = findExcess(composed, rules as JsonObject);
        if (excess.length > 0) throw new Error(excess.join(', '));
      } else {
        ends.refused += 1;
        if (reason !== 'PolicyDenied' || phase !== 'Failed') throw new Error(`${phase}/${reason}`);
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
  expect(ends.made).toBeGreaterThan(1_500);
  expect(ends.refused).toBeGreaterThan(1_500);
});
