/** What an admitted access to the node makes of a Pod; no policy of this version admits it, so a run is made by hand. */
import { describe, expect, it } from 'vitest';
import type { HostAccess, SidecarTool } from '../../src/api/generated/types.ts';
import { AGENT_VARIABLES, isReservedVariable, isSetByProduct, MODEL_KEYS } from '../../src/api/variables.ts';
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { buildJob } from '../../src/manifests/job.ts';
import { buildDeployment } from '../../src/manifests/server.ts';
import { buildServiceAccount } from '../../src/manifests/serviceaccount.ts';
import type { ResolvedPack, ResolvedRun } from '../../src/model/run.ts';
import { byName, containersOf } from '../support/pods.ts';
import { xrdSchema } from '../support/schema.ts';

const NO_ACCESS: HostAccess = { enabled: false, hostNetwork: false, hostPID: false, privileged: false, runAsRoot: false };

const packWith = (name: string, hostAccess: HostAccess, tools: SidecarTool[] = []): ResolvedPack => ({
  name,
  version: undefined,
  digest: 'sha256:0',
  skills: [],
  sidecar: {
    image: 'i',
    mountWorkspace: true,
    requiresServer: false,
    resources: { cpu: '100m', memory: '128Mi' },
    params: [],
    hostAccess,
    tools,
  },
});

const TOOLS: SidecarTool[] = [{ name: 'ping', description: 'Answers.', exec: ['ping'], inputMode: 'args' }];

function runWith(hostAccess: Partial<HostAccess>, more: Partial<ResolvedRun>): ResolvedRun {
  return {
    id: 'run-1',
    namespace: 'team-a',
    name: 'run',
    instance: 'sre',
    mode: 'task',
    packs: [packWith('node', { ...NO_ACCESS, ...hostAccess }, TOOLS), packWith('other', NO_ACCESS)],
    configMaps: [],
    task: 'Look',
    systemPrompt: undefined,
    model: {},
    tenantModel: {},
    env: [],
    securityContext: {},
    remains: {},
    workspace: {},
    tenantWorkspace: {},
    podMetadata: {},
    tenantPodMetadata: {},
    cloudIdentity: undefined,
    tenantCloudIdentity: undefined,
    reach: undefined,
    tenantEgress: [],
    placement: {},
    tenantPlacement: {},
    imagePullSecrets: [],
    timeout: '1500ms',
    timeoutSeconds: 1.5,
    startTimeoutSeconds: undefined,
    agent: {
      image: 'a',
      imagePullPolicy: undefined,
      command: undefined,
      resources: { cpu: '1', memory: '1Gi' },
      resultPath: undefined,
      skillsDirs: [],
    },
    results: { capture: 'None', redact: true },
    ...more,
  };
}

const podWith = (hostAccess: Partial<HostAccess>, more: Partial<ResolvedRun> = {}): JsonObject =>
  objectAt(buildJob(runWith(hostAccess, more)), 'spec', 'template', 'spec');

/** Every other field of a run that may be left empty, so that no branch of the container sleeps. */
const OTHERS: Partial<ResolvedRun> = {
  configMaps: ['notes'],
  imagePullSecrets: [{ name: 'pull' }],
  agent: {
    image: 'a',
    imagePullPolicy: undefined,
    command: ['run'],
    resources: { cpu: '1', memory: '1Gi' },
    resultPath: '/ipc/output/result.json',
    skillsDirs: [],
  },
};

describe('the variables of the agent', () => {
  it('from a Secret are all named where a Secret is', () => {
    for (const kind of ['AgentRun', 'SympoziumInstance'] as const) {
      const { description = '' } =
        xrdSchema(kind).properties?.['spec']?.properties?.['model']?.properties?.['authSecretRef'] ?? {};
      expect(MODEL_KEYS.filter((key) => !new RegExp(`\\b${key}\\b`).test(description))).toEqual([]);
    }
  });

  it('are reserved, so that no tenant can set them, or a tenant wrote them', () => {
    const model = { provider: 'p', model: 'm', baseURL: 'https://a', thinking: 'low', authSecretRef: 's' } as const;
    const pod = podWith({}, { model, systemPrompt: 'Be brief', env: [{ name: 'MINE', value: '1' }], ...OTHERS });
    const names = listAt(byName(pod, 'agent'), 'env').map((variable) => textAt(variable, 'name') ?? '');
    expect(names.filter((name) => !isReservedVariable(name))).toEqual(['MINE']);
    expect(names.filter((name) => isSetByProduct(name)).sort()).toEqual([...AGENT_VARIABLES, ...MODEL_KEYS].sort());
  });
});

describe('hostAccess', () => {
  it('counts for nothing unless it is enabled', () => {
    const mounts = [{ hostPath: '/var/log', mountPath: '/host-logs', readOnly: true }];
    expect(podWith({ hostNetwork: true, hostPID: true, privileged: true, mounts })).toEqual(podWith({}));
  });

  it('gives the network of the node to the whole Pod, with a DNS policy that still finds Services', () => {
    expect(podWith({ enabled: true, hostNetwork: true })).toMatchObject({
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
    });
  });

  it('shows the processes of the node to the whole Pod', () => {
    expect(podWith({ enabled: true, hostPID: true })).toMatchObject({ hostPID: true });
  });

  it('makes only its own sidecar privileged', () => {
    const pod = podWith({ enabled: true, privileged: true });
    expect(valueAt(byName(pod, 'skill-node'), 'securityContext')).toEqual({
      privileged: true,
      allowPrivilegeEscalation: true,
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      seccompProfile: { type: 'Unconfined' },
    });
    for (const name of ['agent', 'skill-other']) {
      expect(valueAt(byName(pod, name), 'securityContext')).toMatchObject({ allowPrivilegeEscalation: false });
    }
  });

  it('makes only its own sidecar root in its container, and gives it nothing else', () => {
    const pod = podWith({ enabled: true, runAsRoot: true });
    expect(valueAt(byName(pod, 'skill-node'), 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
    });
    expect(valueAt(byName(pod, 'skill-other'), 'securityContext', 'runAsUser')).toBeUndefined();
  });

  it('mounts directories of the node in its own sidecar only', () => {
    const pod = podWith({ enabled: true, mounts: [{ hostPath: '/var/log', mountPath: '/host-logs', readOnly: true }] });
    const mounted = containersOf(pod).flatMap(({ name, volumeMounts }) =>
      (volumeMounts as JsonObject[]).filter((mount) => mount['name'] === 'host-0-node').map((mount) => [name, mount]),
    );
    expect(mounted).toEqual([['skill-node', { name: 'host-0-node', mountPath: '/host-logs', readOnly: true }]]);
    expect(listAt(pod, 'volumes')).toContainEqual({ name: 'host-0-node', hostPath: { path: '/var/log' } });
  });
});

describe('the result of an agent', () => {
  const agentWith = (resultPath: string | undefined): JsonObject =>
    byName(
      podWith(
        {},
        {
          agent: {
            image: 'a',
            imagePullPolicy: undefined,
            command: undefined,
            resources: { cpu: '1', memory: '1Gi' },
            resultPath,
            skillsDirs: [],
          },
        },
      ),
      'agent',
    ) ?? {};

  it.each<[string, object | undefined]>([
    ['/ipc/output/result.json', { name: 'ipc', mountPath: '/ipc/output', subPath: 'output' }],
    ['/workspace/a/b/result', { name: 'workspace', mountPath: '/workspace/a/b', subPath: 'a/b' }],
    ['/tmp/out/result', { name: 'tmp', mountPath: '/tmp/out', subPath: 'agent/out' }],
    ['/ipc/result', undefined],
    ['/dev/termination-log', undefined],
  ])('is read of %s, whose directory the agent owns', (path, mount) => {
    const agent = agentWith(path);
    expect(agent['terminationMessagePath']).toBe(path);
    const [, ...others] = listAt(agent, 'volumeMounts').filter((item) => textAt(item, 'subPath') !== undefined);
    expect(others).toEqual(mount === undefined ? [] : [mount]);
  });

  it('is left in the default of Kubernetes where nobody says otherwise', () => {
    expect(agentWith(undefined)['terminationMessagePath']).toBeUndefined();
  });
});

describe('a run that acts in a cloud', () => {
  const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/reader' };
  const podLabels = { 'azure.workload.identity/use': 'true', 'sympozium.ai/run': 'another' };
  const who = { name: 'reader', serviceAccountAnnotations: annotations, podLabels };

  it.each([
    [
      'keeps its tokens from the agent',
      false,
      { 'eks.amazonaws.com/skip-containers': 'agent', 'azure.workload.identity/skip-containers': 'agent' },
    ],
    ['gives them to the agent where the policy says so', true, {}],
  ])('%s', (_, agent, expected) => {
    const run = runWith(
      {},
      { cloudIdentity: { ...who, agent }, podMetadata: { labels: { team: 'a', 'sympozium.ai/run': 'x' } } },
    );
    const skills = { 'sympozium.ai/skills': 'node,other' };
    expect(objectAt(buildServiceAccount(run), 'metadata', 'annotations')).toEqual({
      ...annotations,
      ...skills,
      'sympozium.ai/annotations': 'eks.amazonaws.com/role-arn',
    });
    const { labels, annotations: onPod } = objectAt(buildJob(run), 'spec', 'template', 'metadata');
    expect(labels).toMatchObject({ team: 'a', 'azure.workload.identity/use': 'true', 'sympozium.ai/run': 'run-1' });
    expect(onPod).toEqual({ ...expected, ...skills });
  });
});

describe('what containers may write on their node', () => {
  const of = (ephemeralStorage: string | undefined) => ({
    cpu: '1',
    memory: '1Gi',
    ...(ephemeralStorage !== undefined && { ephemeralStorage }),
  });
  const boundsOf = (agent: string | undefined, sidecar: string | undefined, more: Partial<ResolvedRun>) => {
    const run = runWith({}, more);
    const packs = run.packs.map((pack) => ({ ...pack, sidecar: pack.sidecar && { ...pack.sidecar, resources: of(sidecar) } }));
    const bounded = { ...run, packs, agent: { ...run.agent, resources: of(agent) } };
    const pod = objectAt(run.mode === 'task' ? buildJob(bounded) : buildDeployment(bounded), 'spec', 'template', 'spec');
    return [...listAt(pod, 'containers'), ...listAt(pod, 'initContainers')].map((container) => {
      const [request, limit] = ['requests', 'limits'].map((list) => textAt(container, 'resources', list, 'ephemeral-storage'));
      expect(request).toBe(limit);
      return limit;
    });
  };

  it.each<[string, string | undefined, string | undefined, Partial<ResolvedRun>, (string | undefined)[]]>([
    ['is not bounded where nobody asks', undefined, undefined, {}, [undefined, undefined, undefined]],
    ['is what is said, and room for /workspace and /tmp', '500Mi', '1Gi', {}, ['2548Mi', '1Gi', '1Gi']],
    ['has defaults where one is bounded', undefined, '1Gi', {}, ['3Gi', '1Gi', '1Gi']],
    ['has defaults for sidecars too', '1Gi', undefined, {}, ['3Gi', '256Mi', '256Mi']],
    ['counts the size of the workspace', '1Gi', undefined, { workspace: { size: '5Gi' } }, ['7Gi', '256Mi', '256Mi']],
    [
      'counts no volume that is elsewhere',
      '1Gi',
      undefined,
      { workspace: { size: '5Gi', storageClassName: 'fast' } },
      ['2Gi', '256Mi', '256Mi'],
    ],
    ['counts in the first container of a server', undefined, '1Gi', { mode: 'server' }, ['3Gi', '1Gi']],
    ['is said in bytes where it is no round number', '1001', undefined, {}, ['2147484649', '256Mi', '256Mi']],
  ])('%s', (_, agent, sidecar, more, expected) => {
    expect(boundsOf(agent, sidecar, more)).toEqual(expected);
  });

  it('stands beside devices, which are limits and requests alike', () => {
    const resources = { cpu: '1', memory: '1Gi', devices: { 'nvidia.com/gpu': 2 } };
    const [agent] = listAt(podWith({}, { agent: { ...runWith({}, {}).agent, resources } }), 'containers');
    const all = { cpu: '1', memory: '1Gi', 'nvidia.com/gpu': 2 };
    expect(valueAt(agent, 'resources')).toEqual({ requests: all, limits: all });
  });
});

describe('deadlines', () => {
  const deadlinesOf = (more: Partial<ResolvedRun>) => {
    const job = buildJob(runWith({}, more));
    const pod = objectAt(job, 'spec', 'template', 'spec');
    const [agent] = listAt(pod, 'containers');
    return [
      valueAt(agent, 'livenessProbe', 'initialDelaySeconds'),
      valueAt(job, 'spec', 'activeDeadlineSeconds'),
      pod['activeDeadlineSeconds'],
    ];
  };

  it.each([
    [
      'are those of the agent in whole seconds and a minute, of the start besides, and a little more for the Pod',
      {},
      [62, 362, 392],
    ],
    ['count the time that the start may take', { startTimeoutSeconds: 30 }, [62, 92, 122]],
    ['count a long one too', { timeoutSeconds: 60, startTimeoutSeconds: 3600 }, [120, 3720, 3750]],
  ])('%s', (_, more, expected) => {
    expect(deadlinesOf(more)).toEqual(expected);
  });
});
