import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REASONS, type ReasonRow } from '../src/api/reasons.ts';
import { readYaml, writeYaml } from '../src/cli/input/yaml.ts';
import { render } from '../src/cli/preview/render.ts';
import { digest } from '../src/kube/digest.ts';
import type { JsonObject } from '../src/kube/json.ts';
import { listExamples, loadOne, readExample } from './support/examples.ts';
import { projectPath, readDocuments, readText } from './support/project.ts';
import { apiServerErrors, type Kind } from './support/schema.ts';

describe('examples', () => {
  it.each(listExamples())('%s renders what expected.yaml says', async (name) => {
    const expected = projectPath(`examples/${name}/expected.yaml`);
    expect(existsSync(expected), 'touch expected.yaml, then npm test -- -u, then read it').toBe(true);
    const { files, now } = readExample(name);
    const { composite, composed } = render(loadOne(files), now);
    await expect([composite, ...composed].map(writeYaml).join('')).toMatchFileSnapshot(expected);
  });

  it('are all in the index', () => {
    const index = readText('examples/README.md');
    for (const name of listExamples()) expect(index).toContain(`[${name}](${name})`);
  });

  it('ship the seed pack with every field of the source document', () => {
    const [pack = {}] = readDocuments('examples/packs/k8s-ops.yaml');
    expect(digest(pack)).toBe('sha256:794ed1391eb517cc5959b334c9f92209c7b702105e191002d0849925f0060ddb');
  });
});

describe('the README', () => {
  const readme = readText('README.md');
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };

  it('calls scripts that exist', () => {
    const called = [
      ...readme.matchAll(
        /npm (?:run )?(?:-s )?(render|simulate|lint-pack|rights|import|export|test|start|check|format|generate|e2e|bench)\b/g,
      ),
    ].map(([, script = '']) => script);
    expect(called.length).toBeGreaterThan(5);
    expect(called.filter((script) => scripts[script] === undefined)).toEqual([]);
  });

  it('and SECURITY.md name files that exist', () => {
    const named = [...readText('SECURITY.md').matchAll(/`((?:src|test|examples)\/[^`]+)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !existsSync(projectPath(path)))).toEqual([]);
  });

  it('shows what simulate prints', () => {
    const [, shown = ''] = /```\n(Who held which right:\n[\s\S]*?)```/.exec(readme) ?? [];
    expect(shown.split('\n').length).toBeGreaterThan(3);
    expect(readText('test/simulations/direct/cancel.txt')).toContain(shown);
  });

  it('troubleshoots reasons that exist, and leaves out none of a failure', () => {
    const [, section = ''] = /## Troubleshooting\n([\s\S]*?)\n## /.exec(readme) ?? [];
    const words = [...section.matchAll(/\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b/g)].map(([word]) => word);
    const others = ['SkillPack', 'AgentRun', 'ProviderConfig', 'RightsHeld', 'SettingsValid'];
    expect([...new Set(words)].filter((word) => !Object.hasOwn(REASONS, word) && !others.includes(word))).toEqual([]);
    const failures = Object.entries<ReasonRow>(REASONS).filter(([, { phases }]) => phases.includes('Failed'));
    expect(failures.map(([reason]) => reason).filter((reason) => !new RegExp(`\\b${reason}\\b`).test(section))).toEqual([]);
  });

  it('links and names files that exist', () => {
    const paths = [...readme.matchAll(/\]\(([^)#h][^)]*)\)|(?:-f|-e) ((?:examples|package)[^\s]*)/g)].map(
      ([, link, file]) => link ?? file ?? '',
    );
    expect(paths.length).toBeGreaterThan(8);
    expect(paths.filter((path) => !existsSync(projectPath(path)))).toEqual([]);
  });

  it('shows manifests the parsers take', () => {
    const manifests = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(
      ([, text = '']) => readYaml(text, 'README.md') as JsonObject[],
    );
    const runs = ['SkillPack', 'SympoziumInstance', 'AgentRun'];
    expect(manifests.map(({ kind }) => kind)).toEqual(['SympoziumPolicy', ...runs, 'SympoziumPolicy']);
    for (const manifest of manifests) expect(apiServerErrors(manifest['kind'] as Kind, manifest)).toEqual([]);
  });
});
