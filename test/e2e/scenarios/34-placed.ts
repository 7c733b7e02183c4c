/** Where a Pod runs and what it may take there, as the kubelet has it. */
import { API_VERSION } from '../../../src/api/kinds.ts';
import { type JsonObject, objectAt, textAt } from '../../../src/kube/json.ts';
import { TINY } from '../agent.ts';
import { eventually } from '../clock.ts';
import { apply, remove } from '../kubectl.ts';
import { buildPack, idle } from '../packs.ts';
import { must, type Scenario, type World } from '../world.ts';

const RUNTIME_CLASS = 'e2e-second';
const WRITER = 'e2e-writer';
/** More than it may, and then it waits to be found out: the kubelet looks every 10 seconds. */
const fill = (path: string): string[] => ['sh', '-c', `head -c 32000000 /dev/zero > ${path}; sleep 86400`];

async function setPolicy(world: World, defaults: JsonObject): Promise<void> {
  const { image } = world.options;
  const agent = { image, resources: TINY, ...objectAt(defaults, 'agent') };
  const metadata = { name: `ns.${world.namespace}` };
  await apply({ apiVersion: API_VERSION, kind: 'SympoziumPolicy', metadata, spec: { defaults: { ...defaults, agent } } });
}

/** A run that is evicted. The Job does not tell it from another kill; a look at its Pod does. */
async function playEviction(world: World, name: string, why: RegExp, spec: JsonObject): Promise<void> {
  const run = await world.createRun(spec, name);
  await run.start();
  world.measure(`${name} evicted`, await run.until('Failed', 180));
  await run.untilNoRight();
  await eventually(`${name} says that it was evicted`, 60, async () => (await run.reason()) === 'Failed/Evicted');
  const message = String((await run.status())['message']);
  must(why.test(message), `it says why: ${message}`);
}

export const scenario: Scenario = {
  about: 'a Pod runs by the handler its policy requires, and one that fills its workspace or its node is evicted, and says so',
  realPods: true,
  needs: ['runtimeHandler', 'podStatus'],
  play: async (world) => {
    const handler = world.options.runtimeHandler ?? '';
    await apply({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: RUNTIME_CLASS }, handler });
    await setPolicy(world, { placement: { runtimeClassName: RUNTIME_CLASS, required: true } });
    const placed = await world.createRun({}, 'placed');
    await placed.start();
    const [pod] = await placed.pods();
    must(textAt(pod, 'spec', 'runtimeClassName') === RUNTIME_CLASS, 'its Pod has the runtime class');
    await placed.change({ cancel: true });
    await placed.until('Cancelled');
    await apply({
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: `${RUNTIME_CLASS}-none` },
      handler: 'none',
    });
    await setPolicy(world, { placement: { runtimeClassName: `${RUNTIME_CLASS}-none` } });
    const lost = await world.createRun({ startTimeout: '30s' }, 'lost');
    await lost.until('Failed', 120);
    must((await lost.reason()).startsWith('Failed/'), 'a handler that no node has is told');

    await setPolicy(world, { workspace: { size: '8Mi' }, agent: { command: fill('/workspace/big') } });
    await playEviction(world, 'workspace', /workspace/, {});

    await setPolicy(world, { agent: { command: ['sleep', '86400'] } });
    const resources = { ...TINY, ephemeralStorage: '8Mi' };
    await apply(buildPack(WRITER, idle(world.options.image, { command: fill('/proc/1/fd/1'), resources })));
    await playEviction(world, 'storage', /local ephemeral storage/, { skills: [{ skillPackRef: WRITER }] });

    await world.removeRuns();
    await remove('skillpack', WRITER);
    await remove('sympoziumpolicy', `ns.${world.namespace}`);
    for (const name of [RUNTIME_CLASS, `${RUNTIME_CLASS}-none`]) await remove('runtimeclass', name);
  },
};
