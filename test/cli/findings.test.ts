/** Findings in every form: for people, for programs, for code scanning, for GitHub and for what reads JUnit. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Checked, Finding } from '../../src/cli/check/finding.ts';
import { suggestField } from '../../src/cli/check/hints.ts';
import { FORMATS } from '../../src/cli/check/report.ts';
import { validate } from '../../src/cli/check/validate.ts';
import { loadResources } from '../../src/cli/input/files.ts';
import { sortResources } from '../../src/cli/input/load.ts';
import { placeOf } from '../../src/cli/input/places.ts';
import { directoryWith, skillpack } from '../support/command.ts';

const FINDING: Finding = {
  resource: 'SkillPack a',
  file: 'packs/a b.yaml',
  line: 7,
  column: 3,
  severity: 'high',
  policy: 'default',
  rule: 'limit',
  path: 'spec.sidecar',
  message: 'it is <100%> too "large" & more,\u0007 too',
  fix: 'ask: for less',
};
const CHECKED: Checked[] = [
  {
    resource: 'SkillPack a',
    file: 'packs/a b.yaml',
    line: 1,
    column: 1,
    findings: [FINDING, { ...FINDING, severity: 'info', rule: 'tool', path: '', fix: '' }],
  },
  { resource: 'SkillPack b', file: 'b.yaml', line: 1, column: 1, findings: [] },
];

describe('findings', () => {
  it('are lines for people', () => {
    expect(FORMATS.text(CHECKED)).toBe(
      [
        'SkillPack a: 2 found',
        '  packs/a b.yaml:7:3  high  limit (default)  spec.sidecar',
        '    it is <100%> too "large" & more,\\u0007 too',
        '    fix: ask: for less',
        '  packs/a b.yaml:7:3  info  tool (default)',
        '    it is <100%> too "large" & more,\\u0007 too',
        'SkillPack b: nothing found',
        '',
      ].join('\n'),
    );
  });

  it('are JSON as they are', () => {
    expect(JSON.parse(FORMATS.json(CHECKED))).toEqual(CHECKED);
  });

  it('are commands of GitHub, each in one line', () => {
    expect(FORMATS.github(CHECKED)).toBe(
      '::error file=packs/a b.yaml,line=7,col=3,title=limit spec.sidecar::it is <100%25> too "large" & more,\\u0007 too%0Afix: ask: for less\n' +
        '::notice file=packs/a b.yaml,line=7,col=3,title=tool::it is <100%25> too "large" & more,\\u0007 too\n',
    );
  });

  it('are a report of JUnit, in which only what is refused fails', () => {
    expect(FORMATS.junit(CHECKED)).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites tests="2" failures="1">',
        '  <testsuite name="skillpack" tests="2" failures="1">',
        '    <testcase classname="packs/a b.yaml" name="SkillPack a">',
        '      <failure>packs/a b.yaml:7:3 high limit spec.sidecar: it is &lt;100%&gt; too &quot;large&quot; &amp; more,\ufffd too; fix: ask: for less',
        'packs/a b.yaml:7:3 info tool: it is &lt;100%&gt; too &quot;large&quot; &amp; more,\ufffd too</failure>',
        '    </testcase>',
        '    <testcase classname="b.yaml" name="SkillPack b">',
        '    </testcase>',
        '  </testsuite>',
        '</testsuites>',
        '',
      ].join('\n'),
    );
  });

  it('are SARIF', () => {
    const message = 'it is <100%> too "large" & more,\u0007 too';
    const locations = [
      { physicalLocation: { artifactLocation: { uri: 'packs/a%20b.yaml' }, region: { startLine: 7, startColumn: 3 } } },
    ];
    expect(JSON.parse(FORMATS.sarif(CHECKED))).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'skillpack',
              rules: [
                { id: 'limit', defaultConfiguration: { level: 'error' } },
                { id: 'tool', defaultConfiguration: { level: 'note' } },
              ],
            },
          },
          results: [
            {
              ruleId: 'limit',
              ruleIndex: 0,
              level: 'error',
              message: { text: `SkillPack a spec.sidecar: ${message}; fix: ask: for less` },
              locations,
            },
            { ruleId: 'tool', ruleIndex: 1, level: 'note', message: { text: `SkillPack a: ${message}` }, locations },
          ],
        },
      ],
    });
  });
});

describe('a field', () => {
  it.each([
    ['AgentRun', 'spec.taks', 'did you mean task?'],
    ['XAgentRun', 'spec.Task', 'did you mean task?'],
    ['AgentRun', 'spec.skills[0].skillpackRef', 'did you mean skillPackRef?'],
    ['AgentRun', 'spec.baseURL', 'did you mean spec.model.baseURL?'],
    ['SkillPack', 'spec.sidecar.requireServer', 'did you mean requiresServer?'],
    ['SkillPack', 'spec.hostPID', 'did you mean spec.sidecar.hostAccess.hostPID?'],
    ['SkillPack', 'spec.somethingElse', undefined],
    ['ConfigMap', 'data.a', undefined],
  ])('of %s that does not exist, %s: %s', (kind, path, hint) => {
    expect(suggestField(kind, path)).toBe(hint);
  });
});

describe('a place', () => {
  const text = `# a comment
apiVersion: v1
kind: List
items:
- apiVersion: sympozium.ai/v1alpha1
  kind: SkillPack
  metadata: {name: a}
  spec:
    skills:
    - name: a
      metadata:
        example.org/a.b: c
---
{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"},
 "data": {"x": "y"}}
`;
  const [pack = {}, configMap = {}] = loadResources(`${directoryWith({ 'a.yaml': text })}/a.yaml`);

  it.each([
    [pack, '', 5, 3],
    [pack, 'spec.skills[0].name', 10, 7],
    [pack, 'spec.skills[0].metadata.example.org/a.b', 12, 9],
    [pack, 'spec.skills[0].content', 10, 7],
    [pack, 'spec.skills[7]', 9, 5],
    [pack, 'metadata.name', 7, 14],
    [configMap, 'data.x', 15, 11],
    [{}, 'a', 1, 1],
  ])('is that of a field, or of the nearest one above it: %#', (resource, path, line, column) => {
    expect(placeOf(resource, path)).toMatchObject({ line, column });
  });
});

describe('validate', () => {
  const HEAD = 'apiVersion: sympozium.ai/v1alpha1\n';
  const files = {
    'run.yaml': `${HEAD}kind: AgentRun\nmetadata: {name: a, namespace: team}\nspec: {instanceRef: i, task: Look.}\n`,
    'instance.yaml': `${HEAD}kind: SympoziumInstance\nmetadata: {name: i, namespace: team}\nspec: {skills: [{skillPackRef: p}]}\n`,
    'pack.yaml': `${HEAD}kind: SkillPack\nmetadata: {name: p}\nspec:\n  skills: [{name: p, description: Looks., content: Look.}]\n  sidecar:\n    image: example.org/p:1\n    rbac: [{apiGroups: [""], resources: [pods], verbs: ["*"]}]\n`,
    'broken.yaml': 'a: [',
  };

  it('tells what is refused of a run in the pack that asks for it, and what is no YAML beside it', async () => {
    const ran = await skillpack(['validate', '.', '--output', 'json'], { cwd: directoryWith(files) });
    const found = (JSON.parse(ran.stdout) as Checked[]).flatMap(({ findings }) =>
      findings.map(({ resource, file, line, column, severity, rule, path }) => ({
        resource,
        file,
        line,
        column,
        severity,
        rule,
        path,
      })),
    );
    const denied = { file: 'pack.yaml', line: 8, severity: 'critical', rule: 'wildcard-rights' };
    expect([ran.code, found]).toEqual([
      1,
      [
        { resource: 'File', file: 'broken.yaml', line: 1, column: 5, severity: 'error', rule: 'yaml', path: '' },
        { resource: 'SympoziumInstance team/i', ...denied, column: 49, path: 'SkillPack/p spec.sidecar.rbac[0].verbs' },
        { resource: 'SkillPack p', ...denied, column: 49, path: 'spec.sidecar.rbac[0].verbs' },
        { resource: 'AgentRun team/a', ...denied, column: 49, path: 'SkillPack/p spec.sidecar.rbac[0].verbs' },
      ],
    ]);
  });

  const judged = async (given: Record<string, string>, ...args: string[]) => {
    const cwd = directoryWith(given);
    mkdirSync(join(cwd, 'linked'));
    // A link that leads somewhere, and one that leads back.
    symlinkSync('../more', join(cwd, 'linked/more'));
    symlinkSync('.', join(cwd, 'linked/again'));
    const { code, stdout } = await skillpack(['validate', ...args, '--output', 'json'], { cwd });
    const findings = (JSON.parse(stdout) as Checked[]).flatMap((each) => each.findings);
    return { code, found: findings.map(({ resource, file, line, rule, path }) => `${resource} ${file}:${line} ${rule} ${path}`) };
  };
  const good = {
    ...files,
    'broken.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n',
    'pack.yaml': files['pack.yaml'].replace('"*"', 'get'),
  };
  const policy = (spec: string): string => `${HEAD}kind: SympoziumPolicy\nmetadata: {name: default}\nspec: ${spec}\n`;

  it.each<[string, Record<string, string>, string[], string[]]>([
    [
      'a policy that nobody can read, wherever it comes from',
      { ...good, 'p/policy.yaml': policy('{image: {}}') },
      ['run.yaml', '-e', 'p', '-e', 'instance.yaml', '-e', 'pack.yaml'],
      ['AgentRun team/a run.yaml:1 PolicyInvalid ', 'SympoziumPolicy default p/policy.yaml:4 schema spec.image'],
    ],
    ['a policy that is no YAML', { ...good, 'p/policy.yaml': 'a: [' }, ['pack.yaml', '-e', 'p'], ['File p/policy.yaml:1 yaml ']],
    [
      'what an instance says and a policy refuses, at the instance',
      {
        ...good,
        'policy.yaml': policy('{limits: {timeout: 1h}}'),
        'instance.yaml': files['instance.yaml'].replace('spec: {', 'spec: {timeout: 2h, '),
      },
      ['.'],
      ['SympoziumInstance team/i instance.yaml:4 limit spec.timeout', 'AgentRun team/a instance.yaml:4 limit spec.timeout'],
    ],
    [
      'labels that the API server does not take',
      { ...good, 'run.yaml': files['run.yaml'].replace('namespace: team', 'namespace: team, labels: {a: 5, "b!": c, d: "e f"}') },
      ['.'],
      [
        'AgentRun team/a run.yaml:3 schema metadata.labels.a',
        'AgentRun team/a run.yaml:3 schema metadata.labels.b!',
        'AgentRun team/a run.yaml:3 schema metadata.labels.d',
      ],
    ],
    [
      'a pack below a link',
      { ...good, 'more/p.yaml': files['pack.yaml'].replace('name: p}', 'name: q}') },
      ['linked'],
      ['SkillPack q linked/more/p.yaml:8 wildcard-rights spec.sidecar.rbac[0].verbs'],
    ],
    [
      'two of a kind that has no namespace',
      { ...good, 'other.yaml': good['pack.yaml'].replace('name: p}', 'name: p, namespace: a}') },
      ['.'],
      ['File pack.yaml:1 file '],
    ],
    [
      'what is refused beside a field with a dot in its name',
      { 'pack.yaml': files['pack.yaml'].replace('  sidecar:', '  a.b: 1\n  sidecar:') },
      ['pack.yaml'],
      ['SkillPack p pack.yaml:9 wildcard-rights spec.sidecar.rbac[0].verbs', 'SkillPack p pack.yaml:6 schema spec.a.b'],
    ],
    [
      'an entry of a List that is none',
      { 'a.yaml': 'apiVersion: v1\nkind: List\nitems:\n- kind: SkillPack\n' },
      ['.'],
      ['File a.yaml:4 file '],
    ],
    [
      'a text of many megabytes',
      {
        ...good,
        'pack.yaml': files['pack.yaml'].replace(
          'content: Look.',
          `content: Look., files: [{path: a, contentBase64: ${'QUFB'.repeat(1_600_000)}}]`,
        ),
      },
      ['pack.yaml'],
      ['SkillPack p pack.yaml:1 too-large '],
    ],
  ])('reports %s', async (_, given, args, found) => {
    const ran = await judged(given, ...args);
    expect(ran).toEqual({ code: 1, found });
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['a file by two names', good, ['./run.yaml', '-e', '.']],
    [
      'Compositions of others, and functions',
      {
        ...good,
        'c.yaml':
          'apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nmetadata: {name: a}\nspec: {compositeTypeRef: {apiVersion: e.org/v1, kind: XDb}}\n---\napiVersion: pkg.crossplane.io/v1\nkind: Function\nmetadata: {name: other}\n',
      },
      ['.'],
    ],
    [
      'a List whose entries leave out their kind',
      {
        ...good,
        'pack.yaml': `${HEAD}kind: SkillPackList\nitems:\n- metadata: {name: p}\n  spec: {skills: [{name: p, description: Looks., content: Look.}]}\n`,
      },
      ['.'],
    ],
    ['an empty file among others', { ...good, 'empty.yaml': '' }, ['.']],
  ])('takes %s', async (_, given, args) => {
    expect(await judged(given, ...args)).toEqual({ code: 0, found: [] });
  });

  it('lets no name of a file or a field be what a terminal or GitHub obeys', async () => {
    const cwd = directoryWith({
      'pack.yaml': `${HEAD}kind: SkillPack\nmetadata: {name: "a\\e[31m\\n::error::b"}\nspec: {"c\\n::error::d": 1}\n`,
      'e\u001b[31m.yaml': 'a: 1\n',
    });
    for (const output of ['text', 'github']) {
      const { stdout, stderr } = await skillpack(['validate', '.', '--output', output], { cwd });
      const lines = `${stdout}${stderr}`.split('\n');
      expect(lines.filter((line) => line.includes('\u001b') || line.startsWith('::error::'))).toEqual([]);
    }
  });

  it('takes a claim as what Crossplane makes of it', () => {
    const root = directoryWith({ ...files, 'broken.yaml': '', 'pack.yaml': files['pack.yaml'].replace('"*"', 'get') });
    const pool = sortResources(['run', 'instance', 'pack'].flatMap((name) => loadResources(`${root}/${name}.yaml`)));
    for (const configuration of ['direct', 'namespaced', 'claims'] as const)
      expect(validate(pool, [], { configuration }).map(({ resource, findings }) => [resource, findings])).toEqual([
        ['AgentRun team/a', []],
        ['SympoziumInstance team/i', []],
        ['SkillPack p', []],
      ]);
  });

  it('only tells what is missing where that is in the cluster', async () => {
    const cwd = directoryWith({ 'run.yaml': files['run.yaml'] });
    const [strict, lenient] = await Promise.all([
      skillpack(['validate', '.'], { cwd }),
      skillpack(['validate', '.', '--ignore-missing'], { cwd }),
    ]);
    expect([strict.code, lenient.code]).toEqual([1, 0]);
    expect(lenient.stdout).toBe(
      'AgentRun team/a: 1 found\n  run.yaml:4:8  info  missing  spec.instanceRef\n    SympoziumInstance i does not exist in namespace team: create it there, or correct spec.instanceRef\n    fix: nothing to do where it is in the cluster\n',
    );
  });
});
