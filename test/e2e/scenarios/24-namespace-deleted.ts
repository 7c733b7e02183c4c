import { eventually } from '../clock.ts';
import { get, list, remove } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

export const scenario: Scenario = {
  about: 'a namespace that is deleted with runs at work in it goes, with everything of them',
  compose: 'Resources',
  play: async (world) => {
    const namespace = `${world.namespace}-gone`;
    await world.open(namespace);
    const runs = [];
    for (const name of ['one', 'two', 'three']) runs.push(await world.createRun({}, name, namespace));
    for (const run of runs) await run.start();
    await remove('namespace', namespace);
    for (const run of runs) world.measure(`no right of ${run.name}`, await run.untilNoRight());
    const isGone = async () => (await get('namespace', namespace)) === undefined;
    world.measure('namespace gone', await eventually('the namespace is gone', 120, isGone));
    must((await world.composed()).length === 0, 'nothing composed is left');
    must((await list('pods', { namespace })).length === 0, 'no Pod is left');
  },
};
