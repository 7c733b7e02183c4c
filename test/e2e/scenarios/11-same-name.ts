import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'two runs of one name in two namespaces, with cluster-wide rights, do not know of each other',
  play: async (world) => {
    const other = `${world.namespace}-b`;
    await world.open(other);
    const runs = await Promise.all([world.namespace, other].map((namespace) => world.createRun({}, 'run', namespace)));
    for (const run of runs) await run.start();
    const [first, second] = runs;
    must(first !== undefined && second !== undefined, 'there are two runs');
    must(first.workloadName !== second.workloadName, 'they have two names');
    await first.delete();
    world.measure('no right of the deleted one', await first.untilNoRight());
    must(await second.hasItsRights(), 'the other has its rights');
    must((await second.pods()).length === 1, 'the other has its Pod');
  },
};
