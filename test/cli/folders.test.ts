/** `skillpack import` and `export`: what a folder has arrives in a pack and comes back, and what cannot is told with its place. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportSkills } from '../../src/cli/folders/export.ts';
import { describeSizes, importSkills } from '../../src/cli/folders/import.ts';
import { Report } from '../../src/cli/folders/report.ts';
import { writeYaml } from '../../src/cli/input/yaml.ts';
import { type JsonObject, listAt } from '../../src/kube/json.ts';
import { projectPath, readText } from '../support/project.ts';
import { temporaryDirectory } from '../support/temporary.ts';

type Files = Record<string, string | Buffer | { run: string }>;

/** Makes a directory of files; those that can be run are executable. */
function lay(files: Files): string {
  const root = temporaryDirectory();
  for (const [path, file] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const isScript = typeof file === 'object' && 'run' in file;
    writeFileSync(join(root, path), isScript ? file.run : file);
    chmodSync(join(root, path), isScript ? 0o755 : 0o644);
  }
  return root;
}

/** Every file of a directory, with its bytes and whether it can be run. */
const read = (root: string): Record<string, [string, boolean]> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(root, path), [readFileSync(path).toString('base64'), (statSync(path).mode & 0o100) !== 0]]),
  );

function take(paths: string[], options = {}, isLenient = false) {
  const report = new Report(isLenient);
  return { ...importSkills(paths, options, report), report };
}

/** The folders of a pack as `export` makes them, from its YAML as `import` prints it. */
function give(yaml: string): { out: string; report: Report } {
  const root = lay({ 'pack.yaml': yaml });
  const report = new Report();
  exportSkills([join(root, 'pack.yaml')], join(root, 'out'), report);
  return { out: join(root, 'out'), report };
}

const head = (name: string, ...more: string[]): string =>
  ['---', `name: ${name}`, 'description: Does it.', ...more, '---', ''].join('\n');
const LONG = `a-${'b'.repeat(62)}`;

describe('a folder comes back byte by byte', () => {
  it.each<[string, string, Files]>([
    ['one file', 'a', { 'a/SKILL.md': `${head('a')}# A\n` }],
    [
      'scripts, with their modes',
      'run',
      {
        'run/SKILL.md': `${head('run')}\nRun scripts/go.sh\n`,
        'run/scripts/go.sh': { run: '#!/bin/sh\n\techo go\n' },
        'run/b': 'no',
      },
    ],
    [
      'bytes that are no text',
      'logo',
      { 'logo/SKILL.md': head('logo'), 'logo/a.png': Buffer.from([0x89, 0x50, 0, 0xff, 10, 13]), 'logo/b': Buffer.alloc(0) },
    ],
    [
      'letters of the world',
      'unicode',
      { 'unicode/SKILL.md': `${head('unicode')}Grüße, 文字, 😀, a\u0301\n`, 'unicode/a.txt': 'ﬁ\u200d\u00a0' },
    ],
    [
      'ends of lines as Windows has them',
      'crlf',
      {
        'crlf/SKILL.md': `${head('crlf')}\r\n# A\r\n\r\n`,
        'crlf/a.bat': '@echo off\r\n',
        'crlf/mac': 'a\rb',
        'crlf/none': 'a\n\n\n',
      },
    ],
    [
      '2,000 lines',
      'lines',
      {
        'lines/SKILL.md':
          head('lines') + Array.from({ length: 2000 }, (_, line) => `${line}. ${'-'.repeat(line % 40)}\n`).join(''),
      },
    ],
    ['a name of 64 characters', 'name', { [`${LONG}/SKILL.md`]: head(LONG) }],
    [
      'traps of YAML in its fields',
      'traps',
      {
        'traps/SKILL.md': [
          '---',
          'name: traps',
          `description: ${JSON.stringify('Use it when: a # is there, or "yes" — 1.0')}`,
          'license: "no"',
          'compatibility: "@b `c` {d} [e] & *f !g %h |"',
          'metadata:',
          '  "1": "2026-01-01"',
          '  "a: b": "0x1f"',
          '  version: "1.0"',
          '  "yes": ""',
          'allowed-tools: Bash(git:*) Read',
          '---',
          '---',
          'not: the front matter',
          '',
        ].join('\n'),
      },
    ],
    [
      'texts that YAML reads otherwise',
      'texts',
      {
        'texts/SKILL.md': `${head('texts')}\t\tindented\n  \n`,
        'texts/a': '\n\n  x',
        'texts/b': '- a: b\n',
        'texts/c': ' ',
        'texts/d': '\u2028\u0085',
        'texts/e': '\ufeffa',
        'texts/f': 'a\u0000b',
      },
    ],
    [
      'hidden and deep places',
      'deep',
      {
        'deep/SKILL.md': head('deep'),
        'deep/.config/a.b': 'a',
        'deep/1/2/3/4/5/6/7/x_y-z.md': 'a',
        'deep/sub/SKILL.md': 'b',
        'deep/skill.md': 'c',
      },
    ],
  ])('with %s', (_, name, files) => {
    const root = lay(files);
    const { pack, report } = take([root], { name });
    expect(report.format()).toBe('');
    const { out } = give(writeYaml(pack));
    expect(read(out)).toEqual(read(root));
    expect(writeYaml(take([out], { name }).pack)).toBe(writeYaml(pack));
  });
});

describe('a pack comes back', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme-ascii' }));
  const segment = fc.stringMatching(/^[a-z0-9_-][A-Za-z0-9._-]{0,8}$/);
  const file = fc.record({
    path: fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    bytes: fc.oneof(
      text.map((it) => Buffer.from(it)),
      fc.uint8Array({ maxLength: 40 }).map((it) => Buffer.from(it)),
    ),
    executable: fc.boolean(),
  });
  const isFree = (files: { path: string }[]) =>
    files.every(
      ({ path }, i) => path !== 'SKILL.md' && files.every((other, j) => i === j || !`${path}/`.startsWith(`${other.path}/`)),
    );

  it('whatever its texts and files are', () => {
    const key = fc.stringMatching(/^[a-z][a-z .:#-]{0,10}$/);
    const fields = {
      description: text.filter((it) => /\S/.test(it)),
      license: text,
      compatibility: fc.string({ unit: 'grapheme', minLength: 1 }),
      metadata: fc.dictionary(key, text, { minKeys: 1 }),
      allowedTools: text,
    };
    const skill = fc.record(
      { ...fields, content: text, files: fc.array(file, { maxLength: 4 }).filter(isFree) },
      { requiredKeys: ['description', 'content', 'files'] },
    );
    fc.assert(
      fc.property(skill, ({ content, files, metadata, ...rest }) => {
        const folder: Files = { 'a/SKILL.md': '---\nname: a\ndescription: d\n---\n' };
        for (const { path, bytes, executable } of files)
          folder[`a/${path}`] = executable ? { run: bytes.toString('latin1') } : bytes;
        const first = take([lay(folder)]).pack;
        // What can be in a pack: the files as import has them, and texts that a folder cannot tell from others.
        const [given = {}] = listAt(first, 'spec', 'skills') as JsonObject[];
        const skills = [
          {
            ...given,
            ...rest,
            content: content.replaceAll(/[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/gu, ' '),
            ...(metadata && { metadata: { ...metadata } }),
          },
        ];
        const pack = { ...first, spec: { skills } };
        const { out, report } = give(writeYaml(pack));
        expect(report.format()).toBe('');
        expect(take([out]).pack).toEqual(pack);
      }),
      { numRuns: 40 },
    );
  });
});

describe('what is wrong with a folder is told, all of it, with file and line', () => {
  const told = (files: Files, options = {}, isLenient = false): string[] => {
    const root = lay(files);
    const { report } = take([root], options, isLenient);
    return report.format().replaceAll(root, '').trimEnd().split('\n');
  };

  it.each<[string, Files, string[]]>([
    ['no SKILL.md', { 'a/b': '' }, ['error: : must have SKILL.md, or folders that have one']],
    ['no front matter', { 'a/SKILL.md': '# A' }, ['error: /a/SKILL.md:1: must begin with its fields between two lines ---']],
    [
      'no end of it',
      { 'a/SKILL.md': '---\nname: a\n' },
      ['error: /a/SKILL.md:1: must begin with its fields between two lines ---'],
    ],
    [
      'fields that are no map',
      { 'a/SKILL.md': '---\n- name\n---\n' },
      ['error: /a/SKILL.md:1: the fields between the two lines --- must be a map'],
    ],
    ['no field', { 'a/SKILL.md': '---\n---\n' }, ['error: /a/SKILL.md:1: the fields between the two lines --- must be a map']],
    [
      'no YAML',
      { 'a/SKILL.md': '---\nname: a\ndescription: [b\n---\n' },
      ['error: /a/SKILL.md:4: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    [
      'no text',
      { 'a/SKILL.md': Buffer.from([0x2d, 0x2d, 0x2d, 0xff]) },
      ['error: /a/SKILL.md: must be UTF-8 without control characters and byte order mark, found other bytes'],
    ],
    [
      'a byte order mark',
      { 'a/SKILL.md': `\ufeff${head('a')}` },
      ['error: /a/SKILL.md: must be UTF-8 without control characters and byte order mark, found U+FEFF'],
    ],
    [
      'no name and no description',
      { 'a/SKILL.md': '---\nlicense: MIT\n---\n' },
      ['error: /a/SKILL.md:1: description must say what the skill does and when to use it'],
    ],
    [
      'fields of the wrong kind, in a skill with others of its own',
      {
        'a/SKILL.md': '---\nname: a\ndescription: " "\nmodel: fast\nlicense: [MIT]\nmetadata: 1\nallowed-tools:\n  - Read\n---\n',
      },
      [
        'error: /a/SKILL.md:4: "model" is none of the fields of a skill: name, description, license, compatibility, metadata, allowed-tools; --lenient leaves it out',
        'error: /a/SKILL.md:5: license must be text',
        'error: /a/SKILL.md:6: metadata must be a map of texts',
        'error: /a/SKILL.md:7: allowed-tools must be text; --lenient joins the list with spaces',
        'error: /a/SKILL.md:3: description must say what the skill does and when to use it',
      ],
    ],
    [
      'a name that is another one than that of the folder, and none',
      { 'a/SKILL.md': '---\nname: B_\ndescription: b\n---\n' },
      ['error: /a/SKILL.md:2: name must be that of the folder, a, found B_; --lenient keeps it'],
    ],
    [
      'a name that is none',
      { 'A/SKILL.md': head('A') },
      [
        'error: /A/SKILL.md:2: must be lower-case letters and digits in groups joined by single hyphens, found "A"',
        'error: --name: must be lower-case letters and digits in groups joined by single hyphens, 63 characters at most, found "A"',
      ],
    ],
    [
      'what the specification bounds',
      { 'a/SKILL.md': `---\nname: a\ndescription: ${'b'.repeat(1025)}\ncompatibility: ${'c'.repeat(501)}\n---\n` },
      [
        'error: /a/SKILL.md:3: description must have at most 1024 characters, it has 1025; --lenient keeps it as it is',
        'error: /a/SKILL.md:4: must have at most 500 characters, found 501',
      ],
    ],
    [
      'a value with a colon',
      { 'a/SKILL.md': '---\nname: a\ndescription: Use it when: always\n---\n' },
      ['error: /a/SKILL.md:3: a value with a colon must stand in quotes; --lenient puts all of it into quotes'],
    ],
    [
      'paths that a pack cannot have',
      { 'a/SKILL.md': head('a'), 'a/b c': '', 'a/1/2/3/4/5/6/7/8/9': '' },
      [
        'error: /a/1/2/3/4/5/6/7/8/9: must be a relative path of at most 8 parts, each of letters, digits, dots, hyphens and underscores, and none beginning with two dots, found "1/2/3/4/5/6/7/8/9"',
        'error: /a/b c: must be a relative path of at most 8 parts, each of letters, digits, dots, hyphens and underscores, and none beginning with two dots, found "b c"',
      ],
    ],
    [
      'one file that is too large',
      { 'a/SKILL.md': head('a'), 'a/b': 'x'.repeat(513 * 1024) },
      ['error: /a/b: has 513 KiB, and all skills of a pack have at most 512 KiB'],
    ],
    [
      'too much of all',
      { 'a/SKILL.md': head('a'), 'a/b': 'x'.repeat(300 * 1024), 'a/c': Buffer.alloc(300 * 1024) },
      [
        'error: all skills: must together have at most 512 KiB as JSON; the largest are a/c with 401 KiB, a/b with 301 KiB, a/SKILL.md with 1 KiB, a.md with 1 KiB, found 701 KiB',
      ],
    ],
    [
      'too many files',
      { 'a/SKILL.md': head('a'), ...Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`a/${index}`, ''])) },
      ['error: /a: must have at most 129 files, it has 131'],
    ],
    [
      'what programs leave, and a license that may not be passed on, which are only told',
      { 'a/SKILL.md': head('a', 'license: Proprietary'), 'a/.DS_Store': '', 'a/b/__pycache__/c.pyc': '', 'a/.git/HEAD': '' },
      [
        'warning: /a/.DS_Store: is left out',
        'warning: /a/.git: is left out',
        'warning: /a/b/__pycache__: is left out',
        'warning: /a/SKILL.md:4: the license may not permit to pass the skill on',
      ],
    ],
  ])('%s', (_, files, lines) => {
    expect(told(files)).toEqual(lines);
  });

  it('several at once, and the name that is missing', () => {
    expect(told({ 'a/SKILL.md': head('a', 'x: y'), 'b/SKILL.md': 'B' })).toEqual([
      'error: /a/SKILL.md:4: "x" is none of the fields of a skill: name, description, license, compatibility, metadata, allowed-tools; --lenient leaves it out',
      'error: /b/SKILL.md:1: must begin with its fields between two lines ---',
      'error: --name: must say how the SkillPack of several skills is called',
    ]);
  });

  it('aliases of nothing, and names that a terminal would obey', () => {
    expect(
      told(
        { 'a/SKILL.md': '---\nname: a\ndescription: *b\n---\n', 'c/SKILL.md': head('c', '"\\u001b[31mred": d', '? [e]\n: f') },
        { name: 'p' },
      ),
    ).toEqual([
      'error: /a/SKILL.md:3: Unresolved alias (the anchor must be set before the alias): b',
      'error: /c/SKILL.md:4: "\\u001b[31mred" is none of the fields of a skill: name, description, license, compatibility, metadata, allowed-tools; --lenient leaves it out',
      'error: /c/SKILL.md:2: "" is none of the fields of a skill: name, description, license, compatibility, metadata, allowed-tools; --lenient leaves it out',
    ]);
  });

  it('half a character that no other reader takes', () => {
    const lines = ['---', 'name: a', 'description: "a \\ud800"', 'metadata: { b: "\\udfff" }', '---'];
    expect(told({ 'a/SKILL.md': lines.join('\n') })).toEqual([
      'error: /a/SKILL.md:3: description must be text',
      'error: /a/SKILL.md:4: "b" in metadata must be text; --lenient leaves it out',
    ]);
  });

  it('a SKILL.md that is a link, or too large, once', () => {
    const root = lay({ other: head('a'), 'b/SKILL.md': 'x'.repeat(513 * 1024) });
    mkdirSync(join(root, 'a'));
    symlinkSync(join(root, 'other'), join(root, 'a/SKILL.md'));
    symlinkSync(join(root, 'b'), join(root, 'c'));
    const { report } = take([root], { name: 'p' });
    expect(report.format().replaceAll(root, '').trimEnd().split('\n')).toEqual([
      'error: /c: must be a folder, it is a symbolic link: name what it points to',
      'error: /a/SKILL.md: must be a file, it is a symbolic link',
      'error: /b/SKILL.md: has 513 KiB, and all skills of a pack have at most 512 KiB',
    ]);
  });

  it('links, devices and what is no folder', () => {
    const root = lay({ 'a/SKILL.md': head('a'), other: '' });
    symlinkSync(join(root, 'other'), join(root, 'a/link'));
    symlinkSync(root, join(root, 'a/up'));
    const { report } = take([join(root, 'a'), join(root, 'other'), join(root, 'none')], { name: 'p' });
    expect(report.format().replaceAll(root, '').trimEnd().split('\n')).toEqual([
      'error: /other: must be a folder with SKILL.md, that file itself, or a directory of such folders',
      'error: /none: does not exist',
      'error: /a/link: must be a file, it is a symbolic link',
      'error: /a/up: must be a file, it is a symbolic link',
    ]);
  });

  it('lenient, what other agents take is taken and told', () => {
    const lines = [
      '---',
      'name: b',
      'description: Use it when: always',
      'model: fast',
      'allowed-tools: [Read, Write]',
      'metadata: { a: "1", b: [c] }',
      '---',
      'C',
    ];
    const root = lay({ 'a/SKILL.md': lines.join('\n') });
    const { pack, report } = take([root], {}, true);
    expect(report.format().replaceAll(root, '').trimEnd().split('\n')).toEqual([
      'warning: /a/SKILL.md:3: a value with a colon must stand in quotes; --lenient puts all of it into quotes',
      'warning: /a/SKILL.md:4: "model" is none of the fields of a skill: name, description, license, compatibility, metadata, allowed-tools; --lenient leaves it out',
      'warning: /a/SKILL.md:5: allowed-tools must be text; --lenient joins the list with spaces',
      'warning: /a/SKILL.md:6: "b" in metadata must be text; --lenient leaves it out',
      'warning: /a/SKILL.md:2: name must be that of the folder, a, found b; --lenient keeps it',
    ]);
    expect(pack['spec']).toEqual({
      skills: [{ name: 'b', description: 'Use it when: always', allowedTools: 'Read Write', metadata: { a: '1' }, content: 'C' }],
    });
  });
});

describe('import', () => {
  it('takes what a pack says beside its skills, each folder by its SKILL.md too, and tells sizes and digests', () => {
    const root = lay({
      'b/SKILL.md': `${head('b')}B\n`,
      'a/SKILL.md': `${head('a')}A\n`,
      'a/run': { run: '#!/bin/sh\n' },
      'sidecar.yaml': 'image: tools:1\n',
    });
    const options = { name: 'both', version: '1.2.0', category: 'test', sidecar: join(root, 'sidecar.yaml') };
    const { pack, skills, report } = take([join(root, 'b/SKILL.md'), join(root, 'a')], options);
    expect(report.format()).toBe('');
    expect(pack).toEqual({
      apiVersion: 'sympozium.ai/v1alpha1',
      kind: 'SkillPack',
      metadata: { name: 'both' },
      spec: {
        category: 'test',
        version: '1.2.0',
        skills: [
          { name: 'b', description: 'Does it.', content: 'B\n' },
          {
            name: 'a',
            description: 'Does it.',
            content: 'A\n',
            files: [{ path: 'run', content: '#!/bin/sh\n', executable: true }],
          },
        ],
        sidecar: { image: 'tools:1' },
      },
    });
    expect(describeSizes(skills)).toMatchInlineSnapshot(`
      "b: 1 file, 40 bytes, sha256:4e21af34c6e0269fdc4ed36fd24cebf476b62bf6b85475ff6fb39ee1bd574030
             40    0.0 %  252402bb019ec2c5e2e0a87c5a5d50d8344500b33c9476c95ba7934ca80ff3ad  b/SKILL.md
      a: 2 files, 50 bytes, sha256:ff598c68766c094361861a0422878a2ba8832ccd0d3268cadad59b9b15bb150e
             40    0.0 %  5d48374dd58a79105c79dada61116bf832aabc074a2825771acc43ddf000f33b  a/SKILL.md
             10    0.0 %  a8076d3d28d21e02012b20eaf7dbf75409a6277134439025f282e368e3305abf  a/run
      0.1 % of the 512 KiB that all skills of a run have
      "
    `);
  });

  it('made the pack of the example of its folder', () => {
    const { pack } = take([projectPath('examples/skill-folder/disk-report')], { version: '1.0.0' });
    expect(writeYaml(pack)).toBe(readText('examples/skill-folder/pack.yaml'));
  });

  it('tells what is wrong with a sidecar', () => {
    const root = lay({ 'a/SKILL.md': head('a'), 'sidecar.yaml': 'imag: tools:1\n' });
    const { report } = take([join(root, 'a')], { sidecar: join(root, 'sidecar.yaml') });
    expect(report.format().replaceAll(root, '')).toBe(
      'error: /sidecar.yaml spec.sidecar.image: must be set, found nothing\nerror: /sidecar.yaml spec.sidecar.imag: must not be set, found an unknown field\n',
    );
  });
});

describe('export', () => {
  const packOf = (...skills: JsonObject[]): string =>
    writeYaml({ apiVersion: 'sympozium.ai/v1alpha1', kind: 'SkillPack', metadata: { name: 'p' }, spec: { skills } });

  it('makes no folder where one cannot be made', () => {
    const { out, report } = give(packOf({ name: 'a', description: 'd', content: 'c' }, { name: 'b', content: 'c' }));
    expect([report.format(), existsSync(out)]).toEqual([
      'error: SkillPack/p spec.skills[1].description: must be set: SKILL.md needs it\n',
      false,
    ]);
  });

  it('makes no folder of what is in an image', () => {
    const image = { reference: `a@sha256:${'0'.repeat(64)}` };
    expect(give(packOf({ name: 'a', description: 'd', image })).report.format()).toBe(
      'error: SkillPack/p spec.skills[0].image: must be content: what is in an image is not fetched\n',
    );
  });

  it('makes no folder of a pack that is wrong, nor two in one place', () => {
    const one = packOf({ name: 'a', description: 'd', content: 'c' });
    const { report } = give(`${one}${one}${packOf({ name: 'b', content: 'c', files: [{ path: '../a', content: '' }] })}`);
    expect(
      report
        .format()
        .split('\n')
        .map((line) => line.split(':').slice(0, 2).join(':')),
    ).toEqual([
      'error: SkillPack/p spec.skills[0].files[0].path',
      'error: SkillPack/p spec.skills[0].description',
      'error: SkillPack/p spec.skills[0].name',
      '',
    ]);
  });

  it('does not write over a folder, and tells what a folder has no place for', () => {
    const yaml = packOf({ name: 'a', description: 'd', content: 'c', requires: { bins: ['jq'] } });
    const { out, report } = give(yaml);
    expect(report.format()).toBe('warning: SkillPack/p spec.skills[0].requires: is left out: a folder has no place for it\n');
    const again = new Report();
    const root = lay({ 'pack.yaml': packOf({ name: 'b', description: 'd', content: 'c' }) + yaml });
    exportSkills([join(root, 'pack.yaml')], out, again);
    expect([again.format().split('\n')[1], existsSync(join(out, 'b'))]).toEqual([
      `error: ${join(out, 'a')}: must not be there yet`,
      false,
    ]);
  });
});
