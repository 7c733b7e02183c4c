/** What whoever makes runs has to hold for some packs, and what a change of packs and policies adds to it. */
import { describe, expect, it } from 'vitest';
import { readYaml } from '../../src/cli/input/yaml.ts';
import { compareRights, formatChanges } from '../../src/cli/rights/diff.ts';
import { printRights } from '../../src/cli/rights/print.ts';
import { type JsonObject, textAt } from '../../src/kube/json.ts';
import { directoryWith, skillpack } from '../support/command.ts';
import { projectPath, readDocuments } from '../support/project.ts';

const HEAD = 'apiVersion: sympozium.ai/v1alpha1\n';
const SKILLS = 'skills: [{name: a, description: Looks., content: Look.}]';
const pack = (name: string, sidecar: string): string =>
  `${HEAD}kind: SkillPack\nmetadata: {name: ${name}}\nspec: {${SKILLS}, sidecar: {image: 'example.org/a:1'${sidecar}}}\n`;
const rule = (resources: string, verbs: string, group = '', more = ''): string =>
  `{apiGroups: ['${group}'], resources: [${resources}], verbs: [${verbs}]${more}}`;

const READS = ['get', 'list', 'watch'];
const K8S_OPS = projectPath('examples/packs/k8s-ops.yaml');
const NAMESPACE_RULE = { apiGroups: ['', 'apps'], resources: ['pods', 'deployments'], verbs: READS };
const CLUSTER_RULE = { apiGroups: [''], resources: ['nodes', 'namespaces'], verbs: READS };
const FINALIZERS = { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies/finalizers'], verbs: ['update'] };

const PACKS = directoryWith({
  'plain.yaml': pack('plain', ''),
  'reads.yaml': pack('reads', `, rbac: [${rule('pods', 'get')}]`),
  'serves.yaml': pack('serves', ', requiresServer: true, ports: [{name: http, containerPort: 80}]'),
});
const POLICIES = directoryWith({
  'isolating.yaml': `${HEAD}kind: SympoziumPolicy\nmetadata: {name: default}\nspec: {network: {mode: Isolate, apiServer: {cidrs: [10.0.0.1/32]}}}\n`,
});
const ISOLATING = `${POLICIES}/isolating.yaml`;

type Holder = Omit<Parameters<typeof printRights>[1], 'policy'>;
const CROSSPLANE: Holder = { maker: 'crossplane', scope: 'namespace' };
const PROVIDER: Holder = { maker: 'provider', scope: 'all' };

/** The rules by the name of their ClusterRole, without what all names have. */
function printed(paths: string[], holder: Holder, policy: string[] = []): Record<string, unknown> {
  const { manifests } = printRights(paths, { ...holder, policy });
  const roles = readYaml(manifests, 'printed') as JsonObject[];
  return Object.fromEntries(
    roles.map((role) => [
      (textAt(role, 'metadata', 'name') ?? '').replace(`function-skillpack:${holder.maker}-`, ''),
      role['rules'],
    ]),
  );
}

/** What stands in examples/install, where somebody reads it. */
const installed = (file: string) =>
  readDocuments(file).map(({ kind, metadata, aggregationRule = {} }) => [kind, metadata, aggregationRule]);

describe('rights', () => {
  it('are those of Crossplane for what it composes directly, in namespaces only', () => {
    const verbs = [...READS, 'create', 'update', 'patch', 'delete'];
    expect(printed([K8S_OPS], CROSSPLANE, [ISOLATING])).toEqual({
      runs: [
        { apiGroups: [''], resources: ['configmaps', 'serviceaccounts'], verbs },
        { apiGroups: ['batch'], resources: ['jobs'], verbs },
      ],
      rights: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs }],
      network: [{ apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs }, FINALIZERS],
      'pack:k8s-ops': [NAMESPACE_RULE],
    });
  });

  it('are those of the provider for its Objects', () => {
    const verbs = ['get', 'create', 'patch', 'delete'];
    expect(printed([K8S_OPS, `${PACKS}/serves.yaml`], PROVIDER)).toEqual({
      runs: [
        { apiGroups: [''], resources: ['configmaps', 'serviceaccounts'], verbs },
        { apiGroups: ['batch'], resources: ['jobs'], verbs: [...verbs, 'list', 'watch'] },
      ],
      rights: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs }],
      'cluster-rights': [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles', 'clusterrolebindings'], verbs }],
      servers: [
        { apiGroups: [''], resources: ['services'], verbs },
        { apiGroups: ['apps'], resources: ['deployments'], verbs: [...verbs, 'list', 'watch'] },
      ],
      'pack:k8s-ops': [NAMESPACE_RULE, CLUSTER_RULE],
    });
  });

  it('are those of the provider beside it where rights in the whole cluster are asked for', () => {
    const verbs = ['get', 'create', 'patch', 'delete'];
    expect(printed([K8S_OPS], { maker: 'provider', scope: 'cluster' })).toEqual({
      'cluster-rights': [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles', 'clusterrolebindings'], verbs }],
      'pack:k8s-ops': [CLUSTER_RULE],
    });
  });

  it.each([
    ['crossplane' as const, READS],
    ['provider' as const, ['get', 'list']],
  ])('are those to read Pods too, where %s is to look at them', (maker, verbs) => {
    const holder: Holder = { maker, scope: 'all' };
    const { pods, ...others } = printed([K8S_OPS], { ...holder, readsPods: true });
    expect([pods, others]).toEqual([[{ apiGroups: [''], resources: ['pods'], verbs }], printed([K8S_OPS], holder)]);
  });

  it.each([
    ['crossplane', CROSSPLANE],
    ['provider', PROVIDER],
  ])('of one pack take nothing from another: each part means the same whoever asks for it (%s)', (_, holder) => {
    const files = ['plain', 'reads', 'serves'].map((name) => `${PACKS}/${name}.yaml`);
    const together = printed([...files, K8S_OPS], holder);
    const apart = [...files, K8S_OPS].map((file) => printed([file], holder));
    expect(Object.assign({}, ...apart)).toEqual(together);
    for (const parts of apart)
      for (const [name, rules] of Object.entries(parts)) expect([name, rules]).toEqual([name, together[name]]);
  });

  it('stand in examples/install under the same names, with what binds those of the provider', () => {
    const nameOf = (text: string) =>
      (readYaml(text, 'printed') as JsonObject[]).map(({ kind, metadata }) => [kind, metadata, {}]);
    const paths = [K8S_OPS, `${PACKS}/serves.yaml`];
    const named = (holder: Holder) => nameOf(printRights(paths, { ...holder, policy: [ISOLATING] }).manifests);
    const byName = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    expect(installed('examples/install/direct/3-crossplane-rights.yaml').sort(byName)).toEqual(named(CROSSPLANE).sort(byName));
    const [role, binding] = installed('examples/install/3-provider-rights.yaml').slice(-2);
    expect(installed('examples/install/3-provider-rights.yaml').slice(0, -2).sort(byName)).toEqual(named(PROVIDER).sort(byName));
    expect([role, binding]).toEqual([
      [
        'ClusterRole',
        { name: 'function-skillpack:provider' },
        { clusterRoleSelectors: [{ matchLabels: { 'skillpack.fn.crossplane.io/provider': 'true' } }] },
      ],
      ['ClusterRoleBinding', { name: 'function-skillpack:provider' }, {}],
    ]);
  });

  it('leave out a pack that every policy refuses, say why, and exit with 1', async () => {
    const ran = await skillpack(['rights', projectPath('test/packs/web-endpoint.yaml')]);
    expect([ran.code, ran.stderr, ran.stdout.includes('web-endpoint')]).toEqual([
      1,
      expect.stringMatching(/^skillpack: left out: SkillPack web-endpoint is refused: .*sympozium.*\n$/),
      false,
    ]);
  });
});

describe('a difference of rights', () => {
  const policy = (spec: string): string => `${HEAD}kind: SympoziumPolicy\nmetadata: {name: default}\nspec: ${spec}\n`;
  const of = 'SkillPack a';
  const get = { of, where: 'Namespace', what: 'get: pods (core)' };
  const list = { of, where: 'Namespace', what: 'list: pods (core)' };
  const allow = 'rights: {allow: [{scope: Namespace, apiGroups: [""], resources: [configmaps], verbs: [create]}]}';

  it.each<[string, string, string, { added: object[]; removed: object[] }]>([
    [
      'nothing where nothing changed',
      pack('a', `, rbac: [${rule('pods', 'get')}]`),
      pack('a', `, rbac: [${rule('pods', 'get')}]`),
      { added: [], removed: [] },
    ],
    [
      'nothing where rules are only written otherwise',
      pack('a', `, rbac: [${rule('pods', 'get, list')}]`),
      pack('a', `, rbac: [${rule('pods', 'list')}, ${rule('pods', 'get')}]`),
      { added: [], removed: [] },
    ],
    [
      'a verb',
      pack('a', `, rbac: [${rule('pods', 'get')}]`),
      pack('a', `, rbac: [${rule('pods', 'list')}]`),
      { added: [list], removed: [get] },
    ],
    [
      'a right in the whole cluster that was one in the namespace',
      pack('a', `, rbac: [${rule('pods', 'get')}]`),
      pack('a', `, clusterRBAC: [${rule('pods', 'get')}]`),
      { added: [{ ...get, where: 'Cluster' }], removed: [] },
    ],
    [
      'less, where a right in the whole cluster becomes one in the namespace',
      pack('a', `, clusterRBAC: [${rule('pods', 'get')}]`),
      pack('a', `, rbac: [${rule('pods', 'get')}]`),
      { added: [], removed: [{ ...get, where: 'Cluster' }] },
    ],
    [
      'nothing of access to the node that is not enabled',
      pack('a', ''),
      pack('a', ', hostAccess: {enabled: false, hostPID: true}'),
      { added: [], removed: [] },
    ],
    [
      'less, where it is for some names only',
      pack('a', `, rbac: [${rule('pods', 'get')}]`),
      pack('a', `, rbac: [${rule('pods', 'get', '', ', resourceNames: [x]')}]`),
      { added: [], removed: [get] },
    ],
    [
      'a pack that is new',
      pack('b', ''),
      `${pack('b', '')}---\n${pack('a', `, rbac: [${rule('pods', 'get')}]`)}`,
      { added: [get, { of, where: 'sidecar.mountWorkspace', what: 'true' }], removed: [] },
    ],
    [
      'a right that the built-in guardrails refuse, because a policy may permit it',
      pack('a', ''),
      pack('a', `, rbac: [${rule('configmaps', 'create')}]`),
      { added: [{ of, where: 'Namespace', what: 'create: configmaps (core)' }], removed: [] },
    ],
    [
      'what a policy permits, and what a pack had asked for in vain',
      `${pack('a', `, rbac: [${rule('configmaps', 'create')}]`)}---\n${policy('{}')}`,
      `${pack('a', `, rbac: [${rule('configmaps', 'create')}]`)}---\n${policy(`{${allow}}`)}`,
      {
        added: [
          { of, where: 'Namespace', what: 'create: configmaps (core)' },
          {
            of: 'SympoziumPolicy default',
            where: 'rights.allow Namespace',
            what: 'create: configmaps (core)',
          },
        ],
        removed: [],
      },
    ],
    [
      'bounds of a policy that became wider, and those that became narrower',
      policy(
        '{limits: {timeout: 1h, skills: 5}, images: {registries: [a.example.org], requireDigest: true}, secrets: [a], env: {deny: [A, B]}, network: {mode: Isolate}}',
      ),
      policy(
        '{limits: {timeout: 2h, skills: 4}, images: {registries: [a.example.org, b.example.org]}, env: {deny: [B, C]}, packs: [{name: p, namespaces: [team]}]}',
      ),
      {
        added: [
          ['limits.timeout', '2h instead of 1h'],
          ['images.registries', 'a.example.org, b.example.org instead of a.example.org'],
          ['images.requireDigest', 'unbounded instead of true'],
          ['secrets', 'unbounded instead of a'],
          ['network.mode', 'unbounded instead of Isolate'],
          ['env.deny', 'A is not denied any more'],
        ].map(([where = '', what = '']) => ({ of: 'SympoziumPolicy default', where, what })),
        removed: [
          ['limits.skills', '4 instead of 5'],
          ['packs', '{"name":"p","namespaces":["team"]} instead of unbounded'],
          ['env.deny', 'C is denied'],
        ].map(([where = '', what = '']) => ({ of: 'SympoziumPolicy default', where, what })),
      },
    ],
    [
      'what a sidecar has beside rights',
      pack('a', ', secretRef: key'),
      pack('a', ', hostAccess: {enabled: true, hostPID: true}'),
      {
        added: [
          { of, where: 'sidecar.hostAccess.enabled', what: 'true' },
          { of, where: 'sidecar.hostAccess.hostPID', what: 'true' },
        ],
        removed: [{ of, where: 'sidecar.secretRef', what: 'key' }],
      },
    ],
  ])('has %s', (_, before, after, changes) => {
    const root = directoryWith({ 'before.yaml': before, 'after.yaml': after });
    expect(compareRights(`${root}/before.yaml`, `${root}/after.yaml`, [])).toEqual(changes);
  });

  it('takes policies that hold before and after, wherever they stand in the line', async () => {
    const cwd = directoryWith({
      'old.yaml': pack('a', ''),
      'new.yaml': pack('a', `, rbac: [${rule('configmaps', 'create')}]`),
      'refuses.yaml': policy('{}'),
      'permits.yaml': policy(`{${allow}}`),
    });
    const added = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await skillpack(['rights', 'diff', ...args, '--output', 'json'], { cwd })).stdout).added;
    const power = [{ of, where: 'Namespace', what: 'create: configmaps (core)' }];
    expect([
      await added('old.yaml', 'new.yaml', '-p', 'refuses.yaml'),
      await added('old.yaml', 'new.yaml', '--policy', 'permits.yaml'),
      await added('-p', 'permits.yaml', 'old.yaml', 'new.yaml'),
    ]).toEqual([[], power, power]);
    expect(await skillpack(['rights', 'diff', 'old.yaml', 'new.yaml', '-p', 'nowhere'], { cwd })).toMatchObject({ code: 2 });
  });

  it('is told with its signs, and fails where it may not grow', async () => {
    const cwd = directoryWith({
      'before.yaml': pack('a', `, rbac: [${rule('pods', 'get')}]`),
      'after.yaml': pack('a', `, rbac: [${rule('pods', 'list')}]`),
    });
    const text = 'SkillPack a\n  + Namespace  list: pods (core)\n  - Namespace  get: pods (core)\nadded 1, taken away 1\n';
    expect(formatChanges({ added: [list], removed: [get] })).toBe(text);
    const diff = (...args: string[]) => skillpack(['rights', 'diff', ...args], { cwd });
    const grown = ['before.yaml', 'after.yaml', '--fail-on-growth'];
    const shrunk = ['after.yaml', 'after.yaml', '--fail-on-growth', '--output', 'json'];
    const [told, failed, passed] = await Promise.all([diff('before.yaml', 'after.yaml'), diff(...grown), diff(...shrunk)]);
    expect([told, failed, passed]).toEqual([
      { code: 0, stdout: text, stderr: '' },
      { code: 1, stdout: text, stderr: '' },
      { code: 0, stdout: '{\n  "added": [],\n  "removed": []\n}\n', stderr: '' },
    ]);
  });

  it('is none of a pack that cannot be read', async () => {
    const cwd = directoryWith({ 'a.yaml': pack('a', ', nothing: 1'), 'b.yaml': pack('a', '') });
    expect(await skillpack(['rights', 'diff', 'a.yaml', 'b.yaml'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^skillpack: SkillPack a is invalid: spec\.sidecar\.nothing/),
    });
  });
});
