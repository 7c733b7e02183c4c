/** The documents: links lead somewhere, commands work, manifests are taken, and what is shown is what is printed. */
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REASONS, type ReasonRow } from '../src/api/reasons.ts';
import { readYaml } from '../src/cli/input/yaml.ts';
import type { JsonObject } from '../src/kube/json.ts';
import { SCENARIOS } from '../src/simulation/scenarios.ts';
import { skillpack } from './support/command.ts';
import { listExamples } from './support/examples.ts';
import { projectPath, readText } from './support/project.ts';
import { apiServerErrors, type Kind } from './support/schema.ts';
import { temporaryDirectory } from './support/temporary.ts';

const IGNORED = ['node_modules', '.git', 'dist'];

function listPages(directory = ''): string[] {
  return readdirSync(projectPath(directory || '.'), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return IGNORED.includes(entry.name) ? [] : listPages(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const PAGES = listPages().sort();
const DOCS = PAGES.filter((page) => page.startsWith('docs/') || !page.includes('/'));

/** The name of a heading in a link, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsOf = (page: string): string[] =>
  [...readText(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** What is between fences of a language. */
const blocksOf = (page: string, language: string): string[] =>
  [...readText(page).matchAll(new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, 'gm'))].map(([, block = '']) => block);

describe('links', () => {
  it.each(PAGES)('of %s lead somewhere', (page) => {
    const text = readText(page).replace(/^```[\s\S]*?^```/gm, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^https?:/.test(link));
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : relative(projectPath('.'), join(projectPath(dirname(page)), path));
      if (!existsSync(projectPath(target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('of the README lead to every document', () => {
    const linked = [...readText('README.md').matchAll(/\]\((docs\/[^)#]+)/g)].map(([, page]) => page);
    const pages = PAGES.filter((page) => page.startsWith('docs/'));
    expect(pages.filter((page) => !linked.includes(page))).toEqual([]);
  });

  it('of SECURITY.md name files that exist', () => {
    const named = [...readText('SECURITY.md').matchAll(/`((?:src|test|examples)\/[^`]+)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !existsSync(projectPath(path)))).toEqual([]);
  });
});

/** A directory as the documents suppose one: a run and its instance, packs and policies, and the same on another branch. */
function asSupposed(): string {
  const root = temporaryDirectory();
  const here = join(root, 'here');
  mkdirSync(here);
  for (const path of ['examples', 'package']) symlinkSync(projectPath(path), join(here, path));
  for (const directory of [here, join(root, 'main')]) {
    cpSync(projectPath('examples/packs'), join(directory, 'packs'), { recursive: true });
    mkdirSync(join(directory, 'policies'));
    writeFileSync(
      join(directory, 'policies/default.yaml'),
      `${HEAD}kind: SympoziumPolicy\nmetadata: {name: default}\nspec: {}\n`,
    );
  }
  cpSync(projectPath('examples/direct-run/xr.yaml'), join(here, 'run.yaml'));
  cpSync(projectPath('examples/direct-run/required.yaml'), join(here, 'instance.yaml'));
  cpSync(projectPath('examples/packs/namespace-ops.yaml'), join(here, 'pack.yaml'));
  return here;
}

const HEAD = 'apiVersion: sympozium.ai/v1alpha1\n';

/** The calls of the command in a page, without what their output is given to. */
const callsOf = (page: string): string[] =>
  blocksOf(page, 'sh')
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => /npx skillpack ([^|>#]*)/.exec(line)?.[1]?.trim() ?? []);

const CALLS = [...new Set([...DOCS, ...listExamples().map((name) => `examples/${name}/README.md`)].flatMap(callsOf))].sort();

describe('commands', () => {
  const cwd = asSupposed();

  it('are many', () => {
    expect(CALLS.length).toBeGreaterThan(15);
  });

  it.each(CALLS)('skillpack %s', async (call) => {
    const { code, stdout, stderr } = await skillpack(call.split(' '), { cwd });
    expect(code, stderr).toBe(0);
    expect(stdout !== '' || call.startsWith('export')).toBe(true);
  });

  it('of npm are scripts that exist', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
    const called = PAGES.flatMap((page) => [...readText(page).matchAll(/`?npm run ([\w:]+)/g)].map(([, script = '']) => script));
    expect(called.length).toBeGreaterThan(10);
    expect([...new Set(called)].filter((script) => scripts[script] === undefined)).toEqual([]);
  });

  it('name files that exist', () => {
    const named = DOCS.flatMap((page) =>
      [...readText(page).matchAll(/(?:-f|-e|-R) ((?:examples|package)\/[^\s|`]*)/g)].map(([, file = '']) =>
        file.replace(/\/$/, ''),
      ),
    );
    expect(named.length).toBeGreaterThan(10);
    expect([...new Set(named)].filter((path) => !existsSync(projectPath(path)))).toEqual([]);
  });

  it('are explained, each of the program and each scenario', () => {
    const page = readText('docs/command.md');
    expect(Object.keys(SCENARIOS).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('what is shown', () => {
  it.each([
    ['docs/command.md', 'test/simulations/direct/cancel.txt'],
    ['docs/quickstart.md', undefined],
  ])('in %s is what simulate prints', async (page, golden) => {
    const printed = golden === undefined ? (await skillpack(['simulate'])).stdout : readText(golden);
    const [, shown = ''] = /```\n(Who held which right:\n[\s\S]*?)```/.exec(readText(page)) ?? [];
    expect(shown.split('\n').length).toBeGreaterThan(2);
    expect(printed).toContain(shown);
  });

  it('as a manifest is one that the API server takes', () => {
    const manifests = DOCS.flatMap((page) =>
      blocksOf(page, 'yaml').flatMap((text) => readYaml(text, page) as JsonObject[]),
    ).filter(({ apiVersion }) => apiVersion === 'sympozium.ai/v1alpha1');
    expect(manifests.length).toBeGreaterThan(5);
    expect(manifests.flatMap((manifest) => apiServerErrors(manifest['kind'] as Kind, manifest))).toEqual([]);
  });

  it('as trouble has reasons that exist, and leaves out none of a failure', () => {
    const page = readText('docs/troubleshooting.md');
    const words = [...page.matchAll(/\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b/g)].map(([word]) => word);
    const others = ['SkillPack', 'AgentRun', 'ProviderConfig', 'RightsHeld', 'SettingsValid'];
    expect([...new Set(words)].filter((word) => !Object.hasOwn(REASONS, word) && !others.includes(word))).toEqual([]);
    const failures = Object.entries<ReasonRow>(REASONS).filter(([, { phases }]) => phases.includes('Failed'));
    expect(failures.map(([reason]) => reason).filter((reason) => !new RegExp(`\\b${reason}\\b`).test(page))).toEqual([]);
  });
});
