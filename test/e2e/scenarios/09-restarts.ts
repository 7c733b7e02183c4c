import { eventually } from '../clock.ts';
import { type Component, flagsOf, restart } from '../components.ts';
import { must, type Scenario } from '../world.ts';

const COMPONENTS: Component[] = ['core', 'provider', 'function'];

/** A new leader of Crossplane or the provider may have to wait for the lease of the old one. */
const LIMIT = 180;

export const scenario: Scenario = {
  about: 'core, provider and function killed while the run is prepared, while it runs and at its end: it starts once and ends',
  needs: flagsOf(...COMPONENTS),
  play: async (world) => {
    for (const component of COMPONENTS) {
      const run = await world.createRun({}, component);
      await eventually('the run is known', LIMIT, async () => (await run.status())['phase'] !== undefined);
      await restart(world.options, component);
      world.measure(`Running, ${component} killed before`, await run.start(LIMIT));

      await restart(world.options, component);
      await run.untilPinned(LIMIT);
      must(await run.hasItsRights(), `the run has its rights after ${component} was killed`);

      await run.endAgent(0);
      await restart(world.options, component);
      world.measure(`no right after the Pod, ${component} killed`, await run.untilNoRight(LIMIT));
      await run.until('Succeeded', LIMIT);
      must(world.podsEver.count(run.id) === 1, `there was one Pod although ${component} was killed`);
    }
  },
};
