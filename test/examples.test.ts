import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadResources } from '../src/cli/input/files.ts';
import { writeYaml } from '../src/cli/input/yaml.ts';
import { render } from '../src/cli/preview/render.ts';
import { digest } from '../src/kube/digest.ts';
import { listExamples, loadOne, readExample } from './support/examples.ts';
import { projectPath, readDocuments, readText } from './support/project.ts';

describe('examples', () => {
  it.each(listExamples())('%s renders what expected.txt says', async (name) => {
    const expected = projectPath(`examples/${name}/expected.txt`);
    expect(existsSync(expected), 'touch expected.txt, then npm test -- -u, then read it').toBe(true);
    const { files, now } = readExample(name);
    const { composite, composed } = render(loadOne(files), now);
    await expect([composite, ...composed].map(writeYaml).join('')).toMatchFileSnapshot(expected);
  });

  it.each(listExamples())('%s has one resource in its first file, as Crossplane renders it', (name) => {
    const [first = ''] = readExample(name).files.paths;
    expect(loadResources(first)).toHaveLength(1);
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
