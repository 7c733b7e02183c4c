import { listAt } from '../../../src/kube/json.ts';
import { apply, list, remove } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'a run that the policy denies is told every reason and never has an Object',
  play: async (world) => {
    const policy = `ns.${world.namespace}`;
    const spec = { packs: [{ name: 'e2e-tools', namespaces: ['somewhere-else'] }] };
    await apply({ apiVersion: 'sympozium.ai/v1alpha1', kind: 'SympoziumPolicy', metadata: { name: policy }, spec });
    try {
      const run = await world.createRun();
      await run.until('Failed');
      must((await run.reason()) === 'Failed/PolicyDenied', `Failed/PolicyDenied, not ${await run.reason()}`);
      const path = world.variant.objects.namespaced ? ['spec', 'crossplane', 'resourceRefs'] : ['spec', 'resourceRefs'];
      const composites = await list(`${world.variant.agentRun.toLowerCase()}s.sympozium.ai`);
      must(
        composites.every((composite) => listAt(composite, ...path).length === 0),
        'no Object was ever asked for',
      );
      must((await world.composed()).length === 0, 'there is no Object');
    } finally {
      await remove('sympoziumpolicy', policy);
    }
  },
};
