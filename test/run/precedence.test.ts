/** Run over instance over policy over built-in. */
import { describe, expect, it } from 'vitest';
import { type JsonObject, listAt } from '../../src/kube/json.ts';
import { plain, task, tools, web, words } from '../support/packs.ts';
import { byName, containersOf, envOf, podOf } from '../support/pods.ts';
import { instanceXr, policyXr, respondComposed, runXr, uses } from '../support/request.ts';

const NUMBERS = { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 };

describe('precedence', () => {
  const policy = policyXr({ defaults: { timeout: '1m', model: { provider: 'p', model: 'm', baseURL: 'http://policy' } } });
  const local = policyXr({ defaults: { model: { baseURL: 'http://local' } } }, 'ns.team-a');
  const instance = (spec: JsonObject) => ({ cluster: [instanceXr(spec), tools, plain, words, web, policy, local] });
  const agentOf = (run: JsonObject, of: JsonObject) =>
    envOf(byName(podOf(respondComposed({ composite: runXr(run), ...instance(of) })), 'agent'));

  it('is run over instance over the policy of the namespace over the default one, field by field', () => {
    const env = agentOf(
      { model: { model: 'run' } },
      { model: { model: 'instance', provider: 'instance' }, systemPrompt: 'Be kind' },
    );
    expect(env).toMatchObject({
      MODEL_NAME: 'run',
      MODEL_PROVIDER: 'instance',
      MODEL_BASE_URL: 'http://local',
      RUN_TIMEOUT: '1m',
      SYSTEM_PROMPT: 'Be kind',
    });
  });

  it.each([
    [{ timeout: '5m' }, { timeout: '2m' }, '5m'],
    [{}, { timeout: '2m' }, '2m'],
    [{}, {}, '1m'],
  ])('takes the timeout of run %j and instance %j as %s', (run, of, expected) => {
    expect(agentOf(run, of)['RUN_TIMEOUT']).toBe(expected);
  });

  it('adds up where a Pod runs: names and labels of the narrower scope, taints of every scope once', () => {
    const limits = { placement: { runtimeClasses: ['kata'], nodeSelectorKeys: ['zone', 'pool'], tolerationKeys: ['gpu'] } };
    const gpu = { key: 'gpu', operator: 'Exists' };
    const defaults = {
      placement: {
        runtimeClassName: 'gvisor',
        priorityClassName: 'low',
        nodeSelector: { pool: 'a', os: 'l' },
        tolerations: [gpu],
      },
    };
    const run = { placement: { runtimeClassName: 'kata', nodeSelector: { zone: 'run' } } };
    const of = {
      placement: { nodeSelector: { zone: 'instance', pool: 'b' }, tolerations: [{ key: 'gpu', effect: 'NoSchedule' }, gpu] },
    };
    const cluster = [instanceXr(of), policyXr({ defaults, limits })];
    const { runtimeClassName, priorityClassName, nodeSelector, tolerations } = podOf(
      respondComposed({ composite: runXr(run), cluster }),
    );
    expect({ runtimeClassName, priorityClassName, nodeSelector, tolerations }).toEqual({
      runtimeClassName: 'kata',
      priorityClassName: 'low',
      nodeSelector: { pool: 'b', os: 'l', zone: 'run' },
      tolerations: [gpu, { key: 'gpu', effect: 'NoSchedule' }],
    });
  });

  it("takes the instance's pull Secrets unless the run names its own", () => {
    const secretsOf = (run: JsonObject, of: JsonObject) =>
      podOf(respondComposed({ composite: runXr(run), ...instance(of) }))['imagePullSecrets'];
    const of = { imagePullSecrets: [{ name: 'instance' }] };
    expect([secretsOf({}, of), secretsOf({ imagePullSecrets: [{ name: 'run' }] }, of), secretsOf({}, {})]).toEqual([
      [{ name: 'instance' }],
      [{ name: 'run' }],
      undefined,
    ]);
  });

  it.each<[string, JsonObject[], JsonObject]>([
    ['a directory of the node', [{}, {}, {}], { emptyDir: { sizeLimit: '1Gi' } }],
    ['as large as the narrowest says', [{ size: '9Gi' }, { size: '5Gi' }, {}], { emptyDir: { sizeLimit: '5Gi' } }],
    [
      'a volume of its own, of the size that the run says',
      [{ storageClassName: 'fast', accessMode: 'ReadWriteOncePod' }, {}, { size: '2Gi' }],
      {
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOncePod'], storageClassName: 'fast', resources: { requests: { storage: '2Gi' } } },
          },
        },
      },
    ],
    [
      'a claim and nothing of what is wider',
      [{ storageClassName: 'fast', size: '3Gi' }, { claimName: 'data' }, {}],
      { persistentVolumeClaim: { claimName: 'data' } },
    ],
    ['a directory again', [{}, { claimName: 'data' }, { size: '2Gi' }], { emptyDir: { sizeLimit: '2Gi' } }],
    [
      'the class of the policy again, below a claim that the run does without',
      [{ storageClassName: 'fast', accessMode: 'ReadWriteOncePod' }, { claimName: 'data' }, { size: '2Gi' }],
      {
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOncePod'], storageClassName: 'fast', resources: { requests: { storage: '2Gi' } } },
          },
        },
      },
    ],
  ])('has as the workspace %s', (_, [ofPolicy = {}, of = {}, run = {}], volume) => {
    const limits = { workspace: { size: '9Gi', claims: ['data'] } };
    const cluster = [instanceXr({ workspace: of }), policyXr({ defaults: { workspace: ofPolicy }, limits })];
    const pod = podOf(respondComposed({ composite: runXr({ workspace: run }), cluster }));
    expect(listAt(pod, 'volumes')[0]).toEqual({ name: 'workspace', ...volume });
  });

  it.each<[string, JsonObject, JsonObject, JsonObject, JsonObject]>([
    [
      'a directory',
      { workspace: { claimName: 'shared' } },
      { workspace: { size: '2Gi' } },
      { emptyDir: { sizeLimit: '2Gi' } },
      NUMBERS,
    ],
    [
      'numbers of its own',
      { securityContext: { identity: 'FromNamespace' } },
      { securityContext: { runAsUser: 2000 } },
      { emptyDir: { sizeLimit: '1Gi' } },
      { ...NUMBERS, runAsUser: 2000 },
    ],
    [
      'none, over numbers',
      { securityContext: { runAsUser: 2000 } },
      { securityContext: { identity: 'FromNamespace' } },
      { emptyDir: { sizeLimit: '1Gi' } },
      {},
    ],
    [
      'one number more',
      { securityContext: { runAsUser: 2000 } },
      { securityContext: { fsGroup: 5 } },
      { emptyDir: { sizeLimit: '1Gi' } },
      { ...NUMBERS, runAsUser: 2000, fsGroup: 5 },
    ],
  ])('has, of the policy of its namespace over the default one, %s', (_, base, over, volume, numbers) => {
    const cluster = [instanceXr(), policyXr({ defaults: base }), policyXr({ defaults: over }, 'ns.team-a')];
    const pod = podOf(respondComposed({ composite: runXr(), cluster }));
    expect(listAt(pod, 'volumes')[0]).toEqual({ name: 'workspace', ...volume });
    expect(pod['securityContext']).toEqual({ runAsNonRoot: true, ...numbers, seccompProfile: { type: 'RuntimeDefault' } });
  });

  it("takes the policy's pull Secrets where nobody names any, whichever Secrets it lists", () => {
    const own = policyXr({ defaults: { imagePullSecrets: [{ name: 'site' }] }, secrets: [] });
    const play = (run: JsonObject) => respondComposed({ composite: runXr(run), cluster: [instanceXr(), own] });
    expect(podOf(play({}))['imagePullSecrets']).toEqual([{ name: 'site' }]);
    expect(podOf(play({ imagePullSecrets: [{ name: 'site' }] }))['imagePullSecrets']).toEqual([{ name: 'site' }]);
    expect(play({ imagePullSecrets: [{ name: 'other' }] }).status).toMatchObject({ reason: 'PolicyDenied' });
  });

  it('merges env by name', () => {
    const env = agentOf(
      { env: [{ name: 'A', value: 'run' }] },
      {
        env: [
          { name: 'A', value: 'instance' },
          { name: 'B', value: 'instance' },
        ],
      },
    );
    expect(env).toMatchObject({ A: 'run', B: 'instance' });
  });

  it("selects the run's packs and merges params per pack", () => {
    const composite = runXr({ skills: [{ skillPackRef: 'plain', params: { BRANCH: 'run' } }] });
    const of = { skills: [{ skillPackRef: 'plain', params: { BRANCH: 'main', REPO: 'a/b' } }, { skillPackRef: 'tools' }] };
    const pod = podOf(respondComposed({ composite, ...instance(of) }));
    expect(containersOf(pod).map(({ name }) => name)).toEqual(['skill-plain', 'agent']);
    expect(envOf(byName(pod, 'skill-plain'))).toEqual({ SYMPOZIUM_SKILL_PACK: 'plain', SKILL_BRANCH: 'run', SKILL_REPO: 'a/b' });
  });

  it('gives params to the sidecar of their pack only, as they were written', () => {
    const composite = runXr({
      task: 'Costs $5 or $(TASK)',
      skills: [{ skillPackRef: 'plain', params: { KEY: '$(HOME) $$' } }, { skillPackRef: 'tools' }],
    });
    const pod = podOf(respondComposed({ composite, ...instance({}) }));
    // Kubernetes reads $$ as $ and leaves a name in $$(NAME) alone.
    expect(envOf(byName(pod, 'skill-plain'))['SKILL_KEY']).toBe('$$(HOME) $$$$');
    expect(envOf(byName(pod, 'agent'))['TASK']).toBe('Costs $$5 or $$(TASK)');
    for (const name of ['agent', 'skill-tools']) expect(envOf(byName(pod, name))).not.toHaveProperty('SKILL_KEY');
  });

  it('becomes a server when a selected pack requires one', () => {
    const { resources } = respondComposed(task({ skills: uses('web') }));
    expect([...resources.keys()].sort()).toEqual([
      'agentrun-configmap',
      'agentrun-deployment',
      'agentrun-service',
      'agentrun-serviceaccount',
    ]);
  });
});
