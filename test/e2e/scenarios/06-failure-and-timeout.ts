import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'an agent that fails, and one that does not end in its time: no right after, and the reason told',
  play: async (world) => {
    const failing = await world.createRun({}, 'failing');
    await failing.start();
    await failing.endAgent(1);
    world.measure('no right after the failure', await failing.untilNoRight());
    await failing.until('Failed');
    must((await failing.reason()) === 'Failed/AgentFailed', `Failed/AgentFailed, not ${await failing.reason()}`);

    const slow = await world.createRun({ timeout: '1s', startTimeout: '30s' }, 'slow');
    await slow.start();
    world.measure('no right of a run that may take 1 s', await slow.untilNoRight(150));
    await slow.until('Failed', 60);
    must((await slow.reason()) === 'Failed/DeadlineExceeded', `Failed/DeadlineExceeded, not ${await slow.reason()}`);
  },
};
