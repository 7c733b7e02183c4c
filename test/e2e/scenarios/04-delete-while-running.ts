import { eventually } from '../clock.ts';
import type { Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'a running AgentRun that is deleted takes everything along; its namespace goes after it',
  play: async (world) => {
    const run = await world.createRun();
    await run.start();
    await run.delete();
    world.measure('no right', await run.untilNoRight());
    world.measure('no Pod more', await run.untilNoPod());
    world.measure('AgentRun gone', await run.untilGone());
    // The garbage collector takes a Job some moments after its Pod.
    for (const kind of ['job', 'configmap', 'serviceaccount', 'role', 'rolebinding'])
      await eventually(`the ${kind} of the run is gone`, 10, async () => (await run.real(kind)) === undefined);
    const isEmpty = async () => (await world.composed()).length === 0;
    world.measure('Objects gone', await eventually('no Object is left', 120, isEmpty));
  },
};
