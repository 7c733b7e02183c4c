import { textAt } from '../../../src/kube/json.ts';
import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'a run that is deleted and made again at once under its name is another run, with its own rights and Job',
  play: async (world) => {
    const first = await world.createRun();
    await first.start();
    const uid = textAt(await first.read(), 'metadata', 'uid');
    await first.delete();
    if (!world.variant.objects.namespaced) await first.untilGone();
    const second = await world.createRun();
    world.measure('Running again', await second.start());
    must(textAt(await second.read(), 'metadata', 'uid') !== uid, 'it is another AgentRun');
    must(second.workloadName !== first.workloadName, 'it has another Job');
    must(await second.hasItsRights(), 'it has its rights');
    world.measure('no right of the first', await first.untilNoRight());
    must((await second.pods()).length === 1, 'it has one Pod');
  },
};
