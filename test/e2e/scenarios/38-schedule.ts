import { API_VERSION } from '../../../src/api/kinds.ts';
import { SCHEDULED_AT } from '../../../src/api/labels.ts';
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../../../src/kube/json.ts';
import { eventually, wait } from '../clock.ts';
import { type Component, flagsOf, restart } from '../components.ts';
import { apply, attempt, get, list, patch, remove } from '../kubectl.ts';
import { Run } from '../run.ts';
import { must, type Scenario, type World } from '../world.ts';

const NAME = 'sweep';
const KILLED: Component[] = ['core', 'function', 'core', 'function'];
const MINUTE_MS = 60_000;

const scheduleOf = (world: World, spec: JsonObject, name = NAME): JsonObject => ({
  apiVersion: API_VERSION,
  kind: 'AgentSchedule',
  metadata: { name, namespace: world.namespace },
  spec: {
    schedule: '* * * * *',
    runTemplate: { metadata: { labels: { team: 'sre' } }, spec: { instanceRef: 'sre', task: 'Look' } },
    ...spec,
  },
});

/** Every run there ever was, by uid. */
type Seen = Map<string, { name: string; tick: string; phase: string }>;

async function look(world: World, seen: Seen): Promise<JsonObject[]> {
  const runs = await list('agentruns.sympozium.ai', { namespace: world.namespace });
  for (const run of runs) {
    const tick = textAt(run, 'metadata', 'annotations', SCHEDULED_AT);
    if (tick === undefined) continue;
    const phase = textAt(run, 'status', 'phase') ?? '';
    seen.set(textAt(run, 'metadata', 'uid') ?? '', { name: textAt(run, 'metadata', 'name') ?? '', tick, phase });
  }
  return runs;
}

/** What works ends by itself, as an agent does. */
async function endWorking(world: World, runs: JsonObject[]): Promise<void> {
  for (const resource of runs) {
    if (textAt(resource, 'status', 'phase') !== 'Running') continue;
    const run = new Run(world, textAt(resource, 'metadata', 'name') ?? '', world.namespace, {});
    run.learn(resource);
    await run.endAgent(0).catch(() => undefined);
  }
}

/** What the schedule said at its creation, and what it has decided about since then, in minutes. */
function countTicks(schedule: JsonObject): number {
  const created = Date.parse(textAt(schedule, 'metadata', 'creationTimestamp') ?? '');
  const next = Date.parse(textAt(schedule, 'status', 'nextScheduleTime') ?? '');
  return next / MINUTE_MS - Math.floor(created / MINUTE_MS) - 1;
}

/** A run that somebody made under the name of the next one is not taken over, and the schedule goes on. */
async function mustLeaveAlone(world: World): Promise<void> {
  const { namespace } = world;
  const tick = Math.ceil((Date.now() + 5_000) / MINUTE_MS);
  const taken = `taken-${tick}`;
  await apply({
    ...{ apiVersion: API_VERSION, kind: 'AgentRun', metadata: { name: taken, namespace } },
    spec: { instanceRef: 'nobody', task: 'Something else' },
  });
  await apply(scheduleOf(world, {}, 'taken'));
  await eventually('the tick is skipped', 90, async () => {
    const why = valueAt(await get('agentschedule', 'taken', namespace), 'status', 'lastSkipped', 'why');
    return why === 'NameTaken';
  });
  const run = await get('agentrun', taken, namespace);
  must(valueAt(run, 'spec', 'task') === 'Something else', 'the run of somebody else is as he made it');
  must(!listAt(run, 'metadata', 'ownerReferences').some((owner) => textAt(owner, 'name') === 'taken'), 'and stays his');
  await remove('agentschedule', 'taken', namespace);
  await remove('agentrun', taken, namespace);
  await eventually('both are gone', 60, async () => (await list('agentruns.sympozium.ai', { namespace })).length === 0);
}

export const scenario: Scenario = {
  about:
    'a schedule makes one run at each minute or skips it, while core and function are killed, deletes what has ended, and goes with all of it',
  needs: [...flagsOf('core', 'function'), 'coreMetrics'],
  play: async (world) => {
    const { namespace, options } = world;
    const minutes = Number(options.scheduleMinutes);
    const read = async () => (await get('agentschedule', NAME, namespace)) ?? {};
    const status = async () => objectAt(await read(), 'status');

    const refused = await attempt(['create', '-f', '-'], JSON.stringify(scheduleOf(world, { concurrencyPolicy: 'Never' })));
    must(refused.includes('concurrencyPolicy'), `the API server refuses what its schema refuses: ${refused}`);
    const long = await attempt(['create', '-f', '-'], JSON.stringify(scheduleOf(world, {}, 'a'.repeat(53))));
    must(long.includes('at most 52 characters'), `the name of a run has to fit: ${long}`);
    await apply(scheduleOf(world, { schedule: '0 0 * * 7', timeZone: 'Europe/Nowhere' }));
    await eventually('it is invalid', 30, async () => {
      const { phase, message } = await status();
      return phase === 'Invalid' && String(message).includes('spec.schedule') && String(message).includes('spec.timeZone');
    });
    await remove('agentschedule', NAME, namespace);

    await mustLeaveAlone(world);

    // Core counts from nothing again after each start.
    const spent = { base: await world.readBreaker('events', 'agentschedules'), sum: 0 };
    const count = async () => {
      spent.sum += (await world.readBreaker('events', 'agentschedules')) - spent.base;
      spent.base = 0;
    };
    await apply(scheduleOf(world, { successfulRunsHistoryLimit: 2, failedRunsHistoryLimit: 1 }));
    const created = Date.parse(textAt(await read(), 'metadata', 'creationTimestamp') ?? '');
    const kills = KILLED.map((component, index) => ({
      component,
      at: created + ((index + 0.5) * minutes * MINUTE_MS) / KILLED.length,
    }));
    const seen: Seen = new Map();
    const lates: number[] = [];
    while (Date.now() < created + minutes * MINUTE_MS) {
      const known = new Set(seen.keys());
      const runs = await look(world, seen);
      for (const [uid, { tick }] of seen) if (!known.has(uid)) lates.push((Date.now() - Date.parse(tick)) / 1000);
      await endWorking(world, runs);
      const due = kills[0] !== undefined && Date.now() > kills[0].at ? kills.shift() : undefined;
      if (due?.component === 'core') await count();
      if (due !== undefined) await restart(options, due.component);
      await wait(0.5);
    }
    await patch('agentschedule', NAME, namespace, { spec: { suspend: true } });
    await eventually('it is suspended', 60, async () => {
      await endWorking(world, await look(world, seen));
      const { phase, active, pendingTick } = await status();
      return phase === 'Suspended' && active === undefined && pendingTick === undefined;
    });

    const schedule = await read();
    const made = [...seen.values()];
    const ticks = countTicks(schedule);
    const skipped = Number(valueAt(schedule, 'status', 'skipped'));
    must(new Set(made.map(({ tick }) => tick)).size === made.length, `a tick has one run: ${JSON.stringify(made)}`);
    must(made.length + skipped === ticks, `${ticks} ticks are ${made.length} runs and ${skipped} that were skipped`);
    must(made.length >= minutes / 2, `most of them are runs: ${made.length} of ${ticks}`);
    await eventually('the limits hold', 60, async () => (await look(world, seen)).length <= 3);
    const [run] = await look(world, seen);
    must(textAt(run, 'metadata', 'labels', 'team') === 'sre', 'a run has the labels of the template');
    world.measure('ticks', ticks, '');
    world.measure('runs', made.length, '');
    world.measure('skipped', skipped, '');
    lates.sort((one, other) => one - other);
    world.measure('seen after its tick, half', lates[Math.floor(lates.length / 2)] ?? Number.NaN);
    world.measure('seen after its tick, at most', lates.at(-1) ?? Number.NaN);
    await count();
    world.measure('tokens of the breaker per run', Math.round(spent.sum / made.length), '');
    world.measure('the breaker opened since core was started last', await world.readBreaker('opens', 'agentschedules'), 'times');

    await remove('agentschedule', NAME, namespace);
    await eventually('its runs go with it', 60, async () => (await list('agentruns.sympozium.ai', { namespace })).length === 0);
    must(listAt(schedule, 'status', 'runs').length <= 3, 'its status has the runs that exist');
  },
};
