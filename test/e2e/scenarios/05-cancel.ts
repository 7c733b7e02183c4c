import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'a cancelled run loses Pod and rights, and one that is cancelled at once never starts',
  play: async (world) => {
    const run = await world.createRun();
    await run.start();
    await run.change({ cancel: true });
    world.measure('no right', await run.untilNoRight());
    world.measure('no Pod more', await run.untilNoPod());
    await run.until('Cancelled');

    const early = await world.createRun({ cancel: true }, 'early');
    await early.until('Cancelled');
    must((await early.pods()).length === 0, 'the run that was cancelled at once has no Pod');
    must(await early.hasNoRight(), 'the run that was cancelled at once has no right');
  },
};
