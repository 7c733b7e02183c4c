import { grantTo, revoke, setInput } from '../install.ts';
import { apply, remove } from '../kubectl.ts';
import { buildPack, idle, rule } from '../packs.ts';
import { TOOLS_MAY, TOOLS_MAY_IN_CLUSTER } from '../run.ts';
import { must, type Scenario } from '../world.ts';

const ROLE = 'function-skillpack-e2e:cluster-rights';
const PACK = 'e2e-cluster';

/** Sets who makes rights in the whole cluster. */
const setClusterRights = (clusterRights: 'Provider' | 'Refuse'): Promise<void> =>
  setInput('agentrun', 'clusterRights', clusterRights);

export const scenario: Scenario = {
  about: 'rights in the whole cluster: refused with what to do, then made by the provider beside what Crossplane composes itself',
  configurations: ['direct'],
  play: async (world) => {
    const pack = buildPack(PACK, idle(world.options.image, { rbac: rule('pods'), clusterRBAC: rule('nodes') }));
    await apply(pack);
    try {
      const refused = await world.createRun({ skills: [{ skillPackRef: PACK }] }, 'refused');
      await refused.until('Failed');
      await refused.mustBe('Failed/InvalidSpec');
      const { message } = (await refused.status()) as { message?: string };
      must(message?.includes('clusterRights: Provider') === true, `it says what to do: ${message}`);
      must((await world.composed()).length === 0, 'nothing was composed');

      await setClusterRights('Provider');
      await grantTo({ maker: 'provider', scope: 'cluster' }, world.options, ROLE, [pack]);
      await grantTo({ maker: 'crossplane', scope: 'namespace' }, world.options, `${ROLE}-core`, [pack]);
      const run = await world.createRun({ skills: [{ skillPackRef: PACK }] });
      world.measure('Running', await run.start());
      must(await run.hasItsRights([...TOOLS_MAY, ...TOOLS_MAY_IN_CLUSTER]), 'it has both rights and no other');
      await run.endAgent(0);
      world.measure('no right after the Pod', await run.untilNoRight());
      await run.until('Succeeded');
    } finally {
      await setClusterRights('Refuse');
      await remove('skillpack', PACK);
    }
    await world.removeRuns();
    await revoke(ROLE);
    await revoke(`${ROLE}-core`);
  },
};
