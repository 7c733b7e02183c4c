import { listAt, textAt } from '../../../src/kube/json.ts';
import { eventually } from '../clock.ts';
import { apply, list, patch, raw } from '../kubectl.ts';
import { buildPacks } from '../packs.ts';
import type { Run } from '../run.ts';
import { must, type Scenario } from '../world.ts';

const isReady = (pod: unknown): boolean =>
  listAt(pod, 'status', 'conditions').some((c) => textAt(c, 'type') === 'Ready' && textAt(c, 'status') === 'True');
const imageOf = (pod: unknown): string | undefined => textAt(listAt(pod, 'spec', 'containers')[0], 'image');

async function hasOnly(run: Run, image: string): Promise<boolean> {
  const pods = await run.pods();
  return pods.length === 1 && pods.every((pod) => isReady(pod) && imageOf(pod) === image);
}

/** The skill that the server serves, through the API server's proxy. */
const ask = (run: Run): Promise<string> =>
  raw(`/api/v1/namespaces/${run.namespace}/services/${run.workloadName}:http/proxy/e2e-web.md`);

/** A fake Pod has none, and without one no Service leads to it. */
async function giveAddress(run: Run): Promise<void> {
  const [pod] = await run.pods();
  const status = { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] };
  await patch('pod', textAt(pod, 'metadata', 'name') ?? '', run.namespace, { status }, '--subresource=status');
}

export const scenario: Scenario = {
  about: 'a server is found through its Service, follows its pack, and goes with its AgentRun',
  play: async (world) => {
    const { image, secondImage } = world.options;
    const run = await world.createRun({ skills: [{ skillPackRef: 'e2e-web' }] });
    world.measure('Serving', await run.until('Serving', 120));
    await eventually('it has a ready Pod', 60, () => hasOnly(run, image));
    if (world.options.fakePods) await giveAddress(run);
    const labels = `kubernetes.io/service-name=${run.workloadName}`;
    await eventually('the Service leads to the Pod', 60, async () => {
      const slices = await list('endpointslices', { namespace: world.namespace, labels });
      return slices.some((slice) => listAt(slice, 'endpoints').length === 1);
    });
    if (!world.options.fakePods) must((await ask(run)).endsWith('How to e2e-web'), 'its Service answers');
    try {
      await patch('skillpack', 'e2e-web', undefined, { spec: { sidecar: { image: secondImage } } });
      const rolled = await eventually('the Pod has the new image', 120, () => hasOnly(run, secondImage));
      world.measure('the new image runs', rolled);
      must((await run.status())['phase'] === 'Serving', 'it still serves');
    } finally {
      await apply(...buildPacks(world.options));
    }
    await run.delete();
    world.measure('no Pod more', await run.untilNoPod());
    await run.untilGone();
    for (const kind of ['deployment', 'service'])
      await eventually(`the ${kind} is gone`, 10, async () => (await run.real(kind)) === undefined);
  },
};
