import { readCondition } from '../../../src/kube/conditions.ts';
import { textAt } from '../../../src/kube/json.ts';
import { eventually } from '../clock.ts';
import { grant, revoke } from '../install.ts';
import { apply, remove } from '../kubectl.ts';
import { buildPack, idle, rule } from '../packs.ts';
import { must, type Scenario } from '../world.ts';

const ROLE = 'function-skillpack-e2e:lacking';

export const scenario: Scenario = {
  about: 'a run whose rights nobody holds who could grant them says which; when they are held it goes on by itself',
  play: async (world) => {
    const pack = buildPack('e2e-lacking', idle(world.options.image, { rbac: rule('endpoints') }));
    await apply(pack);
    try {
      const run = await world.createRun({ skills: [{ skillPackRef: 'e2e-lacking' }] });
      let message = '';
      await eventually('the run says what is wrong', 60, async () => {
        const { reason } = await run.status();
        const synced = readCondition((await run.composite()) ?? {}, 'Synced');
        message = world.isDirect ? (synced?.message ?? '') : (textAt(await run.status(), 'message') ?? '');
        return world.isDirect ? synced?.status === 'False' : reason === 'CannotCreate';
      });
      must(message.includes('endpoints') && message.includes('get'), `the message names the right: ${message}`);
      must((await run.pods()).length === 0, 'nothing has started');

      await grant(world.options, ROLE, [pack]);
      world.measure('Running after the grant', await run.start(180));
    } finally {
      await remove('skillpack', 'e2e-lacking');
      await revoke(ROLE);
    }
  },
};
