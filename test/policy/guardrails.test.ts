/** Every guardrail by its name, on both sides of its line: what it refuses, and what is next to that and permitted. */
import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/kube/json.ts';
import type { RuleName } from '../../src/policy/rule.ts';
import { instanceXr, packXr, policyXr, respondComposed, runXr, uses } from '../support/request.ts';

/** A run of one pack under a policy. */
interface Case {
  sidecar?: JsonObject;
  run?: JsonObject;
  policy?: JsonObject;
}

const right = (list: 'rbac' | 'clusterRBAC', verb: string, resource: string, apiGroup = '') => ({
  sidecar: { [list]: [{ apiGroups: [apiGroup], resources: [resource], verbs: [verb] }] },
});
const here = (...args: [string, string, string?]) => right('rbac', ...args);
const everywhere = (...args: [string, string, string?]) => right('clusterRBAC', ...args);
const allowed = (scope: string, { sidecar }: { sidecar: JsonObject }): Case => {
  const [{ apiGroups, resources, verbs } = {}] = Object.values(sidecar)[0] as JsonObject[];
  return { sidecar, policy: { rights: { allow: [{ scope, apiGroups, resources, verbs }] } } } as unknown as Case;
};
const RBAC = 'rbac.authorization.k8s.io';
const TOKEN = `ghp_${'a'.repeat(36)}`;

const READER = { name: 'reader', podLabels: { identity: 'reader' } };

/** A name without a case does not compile. */
const CASES: Record<RuleName, [refused: Case, permitted: Case]> = {
  'host-access': [
    { sidecar: { hostAccess: { enabled: true, hostNetwork: true } } },
    { sidecar: { hostAccess: { enabled: true, hostNetwork: true } }, policy: { hostAccess: { hostNetwork: true } } },
  ],
  'host-pid-with-rights': [
    {
      sidecar: { ...here('get', 'pods').sidecar, hostAccess: { enabled: true, hostPID: true } },
      policy: { hostAccess: { hostPID: true } },
    },
    { sidecar: { hostAccess: { enabled: true, hostPID: true } }, policy: { hostAccess: { hostPID: true } } },
  ],
  'node-with-rights': [
    {
      sidecar: { ...here('get', 'pods').sidecar, hostAccess: { enabled: true, privileged: true } },
      policy: { hostAccess: { privileged: true } },
    },
    {
      sidecar: { ...here('get', 'pods').sidecar, hostAccess: { enabled: true, privileged: true } },
      policy: { hostAccess: { privileged: true, besideRights: true } },
    },
  ],
  'pod-metadata': [
    { run: { podMetadata: { labels: { team: 'a' } } } },
    { run: { podMetadata: { labels: { team: 'a' } } }, policy: { limits: { podMetadata: { labels: ['team'] } } } },
  ],
  'cloud-identity': [
    { run: { cloudIdentity: 'reader' }, policy: { cloudIdentities: [READER] } },
    { run: { cloudIdentity: 'reader' }, policy: { cloudIdentities: [READER], limits: { cloudIdentities: ['reader'] } } },
  ],
  isolation: [
    { sidecar: { egress: ['gitlab'] }, policy: { network: { mode: 'Isolate' } } },
    {
      sidecar: { egress: ['gitlab'] },
      policy: { network: { mode: 'Isolate', destinations: [{ name: 'gitlab', cidrs: ['10.2.0.7/32'] }] } },
    },
  ],
  'packs-apart': [
    { run: { skills: uses('p', 'q') }, policy: { packs: [{ name: 'p', apart: ['q'] }] } },
    { run: { skills: uses('p', 'q') }, policy: { packs: [{ name: 'p', apart: ['r'] }] } },
  ],
  'wildcard-rights': [here('*', 'pods'), here('get', 'pods')],
  image: [
    { sidecar: { image: 'user:pass@ghcr.io/a/b:1' }, policy: { images: { registries: ['ghcr.io'] } } },
    { sidecar: { image: 'ghcr.io/a/b:1' }, policy: { images: { registries: ['ghcr.io'] } } },
  ],
  'image-registry': [
    { sidecar: { image: 'ghcr.io/other/b:1' }, policy: { images: { registries: ['ghcr.io/a', 'ghcr.io/sympozium-ai'] } } },
    { sidecar: { image: 'ghcr.io/a/b:1' }, policy: { images: { registries: ['ghcr.io/a', 'ghcr.io/sympozium-ai'] } } },
  ],
  'image-digest': [{ policy: { images: { requireDigest: true } } }, { policy: { images: { requireDigest: false } } }],
  volume: [
    { sidecar: { volumes: [{ name: 'v', csi: { driver: 'other' } }] }, policy: { volumes: { drivers: ['mine'] } } },
    { sidecar: { volumes: [{ name: 'v', csi: { driver: 'mine' } }] }, policy: { volumes: { drivers: ['mine'] } } },
  ],
  secret: [
    { sidecar: { secretRef: 'other' }, policy: { secrets: ['mine'] } },
    { sidecar: { secretRef: 'mine' }, policy: { secrets: ['mine'] } },
  ],
  credential: [{ sidecar: { args: [TOKEN] } }, { sidecar: { args: ['ghp_short'] } }],
  limit: [
    { run: { timeout: '2h' }, policy: { limits: { timeout: '1h' } } },
    { run: { timeout: '1h' }, policy: { limits: { timeout: '1h' } } },
  ],
  namespace: [
    { policy: { packs: [{ name: 'p', namespaces: ['team-b'] }] } },
    { policy: { packs: [{ name: 'p', namespaces: ['team-a'] }] } },
  ],
  model: [
    { run: { model: { provider: 'other' } }, policy: { models: { providers: ['openai'] } } },
    { run: { model: { provider: 'openai' } }, policy: { models: { providers: ['openai'] } } },
  ],
  workspace: [
    { run: { workspace: { size: '2Gi' } } },
    { run: { workspace: { size: '2Gi' } }, policy: { limits: { workspace: { size: '2048Mi' } } } },
  ],
  placement: [
    { run: { placement: { runtimeClassName: 'gvisor' } }, policy: { limits: { placement: { runtimeClasses: ['kata'] } } } },
    {
      run: { placement: { runtimeClassName: 'gvisor' } },
      policy: { defaults: { placement: { runtimeClassName: 'gvisor', required: true } } },
    },
  ],
  environment: [
    { run: { env: [{ name: 'HTTPS_PROXY', value: 'x' }] } },
    { run: { env: [{ name: 'HTTPS_PROXY', value: 'x' }] }, policy: { env: { allow: ['HTTPS_PROXY'] } } },
  ],
  impersonation: [here('impersonate', 'users'), here('get', 'pods')],
  identities: [here('create', 'serviceaccounts/token'), here('get', 'serviceaccounts')],
  nodes: [everywhere('get', 'nodes/proxy'), everywhere('get', 'nodes')],
  'rbac-writes': [here('create', 'roles', RBAC), here('get', 'roles', RBAC)],
  'api-extensions': [
    everywhere('create', 'customresourcedefinitions', 'apiextensions.k8s.io'),
    everywhere('get', 'customresourcedefinitions', 'apiextensions.k8s.io'),
  ],
  'special-verbs': [here('frobnicate', 'pods'), allowed('Namespace', here('frobnicate', 'pods'))],
  exec: [here('create', 'pods/exec'), here('get', 'pods/log')],
  workloads: [here('create', 'jobs', 'batch'), here('get', 'jobs', 'batch')],
  'pod-control': [here('create', 'pods/eviction'), here('delete', 'pods')],
  secrets: [everywhere('get', 'secrets'), here('get', 'secrets')],
  serviceaccounts: [here('create', 'serviceaccounts'), here('get', 'serviceaccounts')],
  configmaps: [here('update', 'configmaps'), here('get', 'configmaps')],
  namespaces: [everywhere('patch', 'namespaces'), everywhere('get', 'namespaces')],
  network: [here('create', 'services'), here('get', 'services')],
  storage: [here('create', 'persistentvolumes'), here('get', 'persistentvolumes')],
  devices: [here('create', 'resourceclaims', 'resource.k8s.io'), here('get', 'resourceclaims', 'resource.k8s.io')],
  quotas: [here('patch', 'resourcequotas'), here('get', 'resourcequotas')],
  leases: [here('update', 'leases', 'coordination.k8s.io'), here('get', 'leases', 'coordination.k8s.io')],
  scheduling: [
    everywhere('create', 'priorityclasses', 'scheduling.k8s.io'),
    everywhere('get', 'priorityclasses', 'scheduling.k8s.io'),
  ],
  'flow-control': [
    everywhere('update', 'flowschemas', 'flowcontrol.apiserver.k8s.io'),
    everywhere('get', 'flowschemas', 'flowcontrol.apiserver.k8s.io'),
  ],
  status: [here('patch', 'deployments/status', 'apps'), here('get', 'deployments/status', 'apps')],
  'node-logs': [everywhere('get', 'nodes/log'), everywhere('get', 'nodes')],
  crossplane: [
    everywhere('create', 'compositions', 'apiextensions.crossplane.io'),
    everywhere('get', 'compositions', 'apiextensions.crossplane.io'),
  ],
  sympozium: [here('create', 'agentruns', 'sympozium.ai'), here('get', 'agentruns', 'sympozium.ai')],
  'foreign-writes': [here('create', 'applications', 'argoproj.io'), here('get', 'applications', 'argoproj.io')],
  'unknown-resources': [here('create', 'gizmos'), here('get', 'gizmos')],
  'cluster-writes': [everywhere('delete', 'pods'), here('delete', 'pods')],
};

function play({ sidecar = {}, run = {}, policy = {} }: Case): { phase: string | undefined; deniedBy: string[] } {
  const { deniedBy = [], status } = respondComposed({
    composite: runXr({ skills: uses('p'), ...run }),
    cluster: [
      instanceXr(),
      packXr('q'),
      packXr('p', { sidecar: { image: 'ghcr.io/acme/tools:1', ...sidecar } }),
      policyXr(policy),
    ],
  });
  return { phase: status.phase, deniedBy };
}

it.each(Object.entries(CASES))('%s refuses what it says, and not what is next to it', (name, [refused, permitted]) => {
  expect(play(refused).deniedBy).toContain(name);
  expect(play(permitted)).toEqual({ phase: 'Preparing', deniedBy: [] });
});
