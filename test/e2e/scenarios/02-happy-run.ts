import { eventually } from '../clock.ts';
import { list } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'exactly the rights of its pack while it runs and none after; one Job, started once',
  play: async (world) => {
    const run = await world.createRun();
    world.measure('Running', await run.start());
    must(await run.hasItsRights(), 'the run has the rights of its pack and no other');
    await run.untilPinned();

    await run.endAgent(0);
    world.measure('no right after the Pod', await run.untilNoRight());
    await run.until('Succeeded');
    await eventually('nothing is held', 60, async () => (await run.condition('RightsHeld')) === 'False/Revoked');
    must((await list('jobs', { namespace: world.namespace })).length === 1, 'there is one Job');
    must((await run.pods()).length === 1, 'there was one Pod');
  },
};
