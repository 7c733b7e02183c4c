/** The network policy of a run: there before its Pod, and until after it, however the run ends. */
import { API_VERSION } from '../../../src/api/kinds.ts';
import { type JsonObject, listAt, textAt } from '../../../src/kube/json.ts';
import { eventually } from '../clock.ts';
import { apply, list, remove } from '../kubectl.ts';
import type { Run } from '../run.ts';
import { must, type Scenario, type World } from '../world.ts';

const NETWORK = {
  mode: 'Isolate',
  apiServer: { cidrs: ['127.0.0.1/32'] },
  destinations: [{ name: 'model', cidrs: ['0.0.0.0/0'], ports: [{ port: 443 }] }],
  model: ['model'],
};

const createdAt = (resource: JsonObject | undefined): number =>
  Date.parse(textAt(resource, 'metadata', 'creationTimestamp') ?? '');

/** Seconds until the Pod is gone. The policies are listed first: one that is missing beside a Pod had gone before it. */
const untilNoPod = (run: Run): Promise<number> =>
  eventually(`${run.name} has no Pod`, 60, async () => {
    const policies = await list('networkpolicies', { namespace: run.namespace });
    const pods = await run.pods();
    must(pods.length === 0 || policies.length > 0, `the policy of ${run.name} is there as long as its Pod`);
    return pods.length === 0;
  });

const untilNoPolicy = (run: Run): Promise<number> =>
  eventually(`${run.name} has no policy`, 60, async () => (await run.real('networkpolicy')) === undefined);

async function start(world: World, name: string, spec: JsonObject = {}): Promise<Run> {
  const run = await world.createRun(spec, name);
  await run.start();
  const [policy, [pod]] = [await run.real('networkpolicy'), await run.pods()];
  const [made, first] = [Number(textAt(policy, 'metadata', 'resourceVersion')), world.podsEver.firstRevision(run.id)];
  must(made < first, `the policy of ${name} is there before its Pod: revisions ${made} and ${first}`);
  world.measure(`${name}: policy before Pod`, (createdAt(pod) - createdAt(policy)) / 1000);
  must(listAt(policy, 'spec', 'egress').length === 3, 'it admits names, the API server and the model');
  return run;
}

export const scenario: Scenario = {
  about: 'the network policy of a run is there before its Pod, and until after it, however the run ends',
  play: async (world) => {
    const policy = `ns.${world.namespace}`;
    await apply({ apiVersion: API_VERSION, kind: 'SympoziumPolicy', metadata: { name: policy }, spec: { network: NETWORK } });

    const cancelled = await start(world, 'cancelled');
    await cancelled.change({ cancel: true });
    world.measure('cancelled: no Pod', await untilNoPod(cancelled));
    world.measure('cancelled: no policy after it', await untilNoPolicy(cancelled));
    await cancelled.until('Cancelled');

    const deleted = await start(world, 'deleted');
    await deleted.delete('--wait=false');
    world.measure('deleted: no Pod', await untilNoPod(deleted));
    world.measure('deleted: no policy after it', await untilNoPolicy(deleted));
    await deleted.untilGone();

    const ended = await start(world, 'ended', { ttlSecondsAfterFinished: 0 });
    await ended.endAgent(0);
    await ended.until('Succeeded');
    world.measure('ended: no Pod', await untilNoPod(ended));
    world.measure('ended: no policy after it', await untilNoPolicy(ended));
    await remove('sympoziumpolicy', policy);
  },
};
