import { textAt } from '../../../src/kube/json.ts';
import { wait } from '../clock.ts';
import { must, type Scenario } from '../world.ts';

const RUNS = 20;
/** A real Pod ends when its sidecars have, which do not heed SIGTERM here. */
const LIMITS = { fake: 5, real: 20 };

/** A composite's circuit breaker has the least left right after its start. */
export const scenario: Scenario = {
  about: `${RUNS} runs that end within 5 s of their start, one after the other, have no right ${LIMITS.fake} s after their Pod has ended`,
  needs: ['coreMetrics'],
  play: async (world) => {
    const opens = () => world.readBreaker('opens');
    const before = await opens();
    const seconds: { start: number; noRight: number; lived: number }[] = [];
    for (let index = 0; index < RUNS; index += 1) {
      const run = await world.createRun({ ttlSecondsAfterFinished: 0 }, `short-${index}`);
      const start = await run.start();
      await run.endAgent(0);
      const noRight = await run.untilNoRight();
      await run.until('Succeeded');
      const status = await run.status();
      const time = (field: string): number => Date.parse(textAt(status, field) ?? '') / 1000;
      seconds.push({ start, noRight, lived: time('completionTime') - time('startTime') });
      await run.mustBe('Succeeded/Completed');
      await run.delete();
      await wait(1);
    }
    const of = (field: 'start' | 'noRight' | 'lived'): number[] => seconds.map((each) => each[field]).sort((a, b) => a - b);
    const ends = of('noRight');
    world.measure('Running, median', of('start')[RUNS / 2] ?? 0);
    world.measure('longest life of a Pod', of('lived')[RUNS - 1] ?? 0);
    world.measure('no right after the Pod, median', ends[RUNS / 2] ?? 0);
    world.measure('and at most', ends[RUNS - 1] ?? 0);
    world.measure('the breaker opened', (await opens()) - before, 'times');
    const limit = world.options.fakePods ? LIMITS.fake : LIMITS.real;
    must(
      ends.every((end) => end <= limit),
      `within ${limit} s, not ${ends.join(', ')}`,
    );
  },
};
