import { eventually } from '../clock.ts';
import { must, type Scenario } from '../world.ts';

const PACKS = ['e2e-tools', 'e2e-more', 'e2e-plain'].map((skillPackRef) => ({ skillPackRef }));

export const scenario: Scenario = {
  about: "an AgentRun with three packs loses its rights at once at its end, whether Crossplane's circuit breaker opens or not",
  needs: ['coreMetrics'],
  play: async (world) => {
    const read = (name: 'events' | 'opens') => world.readBreaker(name);
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
    // A real Pod ends when its sidecars have, which do not heed SIGTERM here.
    const limit = world.options.fakePods ? 5 : 20;
    must(noRight <= limit, `no right within ${limit} s, not ${noRight}`);
    await run.until('Succeeded');
    await eventually('nothing is held', 60, async () => (await run.condition('RightsHeld')) === 'False/Revoked');
    world.measure('events of the whole run', (await read('events')) - before.events, '');
    world.measure('the breaker opened', (await read('opens')) - before.opens, 'times');
  },
};
