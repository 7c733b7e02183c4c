import { wait } from '../clock.ts';
import { list, remove } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'a Job, or its Object, deleted by hand, while it runs and after its end, never runs again',
  play: async (world) => {
    const lost = await world.createRun({}, 'lost');
    await lost.start();
    await lost.untilPinned();
    const deletedAt = performance.now();
    await remove('job', lost.workloadName, world.namespace);
    await lost.until('Failed', 90);
    world.measure('a Job that was deleted is lost after', Math.round((performance.now() - deletedAt) / 1000));
    await lost.mustBe('Failed/WorkloadLost');
    world.measure('and then no right', await lost.untilNoRight());

    const dropped = await world.createRun({}, 'dropped');
    await dropped.start();
    await dropped.removeComposed('agentrun-job');
    await dropped.until('Failed', 90);
    world.measure('no right when the Object is deleted', await dropped.untilNoRight());

    const done = await world.createRun({}, 'done');
    await done.start();
    await done.endAgent(0);
    await done.until('Succeeded');
    await remove('job', done.workloadName, world.namespace);
    await wait(20);
    must((await list('jobs', { namespace: world.namespace })).length === 0, 'no Job was made again');
    must((await list('pods', { namespace: world.namespace })).length === 0, 'no Pod was made again');
    await done.mustBe('Succeeded/Completed');
  },
};
