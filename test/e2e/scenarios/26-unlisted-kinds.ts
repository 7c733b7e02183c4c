import { readCondition } from '../../../src/kube/conditions.ts';
import { eventually } from '../clock.ts';
import { grant, ROLE, revoke } from '../install.ts';
import { buildPacks } from '../packs.ts';
import { must, type Scenario } from '../world.ts';

/** Crossplane gives up on a requirement that it may not list after two minutes, and does nothing else for the run until then. */
const STALL_SECONDS = 60;

export const scenario: Scenario = {
  about:
    'a kind that Crossplane may not list is never asked for: a run that cannot be made is cancelled at once, and says why it waits',
  configurations: ['direct'],
  play: async (world) => {
    await revoke(ROLE);
    try {
      const run = await world.createRun();
      await run.until('Preparing');
      const synced = async (): Promise<string> => readCondition((await run.read()) ?? {}, 'Synced')?.message ?? '';
      const isTold = async () => (await synced()).includes('cannot apply composed resource');
      world.measure('Synced says why', await eventually('Synced tells why', STALL_SECONDS, isTold));
      must((await run.pods()).length === 0, 'nothing has started');
      await run.change({ cancel: true });
      world.measure('Cancelled', await run.until('Cancelled', STALL_SECONDS));
      const isRevoked = async () => (await run.condition('RightsHeld')) === 'False/Revoked';
      world.measure('nothing is held', await eventually('nothing is held', STALL_SECONDS, isRevoked));
      await run.delete();
      await run.untilGone(STALL_SECONDS);
    } finally {
      await grant(world.options, ROLE, buildPacks(world.options));
    }
  },
};
