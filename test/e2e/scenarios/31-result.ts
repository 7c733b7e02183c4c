/** What an agent left, on its AgentRun: once nothing is held, without credentials, and for how many events. */
import { API_VERSION } from '../../../src/api/kinds.ts';
import type { JsonObject } from '../../../src/kube/json.ts';
import { eventually, wait } from '../clock.ts';
import { apply, raw, remove } from '../kubectl.ts';
import { sumCounter } from '../metrics.ts';
import type { Run } from '../run.ts';
import { must, type Scenario, type World } from '../world.ts';

const RESULT_PATH = '/ipc/output/result.json';
const LEFT = (token: string): string =>
  `{"status":"success","response":"Three pods are healthy; ${token}","metrics":{"durationMs":900,"inputTokens":120,"outputTokens":30,"toolCalls":2}}`;
const USED = { durationMs: 900, inputTokens: 120, outputTokens: 30, toolCalls: 2, totalTokens: 150 };

/** The agent of a namespace leaves a result, of which a policy has so much told. */
function policyOf(world: World, namespace: string, capture: string): JsonObject {
  // The parts of a token, because a whole one is refused.
  const token = `ghp_'"$part"'`;
  const command = ['sh', '-c', `sleep 8; part=${'0123456789ab'.repeat(3)}; echo '${LEFT(token)}' > ${RESULT_PATH}`];
  const agent = { image: world.options.image, command, resultPath: RESULT_PATH };
  const spec = { defaults: { agent }, results: { capture } };
  return { apiVersion: API_VERSION, kind: 'SympoziumPolicy', metadata: { name: `ns.${namespace}` }, spec };
}

/** Whoever watches the Pods of the whole cluster. */
const countWatches = async (): Promise<number> =>
  sumCounter(await raw('/metrics'), 'apiserver_longrunning_requests', { verb: 'WATCH', resource: 'pods', scope: 'cluster' });

/** A run in a namespace of its own, to its end. */
async function play(world: World, capture: string): Promise<{ run: Run; tokens: number; watches: number[] }> {
  const namespace = `${world.namespace}-${capture.toLowerCase()}`;
  await world.open(namespace);
  await apply(policyOf(world, namespace, capture));
  const read = () => world.readBreaker('events');
  const [events, watches] = [await read(), [await countWatches()]];
  const run = await world.createRun({ skills: [{ skillPackRef: 'e2e-tools' }] }, 'run', namespace);
  await run.start();
  watches.push(await countWatches());
  await run.until('Succeeded', 120);
  await eventually('nothing is held', 60, async () => (await run.condition('RightsHeld')) === 'False/Revoked');
  if (capture !== 'None')
    await eventually('the result is told', 60, async () => (await run.status())['podObservedTime'] !== undefined);
  watches.push(await countWatches());
  // What is still written is counted too.
  await wait(5);
  return { run, tokens: (await read()) - events, watches };
}

export const scenario: Scenario = {
  about:
    'what an agent left is told on its AgentRun once it holds nothing, as much of it as its policy says, without credentials',
  realPods: true,
  needs: ['podStatus', 'coreMetrics'],
  play: async (world) => {
    const runs = [];
    for (const capture of ['None', 'Usage', 'Message']) runs.push({ capture, ...(await play(world, capture)) });
    for (const { capture, run, tokens, watches } of runs) {
      const { result, resultTruncated, usage, exitCode, podName } = await run.status();
      const told = JSON.stringify({ result, resultTruncated, usage, exitCode, podName });
      const words = capture === 'Message' ? { result: `${LEFT('[redacted]')}\n`, resultTruncated: false } : {};
      const expected = JSON.stringify({
        ...words,
        ...(capture !== 'None' && { usage: USED }),
        exitCode: 0,
        ...(capture !== 'None' && { podName: await run.podName() }),
      });
      must(sorted(told) === sorted(expected), `${capture}: ${expected}, not ${told}`);
      world.measure(`events with ${capture}`, tokens, '');
      const [before, working, after] = watches;
      world.measure(`more watches of all Pods after it with ${capture}`, Number(after) - Number(before), '');
      must(before === working, `nobody else watches Pods while the run holds rights: ${watches.join(', ')}`);
    }
    await world.removeRuns();
    for (const { capture } of runs) await remove('sympoziumpolicy', `ns.${world.namespace}-${capture.toLowerCase()}`);
  },
};

const sorted = (json: string): string => JSON.stringify(Object.entries(JSON.parse(json)).sort());
