import { must, type Scenario } from '../world.ts';

const TIMES = 50;

export const scenario: Scenario = {
  about: 'a run that is applied 50 times with a change of its annotations starts once and ends as it should',
  play: async (world) => {
    const run = await world.createRun();
    for (let time = 1; time < TIMES; time += 1) await run.apply({ 'example.org/applied': String(time) });
    await run.start();
    await run.untilPinned(60);
    await run.endAgent(0);
    world.measure('no right after the Pod', await run.untilNoRight());
    await run.apply();
    await run.until('Succeeded');
    must(world.podsEver.count(run.id) === 1, 'there was one Pod');
  },
};
