import { askFor, decide, policyOf, removeApproval, untilAsking } from '../approvals.ts';
import { eventually } from '../clock.ts';
import { grant, revoke } from '../install.ts';
import { apply, remove } from '../kubectl.ts';
import { buildServer, rule } from '../packs.ts';
import { must, type Scenario } from '../world.ts';

const PACK = 'e2e-unapproved';
const ROLE = `function-skillpack-e2e:${PACK}`;

export const scenario: Scenario = {
  about: 'a run whose approval is deleted before it is let start loses what was made of it, and asks again',
  play: async (world) => {
    // Nobody holds its rights who could grant them, so that it cannot start.
    const pack = buildServer(PACK, world.options.image, { rbac: rule('endpoints') });
    await apply(pack);
    try {
      await askFor(world, { mode: 'Always' });
      const run = await world.createRun({ skills: [{ skillPackRef: PACK }] });
      const asked = await untilAsking(run);
      must((await decide(asked)) === 'done', 'an admin approves');
      await eventually('it is being made', 90, async () => (await world.composed()).length > 0);
      must((await run.pods()).length === 0, 'it has no Pod');

      await removeApproval(run);
      const isAsking = async () => (await run.reason()) === 'Pending/ApprovalRequired';
      world.measure(
        'nothing left, and asks again',
        await eventually('nothing of it is left, and it asks', 120, async () => {
          return (await isAsking()) && (await world.composed()).length === 0;
        }),
      );
      must((await run.pods()).length === 0, 'it had no Pod');

      await grant(world.options, ROLE, [pack]);
      must((await decide((await run.read()) ?? {})) === 'done', 'an admin approves it again');
      world.measure('Serving after it was approved again', await run.until('Serving', 180));
    } finally {
      await remove('sympoziumpolicy', policyOf(world));
      await world.removeRuns();
      await remove('skillpack', PACK);
      await revoke(ROLE);
    }
  },
};
