import { textAt } from '../../../src/kube/json.ts';
import { eventually, wait } from '../clock.ts';
import { list, remove } from '../kubectl.ts';
import { must, type Run, type Scenario } from '../world.ts';

async function isPinned(run: Run): Promise<boolean> {
  return JSON.stringify((await run.object('agentrun-job'))?.['spec']).includes('["Observe","Delete"]');
}

export const scenario: Scenario = {
  about: 'a Job, or its Object, deleted by hand, while it runs and after its end, never runs again',
  play: async (world) => {
    const lost = await world.createRun({ skills: [{ skillPackRef: 'e2e-tools' }] }, 'lost');
    await lost.start();
    await eventually('the Job is pinned', 60, () => isPinned(lost));
    await remove('job', lost.workloadName, world.namespace);

    const dropped = await world.createRun({ skills: [{ skillPackRef: 'e2e-tools' }] }, 'dropped');
    await dropped.start();
    const { apiVersion, namespaced } = world.variant.objects;
    const object = textAt(await dropped.object('agentrun-job'), 'metadata', 'name') ?? '';
    await remove(`objects.${apiVersion.split('/')[0]}`, object, namespaced ? world.namespace : undefined);
    await dropped.until('Failed', 90);
    world.measure('no right when the Object is deleted', await dropped.untilNoRight());

    const done = await world.createRun({ skills: [{ skillPackRef: 'e2e-tools' }] }, 'done');
    await done.start();
    await done.endAgent(0);
    await done.until('Succeeded');
    await remove('job', done.workloadName, world.namespace);
    await wait(20);
    must((await list('jobs', { namespace: world.namespace })).length === 0, 'no Job was made again');
    must((await list('pods', { namespace: world.namespace })).length === 0, 'no Pod was made again');
    must((await done.reason()) === 'Succeeded/Completed', 'the run that succeeded has succeeded');
  },
};
