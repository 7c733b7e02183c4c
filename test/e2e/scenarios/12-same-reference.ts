import { textAt } from '../../../src/kube/json.ts';
import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'a claim applied again from a backup, with the spec.resourceRef of the deleted one, is another run with its own Job',
  configurations: ['claims'],
  play: async (world) => {
    const first = await world.createRun();
    await first.start();
    const name = textAt(await first.read(), 'spec', 'resourceRef', 'name') ?? '';
    await first.delete();
    await first.untilGone();
    const resourceRef = { apiVersion: 'sympozium.ai/v1alpha1', kind: 'XAgentRun', name };
    const second = await world.createRun({ resourceRef });
    world.measure('Running again', await second.start());
    must(textAt(await second.read(), 'spec', 'resourceRef', 'name') === name, 'the composite has the old name');
    must(second.workloadName !== first.workloadName, 'it has another Job');
    must(await second.hasItsRights(), 'it has its rights');
    must(await first.hasNoRight(), 'the first has none');
    must((await second.pods()).length === 1, 'it has one Pod');
  },
};
