/** What a run may be made of: the policy of its namespace over its packs and its own fields. */
import { describe, expect, it } from 'vitest';
import { type JsonObject, textAt } from '../../src/kube/json.ts';
import { plain, tools } from '../support/packs.ts';
import { byName, containersOf, podOf } from '../support/pods.ts';
import { instanceXr, manifestOf, packXr, policyXr, respondComposed, runXr, uses } from '../support/request.ts';

const TOKEN = `ghp_${'a'.repeat(36)}`;
const cluster = [instanceXr(), tools, plain];
const play = (spec: JsonObject, policies: JsonObject[], ...packs: JsonObject[]) =>
  respondComposed({ composite: runXr(spec), cluster: [...cluster, ...packs, ...policies] });

describe('a limit that nobody asks about', () => {
  it.each<[string, JsonObject, (string | undefined)[]]>([
    ['bounds sidecars, and with them the agent', { sidecar: { ephemeralStorage: '100Mi' } }, ['3Gi', '100Mi']],
    ['bounds no more than what is usual', { sidecar: { ephemeralStorage: '5Gi' } }, ['3Gi', '256Mi']],
    ['bounds the agent, and with it sidecars', { agent: { ephemeralStorage: '512Mi' } }, ['2560Mi', '256Mi']],
    ['bounds nothing where there is none', {}, [undefined, undefined]],
  ])('of ephemeralStorage %s', (_, limits, expected) => {
    const pod = podOf(play({ skills: uses('plain') }, [policyXr({ limits })]));
    const bounds = ['agent', 'skill-plain']
      .map((name) => byName(pod, name))
      .map((container) => textAt(container, 'resources', 'limits', 'ephemeral-storage'));
    expect(bounds).toEqual(expected);
  });
});

it('a credential on a Pod is refused, and not repeated', () => {
  const podMetadata = { annotations: { note: TOKEN } };
  const permitted = [policyXr({ limits: { podMetadata: { annotations: ['note'] } } })];
  for (const policies of [[], permitted]) {
    const { phase, message = '' } = play({ podMetadata }, policies).status as { phase: string; message: string };
    expect([phase, message.includes(TOKEN), message.includes('podMetadata')]).toEqual(['Failed', false, true]);
  }
});

const cases: [string, JsonObject, JsonObject[], string][] = [
  [
    'a pack kept for other namespaces',
    { skills: uses('tools') },
    [policyXr({ packs: [{ name: 'tools', namespaces: ['team-b'] }] })],
    'SkillPack/tools: used in namespace team-a is refused by namespace: the platform team keeps it for other namespaces; ' +
      'team-a among the namespaces of tools in spec.packs permits it',
  ],
  [
    'a pack for this namespace',
    { skills: uses('tools') },
    [policyXr({ packs: [{ name: 'tools', namespaces: ['team-a'] }] })],
    '',
  ],
  ['a pack for all', { skills: uses('tools') }, [policyXr({ packs: [{ name: 'tools', namespaces: ['*'] }] })], ''],
  ['an unlisted pack', { skills: uses('plain') }, [policyXr({ packs: [{ name: 'tools', namespaces: [] }] })], ''],
  ['too long a run', { timeout: '2h' }, [policyXr({ limits: { timeout: '90m' } })], 'spec.timeout: 2h is refused by limit'],
  ['a run that is just short enough', { timeout: '90m' }, [policyXr({ limits: { timeout: '1h30m' } })], ''],
  [
    'too many skills',
    { skills: uses('tools', 'plain') },
    [policyXr({ limits: { skills: 1 } })],
    'spec.skills: 2 skills is refused',
  ],
  [
    'too many variables',
    { env: [{ name: 'A', value: '1' }] },
    [policyXr({ limits: { env: 0 } })],
    'spec.env: 1 variables is refused by limit',
  ],
  [
    'an agent larger than the limit',
    {},
    [policyXr({ defaults: { agent: { resources: { cpu: '2' } } }, limits: { agent: { cpu: '1' } } })],
    'SympoziumPolicy spec.defaults.agent.resources.cpu: 2 is refused by limit',
  ],
  [
    'the built-in agent where its registry is not listed',
    {},
    [policyXr({ images: { registries: ['registry.corp'] } })],
    'SympoziumPolicy spec.defaults.agent.image: ghcr.io/sympozium-ai/sympozium/agent-runner:v0.10.46 is refused by image-registry',
  ],
  [
    "the model's Secret, not listed",
    { model: { authSecretRef: 'other' } },
    [policyXr({ secrets: ['anthropic'] })],
    'spec.model.authSecretRef: other is refused by secret',
  ],
  [
    'a pull Secret, not listed',
    { imagePullSecrets: [{ name: 'other' }] },
    [policyXr({ secrets: [] })],
    'spec.imagePullSecrets[0].name: other is refused by secret',
  ],
  [
    'a larger workspace than the policy gives',
    { workspace: { size: '2Gi' } },
    [],
    'spec.workspace.size: 2Gi is refused by workspace: it takes from what others share; ask for 1Gi at most, or raise spec.limits.workspace.size',
  ],
  [
    'as large a workspace as the policy gives',
    { workspace: { size: '2Gi' } },
    [policyXr({ defaults: { workspace: { size: '2Gi' } } })],
    '',
  ],
  [
    'a class that no policy lists',
    { workspace: { storageClassName: 'fast' } },
    [policyXr({ limits: { workspace: { storageClasses: ['slow'] } } })],
    'spec.workspace.storageClassName: fast is refused by workspace',
  ],
  [
    'a claim that no policy lists',
    { workspace: { claimName: 'team-b-1' } },
    [policyXr({ limits: { workspace: { claims: ['team-a-*', 'team-b'] } } })],
    'spec.workspace.claimName: team-b-1 is refused by workspace',
  ],
  [
    'a claim whose beginning is listed',
    { workspace: { claimName: 'team-a-1' } },
    [policyXr({ limits: { workspace: { claims: ['team-a-*'] } } })],
    '',
  ],
  [
    'a label of nodes that no policy lists',
    { placement: { nodeSelector: { zone: 'a' } } },
    [],
    'spec.placement.nodeSelector.zone: a is refused by placement: the nodes, what isolates a Pod on them and who makes room for whom are shared by all; ' +
      'zone in spec.limits.placement.nodeSelectorKeys permits it',
  ],
  [
    'every taint',
    { placement: { tolerations: [{ operator: 'Exists' }] } },
    [policyXr({ limits: { placement: { tolerationKeys: ['gpu'] } } })],
    'spec.placement.tolerations[0]: *: is refused by placement: the nodes, what isolates a Pod on them and who makes room for whom are shared by all; ' +
      'name the key of a taint',
  ],
  [
    'every taint, where the policy tolerates one that is called any',
    { placement: { tolerations: [{ operator: 'Exists' }] } },
    [policyXr({ defaults: { placement: { tolerations: [{ key: 'any', operator: 'Exists' }] } } })],
    'spec.placement.tolerations[0]: *: is refused by placement',
  ],
  [
    'a label that every object has, in one way',
    { placement: { nodeSelector: { constructor: 'x' } } },
    [
      policyXr({
        defaults: { placement: { required: true, nodeSelector: { pool: 'a' } } },
        limits: { placement: { nodeSelectorKeys: ['constructor'] } },
      }),
    ],
    '',
  ],
  [
    'every taint, where the policy tolerates it',
    { placement: { tolerations: [{ operator: 'Exists' }] } },
    [policyXr({ defaults: { placement: { tolerations: [{ operator: 'Exists' }] } } })],
    '',
  ],
  [
    'another runtime than the one that is required, though it is listed',
    { placement: { runtimeClassName: 'kata' } },
    [
      policyXr({
        defaults: { placement: { runtimeClassName: 'gvisor', required: true } },
        limits: { placement: { runtimeClasses: ['kata'] } },
      }),
    ],
    'spec.placement.runtimeClassName: kata is refused by placement: the nodes, what isolates a Pod on them and who makes room for whom are shared by all; ' +
      'leave it out: spec.defaults.placement requires gvisor',
  ],
  [
    'what is listed, and what the policy says itself',
    { placement: { runtimeClassName: 'kata', priorityClassName: 'low', tolerations: [{ key: 'gpu', operator: 'Exists' }] } },
    [
      policyXr({
        defaults: { placement: { priorityClassName: 'low', required: true } },
        limits: { placement: { runtimeClasses: ['kata'], tolerationKeys: ['gpu'] } },
      }),
    ],
    '',
  ],
  [
    'a credential in a variable',
    { env: [{ name: 'A', value: TOKEN }] },
    [],
    'spec.env[0].value: what looks like a GitHub token is refused by credential',
  ],
  [
    'a credential in a param',
    { skills: [{ skillPackRef: 'tools', params: { repo: TOKEN } }] },
    [],
    'spec.skills params of tools: SKILL_REPO: what looks like a GitHub token is refused by credential',
  ],
  [
    "a credential in the model's address",
    { model: { baseURL: `https://svc:${TOKEN}@gateway.example.org/v1` } },
    [],
    'spec.model.baseURL: what looks like a URL with a password is refused by credential',
  ],
  [
    "a credential in the model's name",
    { model: { model: TOKEN } },
    [],
    'spec.model.model: what looks like a GitHub token is refused by credential',
  ],
  [
    'a credential in the command of the agent',
    {},
    [policyXr({ defaults: { agent: { command: ['run', `--token=${TOKEN}`] } } })],
    'SympoziumPolicy spec.defaults.agent.command[1]: what looks like a GitHub token is refused by credential',
  ],
  [
    "a password in the name of the agent's image",
    {},
    [policyXr({ defaults: { agent: { image: 'me:hunter22@registry.example.org/agent:1' } } })],
    'SympoziumPolicy spec.defaults.agent.image: what looks like a URL with a password is refused by credential',
  ],
  [
    'what looks like a credential where the policy permits it',
    { env: [{ name: 'A', value: TOKEN }], skills: [{ skillPackRef: 'tools', params: { repo: TOKEN } }] },
    [policyXr({ credentials: { allow: ['spec.env[0].value', 'spec.skills params of tools: SKILL_REPO'] } })],
    '',
  ],
  [
    'what looks like a credential beside where the policy permits it',
    { env: [{ name: 'A', value: TOKEN }] },
    [policyXr({ credentials: { allow: ['spec.env[1].value', 'spec.env', 'spec.env[0]'] } })],
    'spec.env[0].value: what looks like a GitHub token is refused by credential',
  ],
  ['a credential in task and prompt, which are told only', { task: TOKEN, systemPrompt: TOKEN }, [], ''],
  [
    'another namespace overriding, which does not hold here',
    { timeout: '2h' },
    [policyXr({ limits: { timeout: '3h' } }), policyXr({ limits: { timeout: '1h' } }, 'ns.team-b')],
    '',
  ],
  [
    'its own namespace overriding',
    { timeout: '2h' },
    [policyXr({ limits: { timeout: '3h' } }), policyXr({ limits: { timeout: '1h' } }, 'ns.team-a')],
    'spec.timeout: 2h is refused by limit',
  ],
];

describe('a run with', () => {
  it.each(cases)('%s', (_, spec, policies, message) => {
    const { status, resources } = play(spec, policies);
    if (message === '') expect(status).toMatchObject({ phase: 'Preparing' });
    else expect(status).toMatchObject({ phase: 'Failed', reason: 'PolicyDenied', message: expect.stringContaining(message) });
    expect(resources.size > 0).toBe(message === '');
    expect(JSON.stringify(status)).not.toContain(TOKEN);
  });

  const spy = packXr('spy', { sidecar: { image: 'spy:1', hostAccess: { enabled: true, hostPID: true } } });
  it('the processes of the node is refused beside rights, of whichever pack', () => {
    const permitted = policyXr({ hostAccess: { hostPID: true } });
    expect(play({ skills: uses('spy') }, [permitted], spy).status.phase).toBe('Preparing');
    expect(play({ skills: uses('spy', 'tools') }, [permitted], spy).status).toMatchObject({
      reason: 'PolicyDenied',
      message: expect.stringContaining('true beside the rights of SkillPack tools is refused by host-pid-with-rights'),
    });
  });

  it('every denial, sorted', () => {
    const { status } = play({ timeout: '2h', skills: uses('tools') }, [
      policyXr({ limits: { timeout: '1h' }, packs: [{ name: 'tools', namespaces: [] }], images: { registries: ['a.b'] } }),
    ]);
    const rules = (status as { message: string }).message
      .split('; ')
      .flatMap((part) => /refused by ([a-z-]+)/.exec(part)?.[1] ?? []);
    expect(rules).toEqual(['image-registry', 'namespace', 'image-registry', 'limit']);
  });
});

describe('rewrites', () => {
  it('give images the name the site has them under, before they are judged', () => {
    const policy = policyXr({
      images: {
        registries: ['registry.corp'],
        rewrites: [
          { from: 'ghcr.io/sympozium-ai', to: 'registry.corp/mirror/' },
          { from: 'docker.io', to: 'registry.corp/hub' },
          { from: 'registry.corp', to: 'registry.corp/never-twice' },
        ],
      },
    });
    const pod = podOf(play({ skills: uses('tools') }, [policy]));
    expect(containersOf(pod).map(({ image }) => image)).toEqual([
      'registry.corp/hub/library/tools:1',
      'registry.corp/mirror/sympozium/agent-runner:v0.10.46',
    ]);
    expect(byName(pod, 'agent')).toBeDefined();
  });

  it('leave other images as they are', () => {
    const policy = policyXr({ images: { rewrites: [{ from: 'ghcr.io/other', to: 'x.y' }] } });
    expect(manifestOf(play({ skills: uses('tools') }, [policy]), 'agentrun-job')).toMatchObject({
      spec: { template: { spec: { initContainers: [{ image: 'tools:1' }] } } },
    });
  });
});
