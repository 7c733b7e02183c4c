/**
 * A tenant writes AgentRuns and SympoziumInstances and nothing else. Every field of the two, read from their schemas, is
 * tried with something hostile: what is made stays what the packs and the policy say. A new field without a line here fails.
 */
import { describe, expect, it } from 'vitest';
import type { Composed } from '../../src/call/response.ts';
import { type JsonObject, type JsonValue, listAt, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { tools } from '../support/packs.ts';
import { instanceXr, manifestOf, policyXr, respondComposed, runXr, uses } from '../support/request.ts';
import { leavesOf, xrdSchema } from '../support/schema.ts';

const STRICT = policyXr({
  images: { registries: ['docker.io/library', 'ghcr.io/sympozium-ai'] },
  secrets: ['anthropic'],
  limits: { timeout: '1h', env: 1, skills: 2 },
  cloudIdentities: [{ name: 'admin', serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/admin' } }],
  network: {
    mode: 'Isolate',
    apiServer: { cidrs: ['10.0.0.1/32'] },
    destinations: [{ name: 'billing', cidrs: ['10.1.0.0/16'] }],
  },
});
const SECRET = 'another-secret';

const RUN: Record<string, JsonValue> = {
  instanceRef: 'kube-system/sre',
  mode: 'server',
  task: '$(ANTHROPIC_API_KEY) `id`',
  systemPrompt: '$(ANTHROPIC_API_KEY)',
  cancel: true,
  timeout: '24h',
  startTimeout: '1h',
  'skillsDirs[]': '.ssh/a',
  'workspace.size': '2Gi',
  'workspace.storageClassName': 'fast',
  'workspace.accessMode': 'ReadWriteOncePod',
  'workspace.claimName': 'data-of-others',
  'podMetadata.labels': { 'istio.io/dataplane-mode': 'none' },
  'podMetadata.annotations': { 'sidecar.istio.io/inject': 'false' },
  cloudIdentity: 'admin',
  'egress[]': 'billing',
  'placement.runtimeClassName': 'none',
  'placement.priorityClassName': 'system-node-critical',
  'placement.nodeSelector': { 'node-role.kubernetes.io/control-plane': '' },
  'placement.tolerations[].key': 'node-role.kubernetes.io/control-plane',
  'placement.tolerations[].operator': 'Exists',
  'placement.tolerations[].value': 'a',
  'placement.tolerations[].effect': 'NoExecute',
  'placement.tolerations[].tolerationSeconds': 86400,
  ttlSecondsAfterFinished: 0,
  cleanup: 'keep',
  'model.provider': 'evil.example.org/agent:1',
  'model.model': '../../etc/passwd',
  'model.baseURL': 'https://evil.example.org',
  'model.thinking': 'high',
  'model.authSecretRef': SECRET,
  'model.authSecretKey': 'any-key-of-it',
  'skills[].skillPackRef': 'kube-system/other',
  'skills[].configMapRef': 'kube-system/other',
  'skills[].params': { IMAGE: 'evil.example.org/a:1', 'sidecar.image': 'evil.example.org/a:1' },
  'env[].name': 'SYMPOZIUM_SKILL_PACK',
  'env[].value': '$(ANTHROPIC_API_KEY)',
  'imagePullSecrets[].name': SECRET,
};
const INSTANCE: Record<string, JsonValue> = Object.fromEntries(
  Object.entries(RUN).filter(([path]) => !['instanceRef', 'mode', 'task', 'cancel'].includes(path)),
);

function specWith(path: string, value: JsonValue): JsonObject {
  const [of, ofToleration] = path.split('.tolerations[].');
  if (of === 'placement' && ofToleration !== undefined) {
    return { placement: { tolerations: [{ key: 'a', effect: 'NoExecute', [ofToleration]: value }] } };
  }
  const [list, field] = path.split('[].');
  if (list !== undefined && field !== undefined) {
    const whole: Record<string, JsonValue> = {
      skillsDirs: value,
      skills: field === 'params' ? { skillPackRef: 'tools', params: value } : { [field]: value },
      env: { name: 'A', value: 'b', [field]: value },
      imagePullSecrets: { [field]: value },
    };
    return { [list]: [whole[list] ?? {}] };
  }
  const [parent = '', child] = path.split('.');
  return { [parent]: child === undefined ? value : { [child]: value } };
}

/** What a tenant could gain; the same for every run of these packs, whatever else he writes. */
function gainsOf(composed: Composed): JsonObject {
  const manifests = [...composed.resources.keys()].map((key) => manifestOf(composed, key));
  const pod = composed.resources.has('agentrun-job')
    ? objectAt(manifestOf(composed, 'agentrun-job'), 'spec', 'template', 'spec')
    : {};
  const containers = [...listAt(pod, 'initContainers'), ...listAt(pod, 'containers')];
  const secrets = [
    ...containers.flatMap((container) =>
      listAt(container, 'env').map((item) => textAt(item, 'valueFrom', 'secretKeyRef', 'name')),
    ),
    ...listAt(pod, 'volumes').map((volume) => textAt(volume, 'secret', 'secretName')),
    ...listAt(pod, 'imagePullSecrets').map((item) => textAt(item, 'name')),
  ].filter((name) => name !== undefined && name !== 'anthropic');
  return {
    rights: manifests.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole').map((role) => valueAt(role, 'rules') ?? []),
    images: containers.map((container) => textAt(container, 'image') ?? ''),
    hostPaths: listAt(pod, 'volumes').filter((volume) => valueAt(volume, 'hostPath') !== undefined),
    workspace: listAt(pod, 'volumes').filter((volume) => textAt(volume, 'name') === 'workspace'),
    placement: [pod['runtimeClassName'], pod['priorityClassName'], pod['nodeSelector'], pod['tolerations']].map(
      (item) => item ?? null,
    ),
    onPod:
      valueAt(
        manifests.find(({ kind }) => kind === 'Job'),
        'spec',
        'template',
        'metadata',
      ) ?? null,
    inCloud: manifests
      .filter(({ kind }) => kind === 'ServiceAccount')
      .map((account) => valueAt(account, 'metadata', 'annotations') ?? null),
    reach: manifests.filter(({ kind }) => kind === 'NetworkPolicy').map((policy) => valueAt(policy, 'spec', 'egress') ?? null),
    isOnNode: pod['hostNetwork'] === true || pod['hostPID'] === true,
    secrets: secrets as string[],
    namespaces: [...new Set(manifests.flatMap((manifest) => textAt(manifest, 'metadata', 'namespace') ?? []))],
    foreignNames: manifests
      .map((manifest) => textAt(manifest, 'metadata', 'name') ?? '')
      .filter((name) => !/^agentrun[-:]/.test(name)),
  };
}

const play = (run: JsonObject, instance: JsonObject): Composed =>
  respondComposed({ composite: runXr({ skills: uses('tools'), ...run }), cluster: [instanceXr(instance), tools, STRICT] });
const usual = gainsOf(play({}, {}));

function expectBounded(composed: Composed): void {
  if (composed.resources.size === 0) return;
  const gains = gainsOf(composed);
  // Fewer packs may be selected, never others.
  const { rights, images, ...others } = gains;
  const { rights: usualRights, images: usualImages, ...usualOthers } = usual;
  expect(others).toEqual(usualOthers);
  for (const right of rights as JsonValue[]) expect(usualRights).toContainEqual(right);
  for (const image of images as JsonValue[]) expect(usualImages).toContain(image);
}

describe.each([
  ['AgentRun', RUN],
  ['SympoziumInstance', INSTANCE],
] as const)('%s: a tenant gains nothing by', (kind, hostile) => {
  const schema = xrdSchema(kind).properties?.['spec'] ?? {};

  it('a field that nobody has tried', () => {
    expect(Object.keys(hostile).sort()).toEqual(leavesOf(schema).sort());
  });

  it.each(Object.entries(hostile))('%s', (path, value) => {
    const spec = specWith(path, value);
    const composed =
      kind === 'AgentRun' ? play(spec, {}) : play({ skills: undefined as never }, { skills: uses('tools'), ...spec });
    expectBounded(composed);
  });
});
