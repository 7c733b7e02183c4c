import { readCondition } from '../../../src/kube/conditions.ts';
import { readCounter } from '../metrics.ts';
import { must, type Scenario } from '../world.ts';

const PACKS = ['e2e-tools', 'e2e-more', 'e2e-plain'].map((skillPackRef) => ({ skillPackRef }));

export const scenario: Scenario = {
  about: "Crossplane's circuit breaker stays closed from an AgentRun with three packs to its end",
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
    world.measure('no right after the Pod', await run.untilNoRight());
    await run.until('Succeeded');
    must((await read('opens')) === before.opens, 'the breaker never opened');
    must(readCondition((await run.composite()) ?? {}, 'Responsive')?.status === 'True', 'the composite is Responsive');
  },
};
