import { RUN } from '../../../src/api/labels.ts';
import { textAt } from '../../../src/kube/json.ts';
import { eventually } from '../clock.ts';
import { apply, list, remove } from '../kubectl.ts';
import { readCounter } from '../metrics.ts';
import { Run } from '../run.ts';
import { must, type Scenario } from '../world.ts';

const RUNS = 100;
const COMPOSED = [
  'configmaps',
  'serviceaccounts',
  'roles',
  'rolebindings',
  'clusterroles',
  'clusterrolebindings',
  'jobs',
  'pods',
];

export const scenario: Scenario = {
  about: `${RUNS} runs at once start, end and lose their rights, and leave nothing behind`,
  needs: ['coreMetrics'],
  play: async (world) => {
    const ofFunction = { function_name: 'function-skillpack' };
    const calls = () => readCounter(world.options.coreMetrics ?? '', 'function_run_function_request_total', ofFunction);
    const before = await calls();
    const runs = Array.from({ length: RUNS }, (_, index) => new Run(world, `run-${index}`, world.namespace, {}));
    const inPhase = async (phase: string): Promise<boolean> => {
      const found = new Map(
        (await list('agentruns', { namespace: world.namespace })).map((item) => [textAt(item, 'metadata', 'name'), item]),
      );
      return runs.every((run) => run.learn(found.get(run.name))['phase'] === phase);
    };

    const asked = await world.requests();
    await apply(...runs.map((run) => run.manifest()));
    world.measure('all Running', await eventually('all are Running', 300, () => inPhase('Running')));
    world.measure('calls until then', (await calls()) - before, '');
    world.measure('composed objects for each', (await world.composed()).length / RUNS, '');
    world.measure('requests to the API server for each, until then', Math.round(((await world.requests()) - asked) / RUNS), '');
    for (const run of runs) await run.endAgent(0);
    let holders = runs;
    const noRight = await eventually('none has a right', 180, async () => {
      holders = await Run.holders(holders);
      return holders.length === 0;
    });
    world.measure('none has a right after the last Pod', noRight);
    await eventually('all are Succeeded', 180, () => inPhase('Succeeded'));
    must(
      runs.every((run) => world.podsEver.count(run.id) === 1),
      'each had one Pod',
    );
    world.measure('calls until all have ended', (await calls()) - before, '');

    for (const run of runs) await remove('agentrun', run.name, world.namespace);
    const isEmpty = async () => (await world.composed()).length === 0;
    world.measure('no Object after the deletion', await eventually('no Object is left', 300, isEmpty));
    const left = await list(COMPOSED.join(), { labels: RUN });
    must(left.length === 0, `nothing is left of them, not ${left.length} objects`);
  },
};
