/** Input as people have it: every form that kubectl takes, and one line that names the file for each that nothing takes. */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseAgentRun } from '../../src/api/agentrun.ts';
import type { Parsed } from '../../src/api/fault.ts';
import { parseSkillPack } from '../../src/api/skillpack.ts';
import { loadKind, loadResources, withoutTwins } from '../../src/cli/input/files.ts';
import { directoryWith } from '../support/command.ts';
import { projectPath } from '../support/project.ts';

const pack = (name: string, apiVersion = 'sympozium.ai/v1alpha1'): string =>
  `apiVersion: ${apiVersion}\nkind: SkillPack\nmetadata: {name: ${name}}\nspec: {skills: [{name: ${name}, content: Look}]}\n`;
const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

/** The names of what is read, and what is said meanwhile, without the directory. */
function readAll(files: Record<string, string | Uint8Array>, path = '') {
  const root = directoryWith(files);
  const told: string[] = [];
  const read = loadResources(join(root, path), (text) => told.push(text.replaceAll(`${root}/`, '')));
  return { names: read.map(({ metadata }) => (metadata as { name: string }).name), told };
}

describe('what is read', () => {
  it.each<[string, Record<string, string>, string[], string[]]>([
    ['a file with several documents', { 'a.yaml': `${pack('a')}---\n---\n${pack('b')}` }, ['a', 'b'], []],
    ['JSON', { 'a.json': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'j' } }) }, ['j'], []],
    [
      'a List, as kubectl get writes it, and one in it',
      {
        'a.yaml': `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: ConfigMapList, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}]}\n`,
      },
      ['a', 'b'],
      [],
    ],
    [
      'directories and what is below them, in their order, but for hidden ones and what others wrote',
      {
        'z.yml': pack('z'),
        'b/c/d.yaml': pack('d'),
        '.git/x.yaml': pack('x'),
        'node_modules/y.yaml': pack('y'),
        'README.md': 'x',
      },
      ['d', 'z'],
      [],
    ],
    [
      'what is among other things, which are skipped with a word',
      { 'chart/values.yaml': 'image: a\n', 'chart/templates/a.yaml': 'apiVersion: v1\nname: {{ .x }}\n', 'k.yaml': pack('k') },
      ['k'],
      [
        'skipped chart/templates/a.yaml: it looks like a template, which has to be rendered first',
        'skipped chart/values.yaml: it holds something that is no Kubernetes resource, which has apiVersion and kind',
      ],
    ],
  ])('is %s', (_, files, names, told) => {
    expect(readAll(files)).toEqual({ names, told });
  });
});

describe('what is not read', () => {
  it.each<[string, Record<string, string | Uint8Array>, string, RegExp]>([
    ['an empty file', { 'a.yaml': '' }, 'a.yaml', /a\.yaml: it is empty$/],
    ['UTF-16', { 'a.yaml': Uint8Array.from([0xff, 0xfe, 0x61, 0x00]) }, 'a.yaml', /a\.yaml: it is no text in UTF-8$/],
    [
      'something else',
      { 'a.yaml': 'a: b' },
      'a.yaml',
      /a\.yaml: it holds something that is no Kubernetes resource, which has apiVersion and kind$/,
    ],
    ['a directory without any', { 'a/README.md': 'x' }, '', /holds no YAML file, nor does a directory in it$/],
    ['nothing', {}, 'nowhere', /cannot read .*nowhere: there is no such file or directory$/],
    [
      'our kinds of another version, which would else be nobody’s',
      { 'a.yaml': pack('a', 'sympozium.ai/v1') },
      'a.yaml',
      /a\.yaml: SkillPack a is of apiVersion sympozium\.ai\/v1, and no cluster with this product has that: write sympozium\.ai\/v1alpha1$/,
    ],
  ])('is %s', (_, files, path, message) => {
    expect(() => readAll(files, path)).toThrow(message);
  });

  it('is a second pack or policy of a name: both files are told', () => {
    const root = directoryWith({ 'a.yaml': pack('a'), 'b.yaml': pack('a') });
    expect(() => withoutTwins(loadKind([root], 'SkillPack'))).toThrow(
      `there are two of SkillPack a: in ${join(root, 'a.yaml')} and in ${join(root, 'b.yaml')}`,
    );
  });

  it('is a file without what is asked for', () => {
    const root = directoryWith({ 'a.yaml': CONFIG_MAP });
    expect(() => loadKind([join(root, 'a.yaml')], 'SkillPack')).toThrow(/a\.yaml holds no SkillPack$/);
    expect(() => loadKind([join(root, 'a.yaml')], 'SympoziumPolicy')).toThrow(/a\.yaml holds no SympoziumPolicy$/);
  });
});

describe('the program', () => {
  const command = ['--import', projectPath('node_modules/tsx/dist/loader.mjs'), projectPath('src/cli/main.ts')];

  it('reads standard input as -', async () => {
    const child = spawn(process.execPath, [...command, 'lint', '-']);
    child.stdin.end(pack('piped'));
    const [output, code] = await Promise.all([
      new Promise<string>((resolve) => {
        let text = '';
        child.stdout.on('data', (chunk) => {
          text += String(chunk);
        });
        child.stdout.on('end', () => resolve(text));
      }),
      new Promise((resolve) => child.on('exit', resolve)),
    ]);
    expect([code, output.split(':')[0]]).toEqual([0, 'SkillPack piped']);
  });

  it('takes every policy it is given', async () => {
    const policy = (name: string) =>
      `apiVersion: sympozium.ai/v1alpha1\nkind: SympoziumPolicy\nmetadata: {name: ${name}}\nspec: {images: {requireDigest: true}}\n`;
    const root = directoryWith({
      'pack.yaml':
        'apiVersion: sympozium.ai/v1alpha1\nkind: SkillPack\nmetadata: {name: a}\nspec: {skills: [{name: a, content: Look}], sidecar: {image: "a:1"}}\n',
      'default.yaml': policy('default'),
      'team.yaml': policy('ns.team'),
    });
    const args = [
      'lint',
      join(root, 'pack.yaml'),
      '-p',
      join(root, 'default.yaml'),
      '-p',
      join(root, 'team.yaml'),
      '--output',
      'json',
    ];
    const failed = await promisify(execFile)(process.execPath, [...command, ...args]).catch((error: { stdout: string }) => error);
    const [{ findings }] = JSON.parse(failed.stdout) as [{ findings: { policy?: string; rule: string }[] }];
    const refusedBy = findings.filter(({ rule }) => rule === 'image-digest').map((finding) => finding.policy);
    expect(refusedBy).toEqual(['default', 'ns.team']);
  });

  it('ends quietly where nobody reads on, and tells its version', async () => {
    const line = [process.execPath, ...command, 'render'].map((part) => `'${part}'`).join(' ');
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', `${line} | head -n 1`]);
    expect([stdout, stderr]).toEqual(['---\n', '']);
    const version = await promisify(execFile)(process.execPath, [...command, '--version']);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('YAML that is none is told where and how', () => {
  it.each([
    ['a:\n  b: c\n   d: e\n', ':3:1: the line is not below the line above: begin it in the same column'],
    ['task: Look: at it\n', ':1:7: a text with a colon and a space in it has to be quoted, or to stand below its key after |'],
    ['a: "x\nb: c\n', ':3:1: a quote that was opened before is not closed'],
    ['a:\n\tb: c\n', ':2:1: the line begins with a tab, and YAML takes spaces only'],
    ['a: 1\nb: 2\na: 3\n', ':3:1: the key a stands twice in one map'],
    ['a: [1\n', ':2:1: a bracket or brace that was opened before is not closed'],
    ['- a\nb: c\n', ':2:1: this does not go with the lines above'],
    ["a: 'it's'\n", ':1:8: this does not go with the lines above'],
    ['%YAML 1.1 x\n--- a\n', ':1:1: %YAML directive should contain exactly one part'],
  ])('%j', (text, message) => {
    const root = directoryWith({ 'a.yaml': text });
    expect(() => loadResources(join(root, 'a.yaml'))).toThrow(`cannot read ${join(root, 'a.yaml')}${message}`);
  });
});

describe('what people write as they know it is answered with where it stands here', () => {
  const faultsOf = (parsed: Parsed<unknown>): string[] =>
    parsed.ok ? [] : parsed.faults.map(({ path, rule }) => `${path}: ${rule}`);
  const named = { apiVersion: 'sympozium.ai/v1alpha1', kind: 'SkillPack', metadata: { name: 'a' } };

  it('the resources of a container', () => {
    const sidecar = { image: 'a:1', resources: { limits: { cpu: '1' } } };
    expect(faultsOf(parseSkillPack({ ...named, spec: { skills: [{ name: 'a', content: 'x' }], sidecar } }))).toEqual([
      'spec.sidecar.resources.limits: must not be set: cpu and memory stand directly below resources, and are request and limit at once',
    ]);
  });

  it('a run without a name, which a cluster would make of generateName', () => {
    const run = {
      ...named,
      kind: 'AgentRun',
      metadata: { generateName: 'a-', namespace: 'team-a' },
      spec: { instanceRef: 'sre' },
    };
    expect(faultsOf(parseAgentRun(run))).toEqual(['metadata.name: must be set: only a cluster makes a name of generateName']);
  });
});
