import { valueAt } from '../../../src/kube/json.ts';
import { eventually } from '../clock.ts';
import { list } from '../kubectl.ts';
import { must, type Scenario, TOOLS_MAY_NOT } from '../world.ts';

export const scenario: Scenario = {
  about: 'exactly the rights of its pack while it runs and none after; one Job, started once',
  play: async (world) => {
    const run = await world.createRun({ skills: [{ skillPackRef: 'e2e-tools' }] });
    world.measure('Running', await run.start());
    must((await run.may()).every(Boolean), 'the run has the rights of its pack');
    must(
      (await run.may(TOOLS_MAY_NOT)).every((is) => !is),
      'the run has no other right',
    );
    await eventually('its Object is pinned', 30, async () =>
      JSON.stringify(valueAt(await run.object('agentrun-job'), 'spec', 'managementPolicies')).includes('["Observe","Delete"]'),
    );

    await run.endAgent(0);
    world.measure('no right after the Pod', await run.untilNoRight());
    await run.until('Succeeded');
    await eventually('nothing is held', 60, async () => (await run.condition('RightsHeld')) === 'False/Revoked');
    must((await list('jobs', { namespace: world.namespace })).length === 1, 'there is one Job');
    must((await run.pods()).length === 1, 'there was one Pod');
  },
};
