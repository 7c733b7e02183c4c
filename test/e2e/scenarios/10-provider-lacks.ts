import { textAt } from '../../../src/kube/json.ts';
import { eventually } from '../clock.ts';
import { grant, revoke } from '../install.ts';
import { apply, remove } from '../kubectl.ts';
import { buildPack, idle, rule } from '../packs.ts';
import { must, type Scenario } from '../world.ts';

const ROLE = 'function-skillpack-e2e:lacking';

export const scenario: Scenario = {
  about: 'a run whose rights the provider does not hold says which; when they are granted it goes on by itself',
  play: async (world) => {
    const pack = buildPack('e2e-lacking', idle(world.options.image, { rbac: rule('endpoints') }));
    await apply(pack);
    try {
      const run = await world.createRun({ skills: [{ skillPackRef: 'e2e-lacking' }] });
      await eventually('the run says what is wrong', 60, async () => (await run.reason()) === 'Preparing/CannotCreate');
      const message = textAt(await run.status(), 'message') ?? '';
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
