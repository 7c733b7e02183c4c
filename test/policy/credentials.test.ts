/** Credentials in what people and agents read: told, and never refused. */
import { describe, expect, it } from 'vitest';
import type { SkillPackStatus } from '../../src/api/generated/types.ts';
import { lintPack } from '../../src/cli/check/pack.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { findCredentialsInTexts } from '../../src/policy/credentials/credentials.ts';
import { effectivePolicies } from '../../src/policy/findings.ts';
import { packXr, policyXr, respondComposed } from '../support/request.ts';

const TOKEN = `ghp_${'a'.repeat(36)}`;
const DSN = 'postgres://u:hunter22@db/x';
const skill = (fields: JsonObject): JsonObject => ({
  name: 'talk',
  description: 'To talk',
  content: 'Talk',
  ...fields,
});
const permits = (...allow: string[]): JsonObject => policyXr({ credentials: { allow } });

describe('the texts of a run', () => {
  it.each<[string, unknown, { path: string; found: string }[]]>([
    ['nothing', {}, []],
    ['texts that are not set', { task: undefined, systemPrompt: undefined }, []],
    ['prose', { task: 'Rotate the token of GitHub', systemPrompt: 'Never print a password' }, []],
    ['a token in the task', { task: `Push with ${TOKEN}` }, [{ path: 'spec.task', found: 'what looks like a GitHub token' }]],
    [
      'one in each',
      { task: TOKEN, systemPrompt: `Use ${DSN}` },
      [
        { path: 'spec.task', found: 'what looks like a GitHub token' },
        { path: 'spec.systemPrompt', found: 'what looks like a URL with a password' },
      ],
    ],
  ])('%s', (_, texts, found) => {
    expect(findCredentialsInTexts(texts, 'spec', {})).toEqual(found);
  });

  it('are not told where the policy permits them', () => {
    const policy = { credentials: { allow: ['spec.task'] } };
    expect(findCredentialsInTexts({ task: TOKEN, systemPrompt: TOKEN }, 'spec', policy)).toEqual([
      { path: 'spec.systemPrompt', found: 'what looks like a GitHub token' },
    ]);
  });

  it('may hold what is no text', () => {
    expect(findCredentialsInTexts({ a: [1, null, true, [DSN]] }, 'x', {})).toEqual([
      { path: 'x.a[3][0]', found: 'what looks like a URL with a password' },
    ]);
  });
});

describe('the texts of a pack', () => {
  const WARNING = {
    rule: 'credential-in-text',
    path: 'SkillPack/p spec.skills[0].content',
    message: 'what looks like a GitHub token: whoever reads the pack or its ConfigMaps reads it too, and the agent may repeat it',
    fix: 'put it into a Secret that secretRef names; where it is none, "SkillPack/p spec.skills[0].content" in spec.credentials.allow of a policy keeps it from being told',
  };
  const spoken = packXr('p', { skills: [skill({ content: `Push with ${TOKEN}` })] });

  it('are a warning of lint', () => {
    expect(lintPack(spoken, effectivePolicies([]))).toEqual([{ severity: 'warning', ...WARNING }]);
  });

  it.each<[string, JsonObject]>([
    ['skills[0].description', { skills: [skill({ description: DSN })] }],
    ['skills[0].content', { skills: [skill({ content: DSN })] }],
    ['skills[0].files[0].content', { skills: [skill({ files: [{ path: 'a', content: DSN }] })] }],
    ['skills[0].requires.bins[0]', { skills: [skill({ requires: { bins: [DSN] } })] }],
    ['version', { skills: [skill({})], version: DSN }],
  ])('are told of %s', (path, spec) => {
    const findings = lintPack(packXr('p', spec), effectivePolicies([]));
    expect(findings.map((finding) => `${finding.severity} ${finding.path}`)).toEqual([`warning SkillPack/p spec.${path}`]);
  });

  it('are not other bytes that stand in base64, which looks like many a credential', () => {
    const bytes = Buffer.from([0xff, ...Buffer.from(TOKEN)]).toString('base64');
    const files = [
      { path: 'a', contentBase64: bytes },
      { path: 'b', contentBase64: TOKEN.slice(-36) },
    ];
    expect(lintPack(packXr('p', { skills: [skill({ files })] }), effectivePolicies([]))).toEqual([]);
  });

  it('are told of what base64 holds, and of a field that is only called so', () => {
    const files = [{ path: 'a', contentBase64: Buffer.from(`token=${TOKEN}\n`).toString('base64') }];
    const properties = { contentBase64: { type: 'string', description: TOKEN } };
    const tools = [{ name: 't', description: 'd', exec: ['t'], parameters: { type: 'object', properties } }];
    const pack = packXr('p', { skills: [skill({ files, metadata: { contentBase64: TOKEN } })], sidecar: { image: 'i', tools } });
    const found = lintPack(pack, effectivePolicies([])).filter(({ rule }) => rule.startsWith('credential'));
    expect(found.map(({ path }) => path).sort()).toEqual([
      'SkillPack/p spec.sidecar.tools[0].parameters.properties.contentBase64.description',
      'SkillPack/p spec.skills[0].files[0].contentBase64',
      'SkillPack/p spec.skills[0].metadata.contentBase64',
    ]);
  });

  it('are not told where every policy permits them', () => {
    const lint = (...policies: JsonObject[]): number => lintPack(spoken, effectivePolicies(policies)).length;
    const other = policyXr({ credentials: { allow: [] } }, 'ns.team-b');
    expect([lint(permits(WARNING.path)), lint(permits('spec.skills[0].content')), lint(permits(WARNING.path), other)]).toEqual([
      0, 1, 1,
    ]);
  });

  it('are findings in the status, behind what is refused', () => {
    const composite = packXr('p', {
      skills: [skill({ content: `Push with ${TOKEN}` })],
      sidecar: { image: 'i', args: [DSN] },
    });
    const { findings } = respondComposed({ composite }).status as SkillPackStatus;
    const path = 'SkillPack/p spec.sidecar.args[0]';
    expect(findings).toEqual([
      {
        policy: 'built-in',
        rule: 'credential',
        path,
        message: `what looks like a URL with a password: whoever reads the object, its events or its Pod reads it too; put it into a Secret that secretRef or model.authSecretRef names; where it is none, "${path}" in spec.credentials.allow permits it`,
      },
      { rule: WARNING.rule, path: WARNING.path, message: `${WARNING.message}; ${WARNING.fix}` },
    ]);
  });
});
