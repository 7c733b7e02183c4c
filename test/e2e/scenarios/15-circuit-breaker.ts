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
    const tokens = () => readCounter(world.options.coreMetrics ?? '', 'circuit_breaker_events_total', controller);
    const before = await tokens();
    const run = await world.createRun({ skills: PACKS });
    world.measure('Running', await run.start());
    world.measure('events until Running', (await tokens()) - before, '');
    const isResponsive = async (): Promise<boolean> =>
      readCondition((await run.composite()) ?? {}, 'Responsive')?.status !== 'False';
    must(await isResponsive(), 'the breaker is closed when the run works');
    await run.untilPinned();
    await run.endAgent(0);
    world.measure('no right after the Pod', await run.untilNoRight());
    await run.until('Succeeded');
    must(await isResponsive(), 'the breaker is closed at the end');
  },
};
