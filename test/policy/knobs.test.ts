/**
 * Every field of a SympoziumPolicy does something: for each there is a run that becomes another one when only this field is another one.
 * A field without a case fails.
 */
import { expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/kube/json.ts';
import { instanceXr, packXr, policyXr, respondComposed, runXr, uses } from '../support/request.ts';
import { apiServerErrors, leavesOf, xrdSchema } from '../support/schema.ts';

interface Case {
  /** The policy with one value of the field, and with another one or none. */
  policies: [JsonObject, JsonObject];
  run?: JsonObject;
  sidecar?: JsonObject;
}

const allow = (changes: JsonObject = {}): JsonObject => ({
  rights: { allow: [{ scope: 'Namespace', apiGroups: [''], resources: ['pods/exec'], verbs: ['create'], ...changes }] },
});
const EXEC = { rbac: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }] };
const NODE = { hostAccess: { enabled: true, mounts: [{ hostPath: '/var/log', mountPath: '/logs', readOnly: false }] } };
const node = (flag: string) => ({
  policies: [{ hostAccess: { [flag]: true } }, {}] as [JsonObject, JsonObject],
  sidecar: { hostAccess: { enabled: true, [flag]: true } },
});
const path = (changes: JsonObject): JsonObject => ({
  hostAccess: { paths: [{ prefix: '/var/log', readOnly: false, ...changes }] },
});
const rewrite = (changes: JsonObject): JsonObject => ({
  images: { rewrites: [{ from: 'ghcr.io', to: 'registry.corp', ...changes }] },
});
const model = (field: string, value: string): Case => ({ policies: [{ defaults: { model: { [field]: value } } }, {}] });
const size = (of: 'agent' | 'sidecar', resource: 'cpu' | 'memory'): Case => ({
  policies: [{ limits: { [of]: { [resource]: '1' } } }, {}],
});
const listed = (changes: JsonObject): JsonObject => ({ packs: [{ name: 'p', namespaces: ['team-b'], ...changes }] });
const GATEWAY = 'https://gateway.example.org/v1';

/** A default of the policy, and a choice of the run that a list permits. */
const place = (placement: JsonObject): Case => ({ policies: [{ defaults: { placement } }, {}] });
const taint = (changes: JsonObject): JsonObject => ({
  defaults: { placement: { tolerations: [{ key: 'a', operator: 'Equal', effect: 'NoExecute', ...changes }] } },
});
const choose = (list: string, name: string, placement: JsonObject): Case => ({
  policies: [{ limits: { placement: { [list]: [name] } } }, {}],
  run: { placement },
});

const requiring = (required: boolean): JsonObject => ({
  defaults: { placement: { runtimeClassName: 'gvisor', required } },
  limits: { placement: { runtimeClasses: ['kata'] } },
});

const GITLAB = { name: 'gitlab', cidrs: ['10.2.0.0/16'] };
const isolate = (network: JsonObject): JsonObject => ({ network: { mode: 'Isolate', ...network } });
/** What `gitlab` means, with one value of a field and with another one or none. */
const means = (one: JsonObject, other: JsonObject, more: JsonObject = {}): Case => ({
  policies: [
    isolate({ ...more, destinations: [{ ...GITLAB, ...one }] }),
    isolate({ ...more, destinations: [{ ...GITLAB, ...other }] }),
  ],
  sidecar: { egress: ['gitlab'] },
});
const isolated = (one: JsonObject, other: JsonObject, more: Partial<Case> = {}): Case => ({
  policies: [isolate(one), isolate(other)],
  ...more,
});
const WEB = { requiresServer: true, ports: [{ name: 'http', containerPort: 80 }] };
const READER = { sidecar: { rbac: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] } };

const GREEDY: JsonObject = {
  defaults: { agent: { resources: { ephemeralStorage: '2Gi', devices: { 'nvidia.com/gpu': 2 } } } },
};
const approved = (one: JsonObject, other: JsonObject, more: Partial<Case> = {}): Case => ({
  policies: [{ approval: one }, { approval: other }],
  ...more,
});
const asked = (changes: JsonObject): Case => {
  const right = { scope: 'Namespace', apiGroups: [''], resources: ['pods'], verbs: ['get'] };
  return approved({ rights: [right] }, { rights: [{ ...right, ...changes }] }, READER);
};
const IDENTITY = { name: 'reader', serviceAccountAnnotations: { role: 'reader' } };
/** Whoever `reader` is, with one value of a field and with another one or none. */
const is = (one: JsonObject, other: JsonObject): Case => {
  const policyOf = (changes: JsonObject) => ({
    cloudIdentities: [{ ...IDENTITY, ...changes }],
    defaults: { cloudIdentity: 'reader' },
  });
  return { policies: [policyOf(one), policyOf(other)] };
};

const CASES: Record<string, Case> = {
  'approval.mode': approved({ mode: 'Always' }, { mode: 'Never' }),
  'approval.rights[].scope': asked({ scope: 'Cluster' }),
  'approval.rights[].apiGroups[]': asked({ apiGroups: ['apps'] }),
  'approval.rights[].resources[]': asked({ resources: ['nodes'] }),
  'approval.rights[].verbs[]': asked({ verbs: ['list'] }),
  'approval.packs[]': approved({ packs: ['p'] }, { packs: ['q'] }),
  'approval.hostAccess': {
    policies: [
      { hostAccess: { hostNetwork: true }, approval: { hostAccess: true } },
      { hostAccess: { hostNetwork: true }, approval: { hostAccess: false } },
    ],
    sidecar: { hostAccess: { enabled: true, hostNetwork: true } },
  },
  'approval.servers': approved({ servers: true }, { servers: false }, { sidecar: WEB }),
  'approval.timeout': approved({ mode: 'Always', timeout: '1h' }, { mode: 'Always', timeout: '2h' }),
  'approval.distinct': approved({ mode: 'Always', distinct: true }, { mode: 'Always', distinct: false }),
  'rights.allow[].approval': { policies: [allow({ approval: 'Required' }), allow()], sidecar: EXEC },
  'defaults.podMetadata.labels': { policies: [{ defaults: { podMetadata: { labels: { team: 'a' } } } }, {}] },
  'defaults.podMetadata.annotations': { policies: [{ defaults: { podMetadata: { annotations: { team: 'a' } } } }, {}] },
  'limits.podMetadata.labels[]': {
    policies: [{ limits: { podMetadata: { labels: ['team'] } } }, {}],
    run: { podMetadata: { labels: { team: 'a' } } },
  },
  'limits.podMetadata.annotations[]': {
    policies: [{ limits: { podMetadata: { annotations: ['team'] } } }, {}],
    run: { podMetadata: { annotations: { team: 'a' } } },
  },
  'defaults.cloudIdentity': {
    policies: [{ cloudIdentities: [IDENTITY], defaults: { cloudIdentity: 'reader' } }, { cloudIdentities: [IDENTITY] }],
  },
  'limits.cloudIdentities[]': {
    policies: [{ cloudIdentities: [IDENTITY], limits: { cloudIdentities: ['reader'] } }, { cloudIdentities: [IDENTITY] }],
    run: { cloudIdentity: 'reader' },
  },
  'cloudIdentities[].name': is({}, { name: 'other' }),
  'cloudIdentities[].agent': is({ agent: true }, {}),
  'cloudIdentities[].serviceAccountAnnotations': is({ serviceAccountAnnotations: { role: 'writer' } }, {}),
  'cloudIdentities[].podLabels': is({ podLabels: { identity: 'reader' } }, {}),
  'network.mode': { policies: [{ network: { mode: 'Isolate' } }, { network: { mode: 'Open' } }] },
  'network.dialect': isolated({ dialect: 'Cilium' }, { dialect: 'Kubernetes' }),
  'network.dns.namespace': isolated({ dns: { namespace: 'dns' } }, {}),
  'network.dns.podLabels': isolated({ dns: { podLabels: { app: 'dns' } } }, {}),
  'network.dns.cidrs[]': isolated({ dns: { cidrs: ['169.254.20.10/32'] } }, {}),
  'network.dns.ports[]': isolated({ dns: { ports: [5353] } }, {}),
  'network.apiServer.cidrs[]': isolated({ apiServer: { cidrs: ['10.0.0.1/32'] } }, {}, READER),
  'network.apiServer.ports[]': isolated(
    { apiServer: { cidrs: ['10.0.0.1/32'], ports: [8443] } },
    { apiServer: { cidrs: ['10.0.0.1/32'] } },
    READER,
  ),
  'network.destinations[].name': means({}, { name: 'github' }),
  'network.destinations[].cidrs[]': means({}, { cidrs: ['10.3.0.0/16'] }),
  'network.destinations[].except[]': means({ except: ['10.2.9.0/24'] }, {}),
  'network.destinations[].namespace': means({ namespace: 'gitlab' }, {}),
  'network.destinations[].podLabels': means({ podLabels: { app: 'gitlab' } }, {}),
  'network.destinations[].hosts[]': means({ hosts: ['gitlab.example.org'] }, {}, { dialect: 'Cilium' }),
  'network.destinations[].ports[].port': means({ ports: [{ port: 443 }] }, { ports: [{ port: 80 }] }),
  'network.destinations[].ports[].protocol': means({ ports: [{ port: 443, protocol: 'UDP' }] }, { ports: [{ port: 443 }] }),
  'network.model[]': isolated({ destinations: [GITLAB], model: ['gitlab'] }, { destinations: [GITLAB] }),
  'network.ingress': isolated({ ingress: 'Namespace' }, {}, { run: { mode: 'server' }, sidecar: WEB }),
  'limits.egress[]': {
    policies: [{ ...isolate({ destinations: [GITLAB] }), limits: { egress: ['gitlab'] } }, isolate({ destinations: [GITLAB] })],
    run: { egress: ['gitlab'] },
  },
  'defaults.cleanup': { policies: [{ defaults: { cleanup: 'keep' } }, {}] },
  'defaults.ttlSecondsAfterFinished': { policies: [{ defaults: { ttlSecondsAfterFinished: 60 } }, {}] },
  'defaults.workspace.size': { policies: [{ defaults: { workspace: { size: '2Gi' } } }, {}] },
  'defaults.workspace.storageClassName': { policies: [{ defaults: { workspace: { storageClassName: 'fast' } } }, {}] },
  'defaults.workspace.accessMode': {
    policies: [
      { defaults: { workspace: { storageClassName: 'fast', accessMode: 'ReadWriteOncePod' } } },
      { defaults: { workspace: { storageClassName: 'fast' } } },
    ],
  },
  'defaults.workspace.claimName': { policies: [{ defaults: { workspace: { claimName: 'data' } } }, {}] },
  'limits.workspace.size': { policies: [{ limits: { workspace: { size: '2Gi' } } }, {}], run: { workspace: { size: '2Gi' } } },
  'limits.workspace.storageClasses[]': {
    policies: [{ limits: { workspace: { storageClasses: ['fast'] } } }, {}],
    run: { workspace: { storageClassName: 'fast' } },
  },
  'limits.workspace.claims[]': {
    policies: [{ limits: { workspace: { claims: ['team-*'] } } }, {}],
    run: { workspace: { claimName: 'team-a' } },
  },
  'defaults.placement.runtimeClassName': place({ runtimeClassName: 'gvisor' }),
  'defaults.placement.priorityClassName': place({ priorityClassName: 'low' }),
  'defaults.placement.nodeSelector': place({ nodeSelector: { pool: 'agents' } }),
  'defaults.placement.tolerations[].key': { policies: [taint({}), taint({ key: 'b' })] },
  'defaults.placement.tolerations[].operator': { policies: [taint({}), taint({ operator: 'Exists' })] },
  'defaults.placement.tolerations[].value': { policies: [taint({ value: 'x' }), taint({})] },
  'defaults.placement.tolerations[].effect': { policies: [taint({}), taint({ effect: 'NoSchedule' })] },
  'defaults.placement.tolerations[].tolerationSeconds': { policies: [taint({ tolerationSeconds: 5 }), taint({})] },
  'defaults.imagePullSecrets[].name': { policies: [{ defaults: { imagePullSecrets: [{ name: 'pull' }] } }, {}] },
  'defaults.agent.imagePullPolicy': { policies: [{ defaults: { agent: { imagePullPolicy: 'Always' } } }, {}] },
  'defaults.securityContext.identity': { policies: [{ defaults: { securityContext: { identity: 'FromNamespace' } } }, {}] },
  'defaults.securityContext.runAsUser': { policies: [{ defaults: { securityContext: { runAsUser: 1 } } }, {}] },
  'defaults.securityContext.runAsGroup': { policies: [{ defaults: { securityContext: { runAsGroup: 0 } } }, {}] },
  'defaults.securityContext.fsGroup': { policies: [{ defaults: { securityContext: { fsGroup: 5 } } }, {}] },
  'defaults.placement.required': {
    policies: [requiring(true), requiring(false)],
    run: { placement: { runtimeClassName: 'kata' } },
  },
  'limits.placement.runtimeClasses[]': choose('runtimeClasses', 'kata', { runtimeClassName: 'kata' }),
  'limits.placement.priorityClasses[]': choose('priorityClasses', 'high', { priorityClassName: 'high' }),
  'limits.placement.nodeSelectorKeys[]': choose('nodeSelectorKeys', 'zone', { nodeSelector: { zone: 'a' } }),
  'limits.placement.tolerationKeys[]': choose('tolerationKeys', 'gpu', { tolerations: [{ key: 'gpu', operator: 'Exists' }] }),
  'defaults.agent.image': { policies: [{ defaults: { agent: { image: 'ghcr.io/a/b:1' } } }, {}] },
  'defaults.agent.command[]': { policies: [{ defaults: { agent: { command: ['run'] } } }, {}] },
  'defaults.agent.resources.ephemeralStorage': {
    policies: [{ defaults: { agent: { resources: { ephemeralStorage: '2Gi' } } } }, {}],
  },
  'defaults.agent.resources.devices': {
    policies: [{ defaults: { agent: { resources: { devices: { 'nvidia.com/gpu': 1 } } } } }, {}],
  },
  'limits.agent.ephemeralStorage': {
    policies: [
      { ...GREEDY, limits: { agent: { ephemeralStorage: '1Gi' } } },
      { ...GREEDY, limits: { agent: {} } },
    ],
  },
  'limits.agent.devices': {
    policies: [
      { ...GREEDY, limits: { agent: { devices: { 'nvidia.com/gpu': 1 } } } },
      { ...GREEDY, limits: { agent: {} } },
    ],
  },
  'limits.sidecar.ephemeralStorage': {
    policies: [{ limits: { sidecar: { ephemeralStorage: '1Gi' } } }, {}],
    sidecar: { resources: { ephemeralStorage: '2Gi' } },
  },
  'limits.sidecar.devices': {
    policies: [{ limits: { sidecar: { devices: { 'nvidia.com/gpu': 1 } } } }, {}],
    sidecar: { resources: { devices: { 'nvidia.com/gpu': 1 } } },
  },
  'defaults.agent.resources.cpu': { policies: [{ defaults: { agent: { resources: { cpu: '2' } } } }, {}] },
  'defaults.agent.resources.memory': { policies: [{ defaults: { agent: { resources: { memory: '2Gi' } } } }, {}] },
  'defaults.model.provider': model('provider', 'openai'),
  'defaults.model.model': model('model', 'gpt'),
  'defaults.model.baseURL': model('baseURL', GATEWAY),
  'defaults.model.thinking': model('thinking', 'high'),
  'defaults.model.authSecretRef': model('authSecretRef', 'key'),
  'defaults.model.authSecretKey': {
    policies: [
      { defaults: { model: { authSecretRef: 's', authSecretKey: 'k' } } },
      { defaults: { model: { authSecretRef: 's' } } },
    ],
  },
  'defaults.agent.resultPath': { policies: [{ defaults: { agent: { resultPath: '/workspace/answer' } } }, {}] },
  'defaults.agent.skillsDirs[]': { policies: [{ defaults: { agent: { skillsDirs: ['.claude/skills'] } } }, {}] },
  'results.capture': { policies: [{ results: { capture: 'Message' } }, {}] },
  'results.redact': {
    policies: [{ results: { capture: 'Message', redact: false } }, { results: { capture: 'Message' } }],
  },
  'defaults.startTimeout': { policies: [{ defaults: { startTimeout: '1m' } }, {}] },
  'defaults.timeout': { policies: [{ defaults: { timeout: '1h' } }, {}] },
  'limits.startTimeout': { policies: [{ limits: { startTimeout: '1m' } }, {}] },
  'limits.timeout': { policies: [{ limits: { timeout: '1m' } }, {}] },
  'limits.skills': { policies: [{ limits: { skills: 0 } }, {}] },
  'limits.env': { policies: [{ limits: { env: 0 } }, {}], run: { env: [{ name: 'A', value: 'b' }] } },
  'limits.agent.cpu': { ...size('agent', 'cpu'), policies: [{ limits: { agent: { cpu: '100m' } } }, {}] },
  'limits.agent.memory': size('agent', 'memory'),
  'limits.sidecar.cpu': { ...size('sidecar', 'cpu'), policies: [{ limits: { sidecar: { cpu: '10m' } } }, {}] },
  'limits.sidecar.memory': size('sidecar', 'memory'),
  'images.registries[]': { policies: [{ images: { registries: ['registry.corp'] } }, {}] },
  'images.requireDigest': { policies: [{ images: { requireDigest: true } }, {}] },
  'images.rewrites[].from': { policies: [rewrite({}), rewrite({ from: 'quay.io' })] },
  'images.rewrites[].to': { policies: [rewrite({}), rewrite({ to: 'registry.site' })] },
  'packs[].name': { policies: [listed({}), listed({ name: 'q' })] },
  'packs[].namespaces[]': { policies: [listed({}), listed({ namespaces: ['*'] })] },
  'packs[].apart[]': {
    policies: [{ packs: [{ name: 'p', apart: ['q'] }] }, { packs: [{ name: 'p', apart: ['r'] }] }],
    run: { skills: uses('p', 'q') },
  },
  'hostAccess.besideRights': {
    policies: [{ hostAccess: { privileged: true, besideRights: true } }, { hostAccess: { privileged: true } }],
    sidecar: {
      rbac: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      hostAccess: { enabled: true, privileged: true },
    },
  },
  'models.providers[]': { policies: [{ models: { providers: ['openai'] } }, {}], run: { model: { provider: 'other' } } },
  'models.baseURLs[]': {
    policies: [{ models: { baseURLs: ['https://other.example.org'] } }, {}],
    run: { model: { baseURL: GATEWAY } },
  },
  'models.tenantBaseURL': { policies: [{ models: { tenantBaseURL: false } }, {}], run: { model: { baseURL: GATEWAY } } },
  'env.allow[]': { policies: [{ env: { allow: ['HTTPS_PROXY'] } }, {}], run: { env: [{ name: 'HTTPS_PROXY', value: 'x' }] } },
  'env.deny[]': { policies: [{ env: { deny: ['A'] } }, {}], run: { env: [{ name: 'A', value: 'x' }] } },
  'volumes.claims[]': {
    policies: [{ volumes: { claims: ['data'] } }, {}],
    sidecar: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] },
  },
  'volumes.drivers[]': {
    policies: [{ volumes: { drivers: ['csi.example.org'] } }, {}],
    sidecar: { volumes: [{ name: 'v', csi: { driver: 'csi.example.org' } }] },
  },
  'secrets[]': { policies: [{ secrets: ['mine'] }, { secrets: ['other'] }], sidecar: { secretRef: 'other' } },
  'credentials.allow[]': {
    policies: [{ credentials: { allow: ['SkillPack/p spec.sidecar.args[0]'] } }, {}],
    sidecar: { args: [`ghp_${'a'.repeat(36)}`] },
  },
  'hostAccess.hostNetwork': node('hostNetwork'),
  'hostAccess.hostPID': node('hostPID'),
  'hostAccess.privileged': node('privileged'),
  'hostAccess.runAsRoot': node('runAsRoot'),
  'hostAccess.paths[].prefix': { policies: [path({}), path({ prefix: '/opt' })], sidecar: NODE },
  'hostAccess.paths[].readOnly': { policies: [path({}), path({ readOnly: true })], sidecar: NODE },
  'rights.allow[].scope': { policies: [allow(), allow({ scope: 'Cluster' })], sidecar: EXEC },
  'rights.allow[].apiGroups[]': { policies: [allow(), allow({ apiGroups: ['apps'] })], sidecar: EXEC },
  'rights.allow[].resources[]': { policies: [allow(), allow({ resources: ['pods/attach'] })], sidecar: EXEC },
  'rights.allow[].verbs[]': { policies: [allow(), allow({ verbs: ['get'] })], sidecar: EXEC },
};

/** The fields at which two values differ. */
function differences(a: JsonValue | undefined, b: JsonValue | undefined, at = ''): string[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (Array.isArray(a ?? b)) {
    const [one, other] = [(a ?? []) as JsonValue[], (b ?? []) as JsonValue[]];
    return [...new Set((one.length > 0 ? one : other).flatMap((item, index) => differences(item, other[index], `${at}[]`)))];
  }
  if (typeof (a ?? b) !== 'object') return [at];
  const [one, other] = [(a ?? {}) as JsonObject, (b ?? {}) as JsonObject];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return keys.flatMap((key) => differences(one[key], other[key], at === '' ? key : `${at}.${key}`));
}

function play(policy: JsonObject, { run = {}, sidecar = {} }: Case): string {
  const { status, resources } = respondComposed({
    composite: runXr({ skills: uses('p'), ...run }),
    cluster: [
      instanceXr(),
      packXr('q'),
      packXr('p', { sidecar: { image: 'ghcr.io/acme/tools:1', ...sidecar } }),
      policyXr(policy),
    ],
  });
  return JSON.stringify([status, [...resources]]);
}

it('has a case for every field', () => {
  expect(Object.keys(CASES).sort()).toEqual(leavesOf(xrdSchema('SympoziumPolicy').properties?.['spec'] ?? {}).sort());
});

it.each(Object.entries(CASES))('%s decides what becomes of a run', (field, item) => {
  const [one, other] = item.policies;
  // The schema knows no keys of a map.
  expect(differences(one, other).map((at) => (at.startsWith(`${field}.`) ? field : at))).toEqual([field]);
  for (const spec of item.policies) expect(apiServerErrors('SympoziumPolicy', policyXr(spec))).toEqual([]);
  expect(play(one, item)).not.toBe(play(other, item));
});
