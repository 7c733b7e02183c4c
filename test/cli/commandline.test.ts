/** The command line: what it prints, and one clear line for each mistake. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RenderFiles } from '../../src/cli/input/load.ts';
import { readYaml, writeYaml } from '../../src/cli/input/yaml.ts';
import { render } from '../../src/cli/preview/render.ts';
import type { Simulated } from '../../src/cli/preview/simulate.ts';
import { type JsonObject, listAt, textAt, valueAt } from '../../src/kube/json.ts';
import { directoryWith, type Ran, skillpack } from '../support/command.ts';
import { loadOne, readExample } from '../support/examples.ts';
import { projectPath, readDocuments, readText } from '../support/project.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const XR = projectPath('examples/k8s-ops/xr.yaml');
const COMPOSITION = projectPath('package/claims/apis/agentrun/composition.yaml');
const FUNCTIONS = projectPath('examples/functions.yaml');
const EXAMPLE: RenderFiles = {
  paths: [XR, COMPOSITION, FUNCTIONS],
  required: [projectPath('examples/packs'), projectPath('examples/k8s-ops/required.yaml')],
};
const directory = temporaryDirectory();
const NOW = new Date('2026-01-01T12:00:00Z');

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const run = (...args: string[]): Promise<Ran> => skillpack(args, { cwd: directory });

describe('the command line', () => {
  it('without files prints the example first-run, wherever it is called from', async () => {
    const { code, stdout, stderr } = await run('render');
    expect([code, stderr, stdout]).toEqual([0, '', readText('examples/first-run/expected.txt')]);
  });

  it('prints results with -r, and takes observed resources', async () => {
    const observed = file('observed.yaml', readText('examples/k8s-ops/expected.txt').split('---\n').slice(2).join('---\n'));
    const args = [...EXAMPLE.paths, ...EXAMPLE.required.flatMap((path) => ['-e', path])];
    const { code, stdout } = await run('render', ...args, '-o', observed, '-r', '--now', '2026-01-01T12:00:00Z');
    const documents = readYaml(stdout, 'stdout');
    expect(code).toBe(0);
    // The Objects exist and nothing is known of them yet, so the start is not decided.
    expect(valueAt(documents[0], 'status', 'workloadName')).toBeUndefined();
    expect(documents.map((document) => textAt(document, 'kind'))).toEqual(['XAgentRun', ...Array(7).fill('Object'), 'Result']);
  });

  it('exits with 2 and one line where it cannot do what it is asked', async () => {
    expect(await run('render', 'nowhere.yaml', 'b', 'c')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'skillpack: cannot read nowhere.yaml: there is no such file or directory\n',
    });
  });

  it('takes the one run that is named, with its namespace or without', async () => {
    const run = (namespace: string): string =>
      `apiVersion: sympozium.ai/v1alpha1\nkind: AgentRun\nmetadata: {name: r, namespace: ${namespace}}\nspec: {instanceRef: i}\n`;
    const cwd = directoryWith({ 'runs.yaml': `${run('a')}---\n${run('b')}` });
    const named = async (...args: string[]) => {
      const { code, stdout } = await skillpack(['render', 'runs.yaml', ...args], { cwd });
      return [code, (readYaml(stdout, 'stdout') as JsonObject[]).map((item) => textAt(item, 'metadata', 'namespace'))];
    };
    expect([await named(), await named('--run', 'r'), await named('--run', 'b/r'), await named('--run', 'c/r')]).toEqual([
      [0, ['a', 'b']],
      [0, ['a', 'b']],
      [0, ['b']],
      [2, []],
    ]);
  });

  it('is strict with what is refused or waits, and not with what has begun', async () => {
    const example = (name: string): string[] => {
      const { files } = readExample(name);
      return [
        'render',
        ...files.paths,
        ...files.required.flatMap((path) => ['-e', path]),
        ...(files.observed === undefined ? [] : ['-o', files.observed]),
        '--strict',
      ];
    };
    for (const name of ['phase-running', 'phase-succeeded', 'phase-failed', 'phase-cancelled', 'phase-serving', 'direct-run'])
      expect([name, (await run(...example(name))).code]).toEqual([name, 0]);
    for (const name of ['missing-pack', 'invalid-run', 'phase-pending'])
      expect([name, (await run(...example(name))).code]).toEqual([name, 1]);
  });

  it('gives a claim its own identity, whatever it says', async () => {
    const cwd = directoryWith({
      'run.yaml':
        'apiVersion: sympozium.ai/v1alpha1\nkind: AgentRun\nmetadata: {name: r, namespace: a}\nspec: {instanceRef: i, claimRef: {namespace: b, name: x}}\n',
    });
    const { stdout } = await skillpack(['render', 'run.yaml', '--configuration', 'claims'], { cwd });
    expect(textAt(readYaml(stdout, 'stdout')[0], 'status', 'message')).toMatch(
      /SympoziumInstance i does not exist in namespace a/,
    );
  });

  it('plays scenarios, as text or as JSON', async () => {
    const paths = ['examples/direct-run/xr.yaml', '-e', 'examples/packs', '-e', 'examples/direct-run/required.yaml'].map(
      (path) => (path === '-e' ? path : projectPath(path)),
    );
    expect(await run('simulate', ...paths)).toEqual({
      code: 0,
      stdout: readText('test/simulations/direct/success.txt'),
      stderr: '',
    });
    const { code, stdout } = await run('simulate', '--scenario', 'cancel', '--output', 'json');
    const { scenario, end, rights, left } = JSON.parse(stdout) as Simulated;
    expect([code, scenario, end.phase, rights.length, left]).toEqual([0, 'cancel', 'Cancelled', 1, []]);
    expect(await run('simulate', '-s', 'magic')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/argument 'magic' is invalid. Allowed choices are success, failure,/),
    });
  });

  it('imports a folder, or exits with 1 and prints no pack, and exports what it printed', async () => {
    const folder = join(temporaryDirectory(), 'greet');
    mkdirSync(folder);
    writeFileSync(join(folder, 'SKILL.md'), '---\nname: greet\ndescription: Greets.\n---\nSay hello.\n');
    const imported = await run('import', folder);
    expect([imported.code, imported.stdout.split('\n').slice(0, 4), imported.stderr.split('\n')[0]]).toEqual([
      0,
      ['---', 'apiVersion: sympozium.ai/v1alpha1', 'kind: SkillPack', 'metadata:'],
      expect.stringMatching(/^greet: 1 file, 52 bytes, sha256:/),
    ]);
    const out = join(temporaryDirectory(), 'out');
    const exported = await run('export', file('greet.yaml', imported.stdout), '-o', out);
    expect([exported, readFileSync(join(out, 'greet/SKILL.md'), 'utf8')]).toEqual([
      { code: 0, stdout: '', stderr: `${join(out, 'greet')}\n` },
      '---\nname: greet\ndescription: Greets.\n---\nSay hello.\n',
    ]);
    writeFileSync(join(folder, 'SKILL.md'), 'Say hello.\n');
    expect(await run('import', folder)).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: ${join(folder, 'SKILL.md')}:1: must begin with its fields between two lines ---\n`,
    });
  });

  it('lints packs, under a policy and without, and exits with 1 when something is refused', async () => {
    const warned = await run('lint', projectPath('examples/packs/k8s-ops.yaml'));
    expect(warned).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(
        /^SkillPack k8s-ops: 2 found\n {2}\S+examples\/packs\/k8s-ops\.yaml:19:5 {2}warning {2}sleeping-sidecar {2}spec.sidecar.command\n {4}"sleep infinity" takes .*\n {4}fix: .*\n {2}\S+:22:9 {2}warning {2}kubeconfig /,
      ),
    });
    const pack = projectPath('test/packs/web-endpoint.yaml');
    const refused = await run('lint', pack, '--output', 'json');
    expect([refused.code, JSON.parse(refused.stdout)]).toEqual([
      1,
      [
        {
          resource: 'SkillPack web-endpoint',
          ...{ file: pack, line: expect.any(Number), column: 1 },
          findings: [expect.objectContaining({ severity: 'high', policy: 'built-in', rule: 'sympozium' })],
        },
      ],
    ]);
    const policy = file(
      'policy.yaml',
      'apiVersion: sympozium.ai/v1alpha1\nkind: SympoziumPolicy\nmetadata: {name: default}\nspec: {rights: {allow: [{scope: Namespace, apiGroups: [sympozium.ai], resources: [agentruns], verbs: [create]}]}}\n',
    );
    expect((await run('lint', pack, '-p', policy)).stdout).toBe('SkillPack web-endpoint: nothing found\n');
    expect(await run('lint', policy)).toMatchObject({ code: 2, stderr: `skillpack: ${policy} holds no SkillPack\n` });
    expect(await run('lint', pack, '-p', pack)).toMatchObject({
      code: 2,
      stderr: `skillpack: ${pack} holds no SympoziumPolicy\n`,
    });
  });

  const bucket = file('bucket.yaml', 'apiVersion: example.org/v1\nkind: XBucket\nmetadata: {name: a}\n');
  const composition = readText('package/claims/apis/agentrun/composition.yaml');
  const mistakes: [string, Partial<RenderFiles>, RegExp][] = [
    [
      'YAML that is none',
      { paths: [file('broken.yaml', 'a: ['), COMPOSITION, FUNCTIONS] },
      /cannot read .*broken\.yaml:1:5: a bracket or brace that was opened before is not closed/,
    ],
    [
      'an alias that names nothing',
      { paths: [file('alias.yaml', 'a: *b'), COMPOSITION, FUNCTIONS] },
      /cannot read .*alias\.yaml:1:1: an alias refers to nothing: a text that begins with \* has to be quoted$/,
    ],
    [
      'YAML that is no resource',
      { paths: [file('list.yaml', '- a'), COMPOSITION, FUNCTIONS] },
      /list\.yaml: it holds something that is no Kubernetes resource, which has apiVersion and kind$/,
    ],
    [
      'nothing of this product',
      { paths: [bucket] },
      /the files must hold what is to be rendered, an AgentRun, .*: they hold XBucket a$/,
    ],
    [
      'a Composition of another kind',
      { paths: [XR, projectPath('package/claims/apis/skillpack/composition.yaml')] },
      /composition.yaml is for SkillPack of sympozium.ai\/v1alpha1, and XAgentRun check-deployments-x7k2p is of sympozium.ai\/v1alpha1$/,
    ],
    ['an empty directory', { required: [temporaryDirectory()] }, /holds no YAML file/],
    [
      'an observed resource without its name',
      { observed: bucket },
      /an observed resource needs the annotation crossplane.io\/composition-resource-name/,
    ],
    [
      'a pipeline of another function',
      {
        paths: [XR, file('other.yaml', composition.replace('name: function-skillpack', 'name: function-other'))],
      },
      /step skillpack calls function-other, but this program is function-skillpack: Crossplane's own render runs other functions/,
    ],
  ];
  it.each(mistakes)('names the mistake: %s', (_, files, message) => {
    expect(() => loadOne({ ...EXAMPLE, ...files })).toThrow(message);
  });

  it('fails with the message of a fatal result', () => {
    const input = { ...loadOne(EXAMPLE), input: { apiVersion: 'v1', kind: 'Settings' } };
    expect(() => render(input, NOW)).toThrow(
      'cannot read the function input: input.apiVersion: must be skillpack.fn.crossplane.io/v1beta1, found "v1"',
    );
  });

  it('keeps a uid that the composite has', () => {
    const input = loadOne(EXAMPLE);
    const withUid = { ...input.composite, metadata: { name: 'run', uid: 'uid-1' } };
    const { composite } = render({ ...input, composite: withUid }, NOW);
    expect(textAt(composite, 'status', 'runId')).toBe('run-4a49acf8');
  });
});

describe('YAML', () => {
  it.each([
    ['yes', true],
    ['NO', false],
    ['on', true],
    ['y', true],
    ['0644', 420],
    ['1_000', 1000],
    ['2026-01-01', '2026-01-01'],
    ['1:30', '1:30'],
    ['"yes"', 'yes'],
    ['~', null],
  ])('is read as Go reads it: %s', (text, value) => {
    expect(readYaml(`a: ${text}`, 'f')).toEqual([{ a: value }]);
  });

  it('is written so that Go reads the same values', () => {
    const tricky = [
      'yes',
      'n',
      'off',
      '0644',
      '0o17',
      '1_000',
      '1:30',
      '2026-01-01',
      '',
      '~',
      'null',
      '1e3',
      '.5',
      '- a',
      'a: b',
      '#',
      "'",
      '"',
      '\t',
      'ł',
    ];
    expect(readYaml(writeYaml(tricky), 'f')).toEqual([tricky]);
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        expect(readYaml(writeYaml(texts), 'f')).toEqual([texts]);
      }),
    );
  });
});

describe('the packages', () => {
  it('call one function by one name', () => {
    for (const kind of ['skillpack', 'sympoziuminstance', 'agentrun', 'sympoziumpolicy']) {
      const [composition] = readDocuments(`package/claims/apis/${kind}/composition.yaml`);
      const [xrd] = readDocuments(`package/claims/apis/${kind}/definition.yaml`);
      expect(listAt(composition, 'spec', 'pipeline').map((step) => textAt(step, 'functionRef', 'name'))).toEqual([
        'function-skillpack',
      ]);
      expect(textAt(xrd, 'spec', 'enforcedCompositionRef', 'name')).toBe(textAt(composition, 'metadata', 'name'));
      expect(textAt(composition, 'spec', 'compositeTypeRef', 'kind')).toBe(textAt(xrd, 'spec', 'names', 'kind'));
    }
  });

  it('carry the version of package.json where they name one', () => {
    const { version } = JSON.parse(readText('package.json'));
    const [configuration] = readDocuments('package/claims/crossplane.yaml');
    const [fn] = readDocuments('examples/functions.yaml');
    expect(textAt(listAt(configuration, 'spec', 'dependsOn')[0], 'version')).toBe(`>=v${version}`);
    expect(textAt(fn, 'spec', 'package')).toBe(`${textAt(listAt(configuration, 'spec', 'dependsOn')[0], 'package')}:v${version}`);
  });
});
