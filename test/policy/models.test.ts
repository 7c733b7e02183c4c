/** Where a run's model is, who chose it, and where the key goes: never further than its owner said. */
import { describe, expect, it } from 'vitest';
import { type JsonObject, listAt, textAt } from '../../src/kube/json.ts';
import { overlay } from '../../src/policy/effective.ts';
import { isMeant } from '../../src/policy/environment.ts';
import { isUnderBaseURL } from '../../src/policy/models.ts';
import { byName, podOf } from '../support/pods.ts';
import { instanceXr, policyXr, respondComposed, runXr } from '../support/request.ts';

const GATEWAY = 'https://llm-gateway.example.org';
const ELSEWHERE = 'https://collector.tenant.example';

interface Scopes {
  policy?: JsonObject;
  instance?: JsonObject;
  run?: JsonObject;
}

const play = ({ policy = {}, instance = {}, run = {} }: Scopes) =>
  respondComposed({ composite: runXr(run), cluster: [instanceXr(instance), policyXr(policy)] });

/** The Secret whose keys the agent gets. */
function secretOf(scopes: Scopes): string | undefined {
  const agent = byName(podOf(play(scopes)), 'agent');
  const secrets = listAt(agent, 'env').flatMap((item) => textAt(item, 'valueFrom', 'secretKeyRef', 'name') ?? []);
  return [...new Set(secrets)].join() || undefined;
}

const defaults = (model: JsonObject) => ({ defaults: { model: { authSecretRef: 'company', ...model } } });

describe('the key of a model', () => {
  it.each<[string, Scopes, string | undefined]>([
    ['is inherited', { policy: defaults({ baseURL: GATEWAY }) }, 'company'],
    [
      'is inherited with another model of the same place',
      { policy: defaults({ baseURL: GATEWAY }), run: { model: { model: 'm' } } },
      'company',
    ],
    [
      'is inherited when the same address is said again',
      { policy: defaults({ baseURL: GATEWAY }), run: { model: { baseURL: GATEWAY } } },
      'company',
    ],
    [
      'does not go to an address of the run',
      { policy: defaults({ baseURL: GATEWAY }), run: { model: { baseURL: ELSEWHERE } } },
      undefined,
    ],
    ['does not go to an address where none was', { policy: defaults({}), run: { model: { baseURL: ELSEWHERE } } }, undefined],
    [
      'does not go to an address of the instance',
      { policy: defaults({}), instance: { model: { baseURL: ELSEWHERE } } },
      undefined,
    ],
    [
      'of the instance does not go to an address of the run',
      { instance: { model: { authSecretRef: 'mine' } }, run: { model: { baseURL: ELSEWHERE } } },
      undefined,
    ],
    [
      'does not go to another provider',
      { policy: defaults({ provider: 'anthropic' }), run: { model: { provider: 'openai' } } },
      undefined,
    ],
    [
      'is the one that is named beside the address',
      { policy: defaults({}), run: { model: { baseURL: ELSEWHERE, authSecretRef: 'mine' } } },
      'mine',
    ],
    [
      'of the policy does not go elsewhere because a run names it',
      { policy: defaults({}), run: { model: { baseURL: ELSEWHERE, authSecretRef: 'company' } } },
      undefined,
    ],
    [
      'nor because an instance does',
      { policy: defaults({}), instance: { model: { baseURL: ELSEWHERE } }, run: { model: { authSecretRef: 'company' } } },
      undefined,
    ],
    [
      'of the instance goes to the address of the instance',
      { policy: defaults({}), instance: { model: { baseURL: ELSEWHERE, authSecretRef: 'mine' } } },
      'mine',
    ],
    [
      'goes to an address that the policy lists',
      { policy: { ...defaults({}), models: { baseURLs: [GATEWAY] } }, run: { model: { baseURL: `${GATEWAY}/v1` } } },
      'company',
    ],
    [
      'goes to a provider that the policy lists',
      { policy: { ...defaults({ provider: 'a' }), models: { providers: ['a', 'b'] } }, run: { model: { provider: 'b' } } },
      'company',
    ],
    [
      'does not go to another provider because the address is listed',
      {
        policy: { ...defaults({ provider: 'a', baseURL: GATEWAY }), models: { baseURLs: [GATEWAY] } },
        run: { model: { provider: 'b' } },
      },
      undefined,
    ],
    [
      'does not go to an address because its provider is listed',
      { policy: { ...defaults({}), models: { providers: ['b'] } }, run: { model: { provider: 'b', baseURL: ELSEWHERE } } },
      undefined,
    ],
  ])('%s', (_, scopes, secret) => {
    expect(secretOf(scopes)).toBe(secret);
  });

  it('is the one that is named, and not that of another Secret', () => {
    const keysOf = (model: JsonObject, run: JsonObject): string[] => {
      const agent = byName(podOf(play({ policy: { defaults: { model } }, run: { model: run } })), 'agent');
      return listAt(agent, 'env').flatMap((variable) => {
        const [name, key] = ['name', 'key'].map((field) => textAt(variable, 'valueFrom', 'secretKeyRef', field));
        return name === undefined ? [] : [`${textAt(variable, 'name')} of ${name}: ${key}`];
      });
    };
    expect(keysOf({ authSecretRef: 's', authSecretKey: 'token' }, {})).toEqual(['API_KEY of s: token']);
    expect(keysOf({ authSecretRef: 's' }, { authSecretRef: 'mine', authSecretKey: 'OPENAI_API_KEY' })).toEqual([
      'API_KEY of mine: OPENAI_API_KEY',
    ]);
    expect(keysOf({ authSecretRef: 's', authSecretKey: 'token' }, { authSecretRef: 'mine' })).toHaveLength(10);
  });

  it('is not paired with the Secret of a policy for a namespace, which has keys of its own', () => {
    const model = (of: JsonObject) => ({ defaults: { model: of } });
    const base = model({ authSecretRef: 'a', authSecretKey: 'k', provider: 'p' });
    expect(overlay(base, model({ authSecretRef: 'b' }))).toEqual(model({ authSecretRef: 'b', provider: 'p' }));
    expect(overlay(base, model({ model: 'm' }))).toEqual(
      model({ authSecretRef: 'a', authSecretKey: 'k', provider: 'p', model: 'm' }),
    );
  });

  it.each<[string, JsonObject, JsonObject, string]>([
    ['of any Secret', {}, { authSecretRef: 'db', authSecretKey: 'password' }, 'Failed'],
    ['of a Secret that is listed', { secrets: ['db'] }, { authSecretRef: 'db', authSecretKey: 'password' }, 'Running'],
    [
      'of the Secret of the policy, which says another',
      { secrets: ['s'], defaults: { model: { authSecretRef: 's', authSecretKey: 'k' } } },
      { authSecretRef: 's', authSecretKey: 'other' },
      'Failed',
    ],
    [
      'that the policy says',
      { defaults: { model: { authSecretRef: 's', authSecretKey: 'k' } } },
      { authSecretRef: 's', authSecretKey: 'k' },
      'Running',
    ],
  ])('that a tenant names, %s', (_, policy, model, phase) => {
    const { status } = play({ policy, run: { model } });
    expect(status.phase === 'Failed').toBe(phase === 'Failed');
    if (phase === 'Failed') expect(status.message).toMatch(/^spec.model.authSecretKey: /);
  });

  it('that is withheld is told once, with what to do', () => {
    const world = { policy: defaults({}), run: { model: { baseURL: ELSEWHERE } } };
    const [, warning] = play(world).results;
    expect(warning).toEqual({
      severity: 'Warning',
      reason: 'KeyWithheld',
      message:
        'The run gets no key: its model has a provider or an address of its own, and the key of the policy or the instance is for another. ' +
        'Name a Secret of your own in model.authSecretRef beside it, or ask the platform team to list it in spec.models of a SympoziumPolicy',
    });
    expect(play({ policy: defaults({}) }).results).toHaveLength(1);
  });
});

describe('spec.models', () => {
  it.each<[string, JsonObject, JsonObject, string]>([
    ['a provider that is listed', { providers: ['a'] }, { provider: 'a' }, ''],
    ['a provider that is not', { providers: ['a'] }, { provider: 'b' }, 'spec.model.provider: "b" is refused by model'],
    ['no provider', { providers: ['a'] }, {}, ''],
    ['an address that is listed', { baseURLs: [GATEWAY] }, { baseURL: `${GATEWAY}/v1` }, ''],
    [
      'an address that is not',
      { baseURLs: [GATEWAY] },
      { baseURL: ELSEWHERE },
      `spec.model.baseURL: "${ELSEWHERE}" is refused by model`,
    ],
    [
      'any address of his own',
      { tenantBaseURL: false },
      { baseURL: GATEWAY },
      `spec.model.baseURL: "${GATEWAY}" is refused by model`,
    ],
  ])('%s', (_, models, model, denied) => {
    const { status } = play({ policy: { models }, run: { model } });
    const { phase, message } = status as { phase: string; message: string };
    expect([phase, message.startsWith(denied)]).toEqual([denied === '' ? 'Preparing' : 'Failed', true]);
  });

  it('that is refused is told without the password in it', () => {
    const run = { model: { baseURL: 'https://me:hunter2pass@evil.example/v1' } };
    const { results, status } = play({ policy: { models: { tenantBaseURL: false } }, run });
    expect(JSON.stringify([results, status])).not.toContain('hunter2');
  });

  it.each<[string, string, boolean]>([
    ['https://a.example/v1', 'https://a.example', true],
    ['https://a.example', 'https://a.example/', true],
    ['https://A.example:443/v1', 'https://a.example', true],
    ['https://a.example/v1/chat', 'https://a.example/v1', true],
    ['https://a.example/v1/chat', 'https://a.example/v1/', true],
    ['https://a.example/v10', 'https://a.example/v1', false],
    ['https://a.example/v1/../v2', 'https://a.example/v1', false],
    ['https://a.example.evil.org', 'https://a.example', false],
    ['https://a.example@evil.org', 'https://a.example', false],
    ['https://user:password@a.example', 'https://a.example', false],
    ['http://a.example', 'https://a.example', false],
    ['https://a.example:8443', 'https://a.example', false],
    ['https://a.example\\@evil.org', 'https://evil.org', false],
    ['https://a.example\\@evil.org/v1', 'https://a.example', false],
    ['https://a.example/v1/..%2f..%2fadmin', 'https://a.example/v1', false],
    ['http://012.0.0.10', 'http://10.0.0.10', false],
    ['https://', 'https://a.example', false],
  ])('%s under %s: %s', (address, listed, expected) => {
    expect(isUnderBaseURL(address, listed)).toBe(expected);
  });
});

describe('the environment of a run', () => {
  const denied = (name: string, env: JsonObject = {}): boolean =>
    (play({ policy: { env }, run: { env: [{ name, value: 'x' }] } }).status as { reason?: string }).reason === 'PolicyDenied';
  it.each([
    ...['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'ANTHROPIC_BASE_URL', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'SSL_CERT_FILE'],
    ...['NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED', 'GLIBC_TUNABLES', 'BASH_ENV', 'ENV', 'NODE_OPTIONS', 'PYTHONPATH'],
    ...['PERL5OPT', 'RUBYOPT', 'JAVA_TOOL_OPTIONS', 'GIT_SSH_COMMAND', 'SYMPOZIUM_FETCH_URL_ALLOW_PRIVATE', 'TOOL_POLICY_FILE'],
    ...['MODEL_PROVIDER_HEADERS', 'GODEBUG', 'https_Proxy', 'AWS_CONFIG_FILE', 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'HOSTALIASES'],
    ...['OLLAMA_HOST', 'XDG_CONFIG_HOME', 'WORKFLOW_MEMORY_SERVER_URL', 'CLAUDE_CONFIG_DIR'],
  ])('may not hold %s', (name) => {
    expect([denied(name), denied(name, { allow: [name] })]).toEqual([true, false]);
  });

  it.each(['DEBUG', 'REPO', 'LOG_LEVEL', 'TZ', 'LANG', 'ENVIRONMENT', 'MY_PROXY_LIST', 'BASE_URLS'])('may hold %s', (name) => {
    expect([denied(name), denied(name, { deny: [name] })]).toEqual([false, true]);
  });

  it.each<[string, string, boolean]>([
    ['A_B', 'A_*', true],
    ['A', 'A*', true],
    ['BA', 'A*', false],
    ['X_PROXY', '*_PROXY', true],
    ['X_PROXY_', '*_PROXY', false],
    ['A', 'A', true],
  ])('%s is meant by %s: %s', (name, pattern, expected) => {
    expect(isMeant(name, pattern)).toBe(expected);
  });

  it.each([
    ['https://x/$(ANTHROPIC_API_KEY)', 'https://x/$$(ANTHROPIC_API_KEY)'],
    ['$(TASK)$(MINE)', '$$(TASK)$(MINE)'],
    ['$$(API_KEY)', '$$(API_KEY)'],
    ['$$$(API_KEY)', '$$$$(API_KEY)'],
    ['$$$$(API_KEY)', '$$$$(API_KEY)'],
    ['$(API_KEY', '$(API_KEY'],
  ])('carries nothing that the product sets: %s', (value, expected) => {
    const composed = play({ run: { env: [{ name: 'A', value }] } });
    const agent = byName(podOf(composed), 'agent');
    const [variable] = listAt(agent, 'env').filter((item) => textAt(item, 'name') === 'A');
    expect(textAt(variable, 'value')).toBe(expected);
  });

  it('and the text of a run that looks like a credential is told, not refused', () => {
    const task = `Use ghp_${'aB3'.repeat(12)}`;
    const { results, status } = play({ run: { task } });
    expect([status.phase, results.map(({ reason, message }) => `${reason} ${message}`)[1]]).toEqual([
      'Preparing',
      'CredentialInText spec.task: there is what looks like a GitHub token, which whoever reads the run or its Pod can read',
    ]);
  });
});
