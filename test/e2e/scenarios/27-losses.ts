import { eventually, wait } from '../clock.ts';
import { type Component, flagsOf, start, stop } from '../components.ts';
import { remove } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

const COMPONENTS: Component[] = ['core', 'provider', 'function', 'controllers'];

/** What is down when the Job is deleted; each twice. */
const DOWN = [undefined, ...COMPONENTS].flatMap((component) => [component, component]);

/** A new leader may have to wait for the lease of the old one, and a provider looks again when its time has come. */
const LIMIT = 240;

export const scenario: Scenario = {
  about: 'a Job that is deleted at ten chance moments, with core, provider, function or controllers down, never runs again',
  needs: flagsOf(...COMPONENTS),
  play: async (world) => {
    const lostAfter: number[] = [];
    for (const [index, component] of DOWN.entries()) {
      const run = await world.createRun({}, `run-${index}`);
      await eventually('it has an id', 60, async () => (await run.status())['runId'] !== undefined);
      await wait(Math.random() * 3);
      await eventually('it has a Job', 60, async () => (await run.real('job')) !== undefined);
      if (component !== undefined) await stop(world.options, component);
      try {
        await remove('job', run.workloadName, world.namespace);
        if (component !== undefined) await wait(2);
      } finally {
        if (component !== undefined) await start(world.options, component);
      }
      // One whose start was not decided is made again, and works.
      const isKnown = async () => ['Failed', 'Running'].includes(String((await run.status())['phase']));
      const hasLost = async () =>
        (await isKnown()) && ((await run.reason()) === 'Failed/WorkloadLost' || (await run.pods()).length === 1);
      const seconds = await eventually(`${run.name} is lost, or works`, LIMIT, hasLost);
      if ((await run.reason()) === 'Failed/WorkloadLost') {
        if (component === undefined) lostAfter.push(seconds);
        await run.untilNoRight();
      } else await run.change({ cancel: true });
      await eventually(`${run.name} has no right`, LIMIT, () => run.hasNoRight());
      must(world.podsEver.count(run.id) <= 1, `${run.name} never had two Pods, ${component ?? 'nothing'} down`);
    }
    if (lostAfter.length > 0) world.measure('lost, nothing down, at most', Math.max(...lostAfter));
  },
};
