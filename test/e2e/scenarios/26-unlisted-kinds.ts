import { readCondition } from '../../../src/kube/conditions.ts';
import { textAt } from '../../../src/kube/json.ts';
import { eventually } from '../clock.ts';
import { grant, ROLE, revoke } from '../install.ts';
import { buildPacks } from '../packs.ts';
import { must, type Scenario } from '../world.ts';

const PLAIN = 'e2e-plain';
const LEAST = 'function-skillpack-e2e:least';

/** Crossplane gives up on a requirement that it may not list after two minutes, and does nothing else for the run until then. */
const STALL_SECONDS = 30;

export const scenario: Scenario = {
  about:
    'Crossplane is never asked for a kind that it may not list: without any right on roles, runs without rights live, end and go',
  compose: 'Resources',
  play: async (world) => {
    const packs = buildPacks(world.options);
    const isPlain = (pack: unknown): boolean => textAt(pack, 'metadata', 'name') === PLAIN;
    await grant(world.options, LEAST, packs.filter(isPlain));
    await revoke(ROLE);
    try {
      const run = await world.createRun({ skills: [{ skillPackRef: PLAIN }] });
      world.measure('Running', await run.start(STALL_SECONDS));
      await run.change({ cancel: true });
      world.measure('Cancelled', await run.until('Cancelled', STALL_SECONDS));
      const isRevoked = async () => (await run.condition('RightsHeld')) === 'False/Revoked';
      world.measure('nothing is held', await eventually('nothing is held', STALL_SECONDS, isRevoked));

      const asking = await world.createRun({}, 'asking');
      const synced = async (): Promise<string> => readCondition((await asking.composite()) ?? {}, 'Synced')?.message ?? '';
      await eventually('Synced tells what is forbidden', STALL_SECONDS, async () => (await synced()).includes('is forbidden'));
      must((await asking.pods()).length === 0, 'nothing has started');
      await asking.delete();
      world.measure('gone, of a run that cannot be made', await asking.untilGone(STALL_SECONDS));

      const waiting = await world.createRun({}, 'waiting');
      await waiting.until('Preparing');
      await grant(world.options, ROLE, packs);
      world.measure('Running after the grant', await waiting.start(120));
    } finally {
      await grant(world.options, ROLE, packs);
    }
    await world.removeRuns();
    await revoke(LEAST);
  },
};
