import { eventually } from '../clock.ts';
import { list } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'no right before it is prepared, exactly those of its pack while it runs, none after; one Job, started once',
  play: async (world) => {
    const run = await world.createRun({ instanceRef: 'later' });
    await run.until('Pending');
    must(run.id !== '', 'a run that waits has its id');
    must((await world.composed()).length === 0, 'a run that waits has no Object');
    must(await run.hasNoRight(), 'a run that waits has no right');

    await world.createInstance('later');
    world.measure('Running after what it waited for', await run.start());
    must(await run.hasItsRights(), 'the run has the rights of its pack and no other');
    await run.untilPinned();

    await run.endAgent(0);
    world.measure('no right after the Pod', await run.untilNoRight());
    await run.until('Succeeded');
    await eventually('nothing is held', 60, async () => (await run.condition('RightsHeld')) === 'False/Revoked');
    must((await list('jobs', { namespace: world.namespace })).length === 1, 'there is one Job');
    must(world.podsEver.count(run.id) === 1, 'there was one Pod');
  },
};
