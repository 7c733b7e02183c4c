/** Every scenario of `simulate`: what it promises, and the whole text it prints. */
import { describe, expect, inject, it } from 'vitest';
import { formatSimulated, type Simulated, simulate } from '../src/cli/preview/simulate.ts';
import type { JsonObject } from '../src/kube/json.ts';
import type { ScenarioName } from '../src/simulation/scenarios.ts';
import { loadOne } from './support/examples.ts';
import { plain, RUN_ID, task, tools, web } from './support/packs.ts';
import { projectPath } from './support/project.ts';
import { instanceXr, packXr, policyXr, uses } from './support/request.ts';
import { BY_OBJECTS, READER } from './support/variant.ts';

const FOLDERS = { claims: 'k8s-ops', namespaced: 'namespaced-run', direct: 'direct-run' };
const variant = inject('variant');
const folder = FOLDERS[variant];
const example = loadOne({
  paths: [
    projectPath(`examples/${folder}/xr.yaml`),
    projectPath(`package/${variant}/apis/agentrun/composition.yaml`),
    projectPath('examples/functions.yaml'),
  ],
  required: [projectPath('examples/packs'), projectPath(`examples/${folder}/required.yaml`)],
});

/** The same where a platform permits a look at Pods, and a policy wants what agents leave. */
const watched: typeof example = {
  ...example,
  required: [...example.required, policyXr({ results: { capture: 'Message' } })],
  input: { ...example.input, podStatus: READER },
};
const LOOKED_AT: ScenarioName[] = ['oom', 'result', 'image-pull'];

/** What the pack of the example asks for: a run that is composed directly has no right outside its namespace. */
const pack = BY_OBJECTS ? 'k8s-ops' : 'namespace-ops';
const right = (namespace: string | undefined, apiGroups: string[], resources: string[]) => ({
  namespace,
  rule: { apiGroups, resources, verbs: ['get', 'list', 'watch'] },
  packs: [pack],
});
const RIGHTS = BY_OBJECTS
  ? [right('team-a', ['', 'apps'], ['pods', 'deployments']), right(undefined, [''], ['nodes', 'namespaces'])]
  : [right('team-a', ['', 'apps'], ['pods', 'events', 'deployments', 'replicasets'])];

/** The phases of a run in their order. */
const phasesOf = ({ timeline }: Simulated): string[] => [...new Set(timeline.map(({ phase }) => phase).filter(Boolean))];
const momentOf = ({ timeline }: Simulated, what: string): number =>
  timeline.find((entry) => entry.what.startsWith(what))?.seconds ?? Number.NaN;
/** When the last right ended. */
const lastRight = ({ rights }: Simulated): number => Math.max(...rights.map(({ until = Number.POSITIVE_INFINITY }) => until));

/** Where nobody is asked they are what `success` is. */
const ASKING = ['denied', 'unanswered'] as const;
type Unasked = Exclude<ScenarioName, (typeof ASKING)[number]>;

const EXPECTED: Record<Unasked, { phases: string[]; reason: string }> = {
  success: { phases: ['Preparing', 'Running', 'Succeeded'], reason: 'Completed' },
  failure: { phases: ['Preparing', 'Running', 'Failed'], reason: 'AgentFailed' },
  'exit-code': { phases: ['Preparing', 'Running', 'Failed'], reason: 'AgentFailed' },
  oom: { phases: ['Preparing', 'Running', 'Failed'], reason: 'OutOfMemory' },
  result: { phases: ['Preparing', 'Running', 'Succeeded'], reason: 'Completed' },
  evicted: { phases: ['Preparing', 'Running', 'Failed'], reason: 'Evicted' },
  'image-pull': { phases: ['Preparing', 'Running', 'Failed'], reason: BY_OBJECTS ? 'ImagePullFailed' : 'StartTimeout' },
  'slow-pull': { phases: ['Preparing', 'Running', 'Failed'], reason: 'DeadlineExceeded' },
  timeout: { phases: ['Preparing', 'Running', 'Failed'], reason: 'DeadlineExceeded' },
  cancel: { phases: ['Preparing', 'Running', 'Cancelled'], reason: 'Cancelled' },
  'delete-while-running': { phases: ['Preparing', 'Running'], reason: 'Running' },
  'job-vanishes': { phases: ['Preparing', 'Running', 'Failed'], reason: 'WorkloadLost' },
  'object-vanishes': { phases: ['Preparing', 'Running', 'Failed'], reason: 'WorkloadLost' },
  'pack-edited': { phases: ['Preparing', 'Running', 'Succeeded'], reason: 'Completed' },
  'provider-slow': { phases: ['Preparing', 'Running', 'Succeeded'], reason: 'Completed' },
  reapplied: { phases: ['Preparing', 'Running', 'Succeeded'], reason: 'Completed' },
};

describe('a run that has to be approved', () => {
  const approval = { ...policyXr(), spec: { approval: { mode: 'Always', timeout: '8h' } } };
  const asking = { ...example, required: [...example.required.filter(({ kind }) => kind !== 'SympoziumPolicy'), approval] };

  it.each([
    ['success', ['Pending', 'Preparing', 'Running', 'Succeeded'], 'Completed', 1],
    ['denied', ['Pending', 'Failed'], 'ApprovalDenied', 0],
    ['unanswered', ['Pending', 'Failed'], 'ApprovalExpired', 0],
  ] as const)('%s: goes through its phases, and holds nothing before it is approved', (name, phases, reason, pods) => {
    const simulated = simulate(asking, name);
    expect([phasesOf(simulated), simulated.end.reason, simulated.pods.length, simulated.left]).toEqual([
      phases,
      reason,
      pods,
      [],
    ]);
    const decided = momentOf(simulated, 'a human');
    expect(simulated.rights.every(({ since }) => since > decided)).toBe(true);
    expect(simulated.rights.length > 0).toBe(pods > 0);
  });
});

describe.each(Object.keys(EXPECTED) as Unasked[])('simulate %s', (name) => {
  const simulated = simulate(LOOKED_AT.includes(name) ? watched : example, name);

  it('goes through its phases, with one Pod, and leaves nothing', () => {
    const { end, pods, left } = simulated;
    expect({ phases: phasesOf(simulated), reason: end.reason }).toEqual(EXPECTED[name]);
    expect([pods.length, left]).toEqual([1, []]);
  });

  it('holds exactly the rights of its pack, from Preparing to its end, in its sidecar only', () => {
    const { rights, pods } = simulated;
    expect(rights.map(({ namespace, rule, packs }) => ({ namespace, rule, packs }))).toEqual(RIGHTS);
    expect(momentOf(simulated, 'made: ConfigMap')).toBeGreaterThan(momentOf(simulated, 'CreatingObjects'));
    if (name !== 'delete-while-running') {
      expect(lastRight(simulated)).toBeLessThan(momentOf(simulated, 'RightsHeld is False'));
    }
    expect(pods[0]?.containersWithToken).toEqual([`skill-${pack}`]);
  });

  it('prints what test/simulations has', async () => {
    await expect(formatSimulated(simulated)).toMatchFileSnapshot(projectPath(`test/simulations/${variant}/${name}.txt`));
  });
});

describe('simulate', () => {
  /** From a moment to the last right; POD stands for the name of the Pod. */
  const seconds = (name: ScenarioName, from: string) => {
    const simulated = simulate(example, name);
    return lastRight(simulated) - momentOf(simulated, from.replace('POD', simulated.pods[0]?.name ?? ''));
  };

  it.each([
    ['success', 'Pod POD is Succeeded', 1],
    ['failure', 'Pod POD is Failed', 1],
    ['timeout', 'Pod POD is Failed', 1],
    ['cancel', 'spec.cancel is set', 1],
    ['delete-while-running', 'the AgentRun is being deleted', 1],
    ['object-vanishes', 'somebody deletes the', 1],
    ['job-vanishes', 'the Job is released', 960 + 120 + 31],
    ['provider-slow', 'Pod POD is Succeeded', 20 + 30 + 1],
  ] as const)('%s: the rights end soon after "%s"', (name, from, limit) => {
    expect(seconds(name, from)).toBeGreaterThanOrEqual(0);
    expect(seconds(name, from)).toBeLessThanOrEqual(limit);
  });

  it('plays a server: rights for as long as it lives', () => {
    const { composite, cluster: required = [] } = task({ skills: uses('web'), task: 'Serve' }, web);
    const server = simulate({ composite, required, input: undefined, observed: new Map() }, 'success');
    expect([server.end.phase, server.pods.length, server.left]).toEqual(['Serving', 1, []]);
    expect(momentOf(server, 'Available') - momentOf(server, `Pod agentrun-${RUN_ID}-1 is Running`)).toBeLessThan(1);
  });

  const cases: [string, JsonObject[], Partial<Simulated['end']>][] = [
    ['a pack that is missing', [instanceXr(), plain], { phase: 'Pending', reason: 'SkillPackNotFound' }],
    [
      'a pack that is denied',
      [instanceXr(), packXr('tools', { sidecar: { image: 'a', hostAccess: { enabled: true, hostNetwork: true } } })],
      { phase: 'Failed', reason: 'PolicyDenied' },
    ],
  ];
  it.each(cases)('makes nothing for a run with %s', (_, required, end) => {
    const { composite } = task({ skills: uses('tools') }, tools);
    const simulated = simulate({ composite, required, input: undefined, observed: new Map() }, 'success');
    expect(simulated).toMatchObject({ end, rights: [], pods: [], left: [] });
    expect(formatSimulated(simulated)).toContain('Who held which right: none');
  });

  it('refuses what has no life', () => {
    const input = { composite: packXr('tools'), required: [], input: undefined, observed: new Map() };
    expect(() => simulate(input, 'success')).toThrow(
      'simulate plays an AgentRun or an AgentSchedule: SkillPack has no life to play',
    );
  });
});

describe.each(['Kubernetes', 'Cilium'])('a run that a policy isolates, in the words of %s', (dialect) => {
  const network = {
    mode: 'Isolate',
    dialect,
    apiServer: { cidrs: ['10.0.0.1/32'] },
    destinations: [{ name: 'model', cidrs: ['0.0.0.0/0'], except: ['10.0.0.0/8'], ports: [{ port: 443 }] }],
    model: ['model'],
  };
  const isolated = { ...example, required: [...example.required, policyXr({ network, results: { capture: 'Message' } })] };
  const NEW = ['image-pull', ...LOOKED_AT];

  it.each(Object.keys(EXPECTED) as Unasked[])('reaches what it may from before its Pod until after it: %s', (name) => {
    const input = NEW.includes(name) ? watched.input : example.input;
    const { reach, pods, rights, end, left } = simulate({ ...isolated, input }, name);
    expect([end.reason, left]).toEqual([EXPECTED[name].reason, []]);
    const internet =
      '0.0.0.0/0 without 10.0.0.0/8, 169.254.0.0/16, 168.63.129.16/32, 100.100.100.200/32, 100.96.0.96/32, 192.0.0.192/32';
    const api = { to: dialect === 'Cilium' ? 'the API server' : '10.0.0.1/32', ports: '443/TCP, 6443/TCP' };
    const dns = {
      to: 'Pods k8s-app=kube-dns in namespace kube-system',
      ports: dialect === 'Cilium' ? '53/ANY' : '53/UDP, 53/TCP',
    };
    expect(reach.map(({ to, ports }) => ({ to, ports }))).toEqual([dns, api, { to: internet, ports: '443/TCP' }]);
    expect(rights.length).toBeGreaterThan(0);
    for (const { since, until = Number.NaN } of reach) {
      expect(since).toBeLessThan(pods[0]?.since ?? Number.NaN);
      expect(until).toBeGreaterThanOrEqual(pods[0]?.until ?? Number.NaN);
    }
  });
});

describe('a run that acts in a cloud', () => {
  const who = { name: 'reader', serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/reader' } };
  const policy = policyXr({ cloudIdentities: [who], defaults: { cloudIdentity: 'reader' } });

  it('is told as whom, for as long as its ServiceAccount is there', () => {
    const simulated = simulate({ ...example, required: [...example.required, policy] }, 'success');
    const [{ serviceAccount, annotation, value, until = Number.NaN } = {}, ...others] = simulated.clouds;
    expect({ serviceAccount, annotation, value, others }).toEqual({
      serviceAccount: simulated.rights[0]?.serviceAccount,
      annotation: 'eks.amazonaws.com/role-arn',
      value: 'arn:aws:iam::1:role/reader',
      others: [],
    });
    expect(until).toBeLessThan(momentOf(simulated, 'RightsHeld is False'));
    expect(formatSimulated(simulated)).toContain('As whom it acts in a cloud, whose tokens last longer:\nSINCE  UNTIL');
  });
});
