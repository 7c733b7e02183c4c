import { flagsOf, start, stop } from '../components.ts';
import { annotate } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: "with Kubernetes' controllers down, and so its garbage collector, a run that is cancelled loses its rights all the same",
  compose: 'Resources',
  needs: flagsOf('controllers'),
  play: async (world) => {
    const run = await world.createRun();
    await run.start();
    must(await run.hasItsRights(), 'it has its rights');
    await stop(world.options, 'controllers');
    try {
      await run.change({ cancel: true });
      world.measure('no right', await run.untilNoRight());
      await run.until('Cancelled');
      must((await run.pods()).length === 1, 'nobody has taken its Pod');
      must((await run.condition('RightsHeld')).startsWith('True'), 'what is not gone counts as held');
      await annotate('agentrun', run.name, run.namespace, 'example.org/touched=true');
      must(await run.hasNoRight(), 'it gets none again');
    } finally {
      await start(world.options, 'controllers');
    }
    world.measure('no Pod when they are back', await run.untilNoPod());
    must(world.podsEver.count(run.id) === 1, 'there was one Pod');
  },
};
