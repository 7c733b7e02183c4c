import { wait } from '../clock.ts';
import { flagsOf, start, stop } from '../components.ts';
import { must, type Scenario } from '../world.ts';

const DOWN_SECONDS = 60;

export const scenario: Scenario = {
  about: 'with the provider down nobody can take rights back; once it is here again the run that ended or was deleted loses them',
  needs: flagsOf('provider'),
  compose: 'Objects',
  play: async (world) => {
    const ended = await world.createRun({}, 'ended');
    const deleted = await world.createRun({}, 'deleted');
    for (const run of [ended, deleted]) {
      await run.start();
      await run.untilPinned();
    }
    await stop(world.options, 'provider');
    try {
      await ended.endAgent(0);
      await deleted.delete();
      await wait(DOWN_SECONDS);
      const holding = [];
      for (const run of [ended, deleted]) if (await run.hasItsRights()) holding.push(run.name);
      world.measure('hold their rights while it is down', holding.length, 'runs');
      must((await deleted.pods()).length === 1, 'the Pod of the deleted run lives');
    } finally {
      await start(world.options, 'provider');
    }
    world.measure('no right of the ended one', await ended.untilNoRight(180));
    world.measure('no right of the deleted one', await deleted.untilNoRight(180));
    await ended.until('Succeeded', 120);
    await deleted.untilGone(180);
    must((await deleted.pods()).length === 0, 'the Pod of the deleted run is gone');
    for (const run of [ended, deleted]) must(world.podsEver.count(run.id) === 1, `${run.name} had one Pod`);
  },
};
