import { textAt } from '../../../src/kube/json.ts';
import { projectPath } from '../../support/project.ts';
import { eventually } from '../clock.ts';
import { applyFile, get, patch, remove } from '../kubectl.ts';
import { SEED } from '../packs.ts';
import { must, type Scenario } from '../world.ts';

const phaseOf = async () => textAt(await get('skillpack', 'k8s-ops'), 'status', 'phase');
const configMap = () => get('configmap', 'skillpack-k8s-ops', 'sympozium-system');
const skill = async () => textAt(await configMap(), 'data', 'k8s-ops.md') ?? '';

export const scenario: Scenario = {
  about: 'the seed pack applied verbatim becomes a ConfigMap, which follows it and goes with it',
  play: async (world) => {
    await applyFile(projectPath(SEED));
    try {
      world.measure('pack made', await eventually('the pack is Ready', 60, async () => (await phaseOf()) === 'Ready'));
      const { skillCount } = ((await get('skillpack', 'k8s-ops'))?.['status'] ?? {}) as { skillCount?: number };
      must(skillCount === 1, `status.skillCount is 1, not ${skillCount}`);
      must((await skill()).length > 100, 'the ConfigMap holds the skill');

      await patch('skillpack', 'k8s-ops', undefined, { spec: { skills: [{ name: 'k8s-ops', content: 'Edited' }] } });
      const isEdited = async () => (await skill()).endsWith('Edited');
      world.measure('edit seen', await eventually('the ConfigMap follows the pack', 60, isEdited));
    } finally {
      await remove('skillpack', 'k8s-ops');
    }
    await eventually('the ConfigMap is gone', 60, async () => (await configMap()) === undefined);
  },
};
