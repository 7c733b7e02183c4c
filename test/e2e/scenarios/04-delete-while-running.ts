import { eventually } from '../clock.ts';
import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'a running AgentRun that is deleted takes everything along; its namespace goes after it',
  play: async (world) => {
    const run = await world.createRun();
    await run.start();
    await run.delete();
    world.measure('no right', await run.untilNoRight());
    world.measure('no Pod more', await run.untilNoPod());
    world.measure('AgentRun gone', await run.untilGone());
    for (const kind of ['job', 'configmap', 'serviceaccount', 'role', 'rolebinding'])
      must((await run.real(kind)) === undefined, `the ${kind} of the run is gone`);
    const isEmpty = async () => (await world.objects()).length === 0;
    world.measure('Objects gone', await eventually('no Object is left', 120, isEmpty));
  },
};
