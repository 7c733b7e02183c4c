import { readCounter } from '../metrics.ts';
import { must, type Scenario } from '../world.ts';

const PACKS = ['e2e-tools', 'e2e-more', 'e2e-plain'].map((skillPackRef) => ({ skillPackRef }));

export const scenario: Scenario = {
  about: "an AgentRun with three packs loses its rights at once at its end, whether Crossplane's circuit breaker opens or not",
  needs: ['coreMetrics'],
  play: async (world) => {
    const plural = world.isNamespaced ? 'agentruns' : 'xagentruns';
    const controller = { controller: `composite/${plural}.sympozium.ai` };
    const read = (name: string) => readCounter(world.options.coreMetrics ?? '', `circuit_breaker_${name}_total`, controller);
    const before = { events: await read('events'), opens: await read('opens') };
    const run = await world.createRun({ skills: PACKS });
    world.measure('Running', await run.start());
    const events = (await read('events')) - before.events;
    must(events > 0, 'the breaker counts');
    world.measure('events until Running', events, '');
    await run.untilPinned();
    await run.endAgent(0);
    const noRight = await run.untilNoRight();
    world.measure('no right after the Pod', noRight);
    must(noRight <= 5, `no right within 5 s, not ${noRight}`);
    await run.until('Succeeded');
    world.measure('the breaker opened', (await read('opens')) - before.opens, 'times');
  },
};
