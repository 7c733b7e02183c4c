/** What a plugin makes of the network policies of runs: packets arrive, or do not. */
import { API_VERSION } from '../../../src/api/kinds.ts';
import { AGENT_RUN } from '../../../src/api/labels.ts';
import { type JsonObject, textAt } from '../../../src/kube/json.ts';
import { eventually, wait } from '../clock.ts';
import { apply, exec, remove } from '../kubectl.ts';
import type { Run } from '../run.ts';
import { must, type Scenario, type World } from '../world.ts';

const DESTINATION = { name: 'web', podLabels: { [AGENT_RUN]: 'web' }, ports: [{ port: 8080 }] };
const ISOLATE = { mode: 'Isolate', apiServer: { cidrs: ['127.0.0.1/32'] }, destinations: [DESTINATION], ingress: 'Namespace' };

const setNetwork = (world: World, network: JsonObject): Promise<string> =>
  apply({
    apiVersion: API_VERSION,
    kind: 'SympoziumPolicy',
    metadata: { name: `ns.${world.namespace}` },
    spec: { network, limits: { egress: ['web'] } },
  });

/** Whether the agent of a run gets a page of a server. */
async function reaches(run: Run, address: string): Promise<boolean> {
  const script = `printf 'GET /e2e-web.md HTTP/1.0\\r\\n\\r\\n' | nc -w 2 ${address} | head -n 1`;
  return (await exec(await run.podName(), 'agent', run.namespace, script)).includes('200');
}

/** A plugin learns of a Pod a moment after it has started, so the first answers do not count. */
const LEARNING_SECONDS = 10;

async function ask(world: World, name: string, address: string, spec: JsonObject = {}): Promise<boolean> {
  const run = await world.createRun(spec, name);
  await run.start();
  await wait(LEARNING_SECONDS);
  const answer = await reaches(run, address);
  await run.change({ cancel: true });
  await run.until('Cancelled');
  return answer;
}

export const scenario: Scenario = {
  about: 'where a plugin enforces policies a run reaches what it asked for and nothing else, and an open one what it likes',
  realPods: true,
  needs: ['networkPlugin'],
  play: async (world) => {
    await setNetwork(world, ISOLATE);
    const web = await world.createRun({ mode: 'server', skills: [{ skillPackRef: 'e2e-web' }] }, 'web');
    await web.until('Serving', 120);
    const ip = textAt((await web.pods())[0], 'status', 'podIP') ?? '';
    const address = `${ip} 8080`;

    must(await ask(world, 'asking', address, { egress: ['web'] }), 'a run reaches what it asked for');
    must(!(await ask(world, 'silent', address)), 'a run that did not ask does not reach it');
    must(!(await ask(world, 'elsewhere', `${ip} 8081`, { egress: ['web'] })), 'nor another port of it');

    await setNetwork(world, { mode: 'Open' });
    await eventually('the server is open', 60, async () => (await web.real('networkpolicy')) === undefined);
    must(
      await ask(world, 'open', address),
      'a run that is not isolated reaches it, so that the others were refused by their policies',
    );
    await world.removeRuns();
    await remove('sympoziumpolicy', `ns.${world.namespace}`);
  },
};
