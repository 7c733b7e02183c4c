/** The first run of the quick start: the agent of examples/agent reads its skill, its sidecar lists Pods, and the result is told. */
import { nameOf } from '../../../src/api/composite.ts';
import { SKILL_PACK } from '../../../src/api/kinds.ts';
import { loadResources } from '../../../src/cli/input/files.ts';
import { type JsonObject, objectAt } from '../../../src/kube/json.ts';
import { eventually } from '../clock.ts';
import { grant, ROLE, revoke } from '../install.ts';
import { apply, remove } from '../kubectl.ts';
import { buildPacks } from '../packs.ts';
import { must, type Scenario } from '../world.ts';

const PLATFORM = 'examples/first-run/platform.yaml';

export const scenario: Scenario = {
  about:
    "the first run of the quick start: an agent without a model calls a tool, which lists Pods with the run's rights, and its answer is told",
  realPods: true,
  needs: ['podStatus', 'agentImage'],
  play: async (world) => {
    const text = JSON.stringify(loadResources(PLATFORM)).replaceAll(/localhost\/[^"]*/g, world.options.agentImage ?? '');
    const platform = JSON.parse(text) as JsonObject[];
    const [pack = {}, policy = {}] = platform;
    must(pack['kind'] === SKILL_PACK, `${PLATFORM} begins with a pack`);
    const name = `ns.${world.namespace}`;
    const role = `${ROLE}-first`;
    await grant(world.options, role, [...buildPacks(world.options), pack]);
    // The suite's own policy gives agents another command.
    const command = ['/nodejs/bin/node', '/agent.mjs'];
    const agent = { ...objectAt(policy, 'spec', 'defaults', 'agent'), command };
    await apply(pack, { ...policy, metadata: { name }, spec: { ...objectAt(policy, 'spec'), defaults: { agent } } });
    const run = await world.createRun({ skills: [{ skillPackRef: nameOf(pack) }], task: 'Which Pods are there?' });
    world.measure('applied to Succeeded', await run.until('Succeeded', 120));
    await eventually('the result is told', 60, async () => (await run.status())['podObservedTime'] !== undefined);
    const { result } = await run.status();
    must(/^1 Pods: agentrun-run-\S+ Running\n$/.test(String(result)), `the agent tells the one Pod, not ${result}`);
    must(await run.hasNoRight(), 'no right is left');
    await world.removeRuns();
    await remove('skillpack', nameOf(pack));
    await remove('sympoziumpolicy', name);
    await revoke(role);
  },
};
