/** Lives of a run, each from its creation to its deletion. */
import { isFinal } from '../api/reasons.ts';
import { type JsonObject, objectAt } from '../kube/json.ts';
import { Simulation } from './simulation.ts';
import { World, type WorldCast, type WorldOptions } from './world.ts';

interface Scenario {
  about: string;
  options?: Partial<WorldOptions>;
  /** Whether the deletion at the end is what it is about. */
  deletes?: boolean;
  /** What happens between creation and deletion. */
  play: (simulation: Simulation) => void;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** As the public agent runner leaves it. */
const RESULT =
  '{"status":"success","response":"Done","metrics":{"durationMs":60000,"inputTokens":1200,"outputTokens":300,"toolCalls":2}}';

export const SCENARIOS = {
  success: {
    about: 'the agent ends its task after a minute',
    play: (simulation) => {
      work(simulation);
      endWell(simulation);
      simulation.until(() => simulation.carriedOf('agentrun-job') === undefined, HOUR);
      simulation.wait(MINUTE);
    },
  },
  failure: {
    about: 'the agent ends with exit code 1',
    play: (simulation) => {
      work(simulation);
      simulation.endAgent(1);
      settle(simulation);
    },
  },
  'exit-code': {
    about: 'the agent is killed, exit code 137, as the kernel does it for lack of memory',
    play: (simulation) => {
      work(simulation);
      simulation.endAgent(137);
      settle(simulation);
    },
  },
  oom: {
    about: 'the agent takes more memory than it was given, and is killed',
    play: (simulation) => {
      work(simulation);
      simulation.endAgent(137, { reason: 'OOMKilled' });
      settle(simulation);
      simulation.wait(MINUTE);
    },
  },
  result: {
    about: 'the agent leaves a result and what it used',
    play: (simulation) => {
      work(simulation);
      simulation.endAgent(0, { message: RESULT });
      settle(simulation);
      simulation.wait(MINUTE);
    },
  },
  evicted: {
    about: 'the Pod is evicted from its node while the agent works',
    play: (simulation) => {
      work(simulation);
      simulation.evict();
      settle(simulation);
    },
  },
  'image-pull': {
    about: 'the Pod does not start, because its image cannot be pulled',
    play: (simulation) => {
      simulation.setStarting(false);
      start(simulation);
      settle(simulation, 24 * HOUR);
    },
  },
  'slow-pull': {
    about: 'the image takes 4 minutes, and the agent does not end',
    play: (simulation) => {
      simulation.setStarting(false);
      start(simulation);
      simulation.wait(4 * MINUTE);
      simulation.setStarting(true);
      settle(simulation, 24 * HOUR);
    },
  },
  timeout: {
    about: 'the agent does not end',
    play: (simulation) => {
      start(simulation);
      settle(simulation, 24 * HOUR);
    },
  },
  cancel: {
    about: 'the AgentRun is cancelled while the agent works',
    play: (simulation) => {
      work(simulation);
      simulation.world.timeline.tell('spec.cancel is set');
      simulation.change({ cancel: true });
      settle(simulation);
    },
  },
  'delete-while-running': {
    about: 'the AgentRun is deleted while the agent works',
    deletes: true,
    play: (simulation) => work(simulation),
  },
  'job-vanishes': {
    about: 'somebody deletes the Job while the agent works',
    play: (simulation) => {
      work(simulation);
      simulation.deleteJob();
      settle(simulation, 24 * HOUR);
    },
  },
  'object-vanishes': {
    about: 'somebody deletes the Object of the Job, or the Job where none is, while the agent works',
    play: (simulation) => {
      work(simulation);
      simulation.deleteCarried('agentrun-job');
      settle(simulation);
    },
  },
  'pack-edited': {
    about: 'every pack gets another image and more rights while the agent works',
    play: (simulation) => {
      work(simulation);
      simulation.world.timeline.tell('every SkillPack is edited');
      for (const pack of simulation.world.api.list('SkillPack')) {
        const spec = objectAt(pack, 'spec');
        const rbac = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
        const sidecar = { ...objectAt(spec, 'sidecar'), image: 'edited.example.org/tools:2', rbac };
        simulation.world.api.put({ ...pack, spec: { ...spec, sidecar } });
      }
      simulation.wait(MINUTE);
      endWell(simulation);
    },
  },
  denied: {
    about: 'a human denies the run, where one is asked',
    play: (simulation) => {
      ask(simulation, 'Denied');
      settle(simulation);
    },
  },
  unanswered: {
    about: 'no human decides, where one is asked',
    play: (simulation) => {
      simulation.until(() => isSettled(simulation) || isUp(simulation), 40 * 24 * HOUR);
    },
  },
  'provider-slow': {
    about: 'the provider takes 20 seconds for everything and runs without --enable-watches',
    options: { watches: false, providerDelayMs: 20_000 },
    play: (simulation) => {
      work(simulation);
      endWell(simulation);
    },
  },
  reapplied: {
    about: 'the AgentRun is applied again and again, while Crossplane and the provider are restarted',
    play: (simulation) => {
      const again = (): void => {
        simulation.world.timeline.tell('the AgentRun is applied again, Crossplane and the provider are restarted');
        simulation.apply();
        simulation.world.crossplane.stop();
        simulation.world.provider.stop();
        simulation.wait(5);
        simulation.world.crossplane.start();
        simulation.world.provider.start();
      };
      simulation.until(() => simulation.status.phase === 'Preparing', MINUTE);
      again();
      work(simulation);
      again();
      simulation.wait(MINUTE);
      endWell(simulation);
      again();
      simulation.wait(MINUTE);
    },
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

/** What a scenario plays with: a composite, what it refers to, and the input of the Composition's step. */
type Cast = Omit<WorldCast, 'composites'> & { composite: JsonObject };

/** Whether what a scenario is about is the deletion of the run. */
export const isDeletion = (name: ScenarioName): boolean => {
  const { deletes = false }: Scenario = SCENARIOS[name];
  return deletes;
};

/** Plays a scenario: creation, what happens, deletion, until nothing is left. */
export function playScenario({ composite, ...cast }: Cast, name: ScenarioName, start?: Date): Simulation {
  const { options, play }: Scenario = SCENARIOS[name];
  const world = new World({ ...cast, composites: [composite] }, { ...options, ...(start !== undefined && { start }) });
  const simulation = new Simulation(world, composite);
  simulation.apply();
  play(simulation);
  simulation.delete();
  simulation.until(() => simulation.isOver(), HOUR);
  return simulation;
}

const isSettled = ({ status }: Simulation): boolean => isFinal(status.phase);

const isUp = ({ status }: Simulation): boolean => ['Running', 'Serving'].includes(status.phase ?? '');

/** A human who is asked decides after a minute; until the run runs or serves, or it is clear that it will not. */
function ask(simulation: Simulation, decision: 'Approved' | 'Denied'): void {
  const isClear = () => isUp(simulation) || isSettled(simulation);
  simulation.until(() => isClear() || simulation.isAsking, 30 * MINUTE);
  if (simulation.isAsking) {
    simulation.wait(MINUTE);
    simulation.decide(decision);
  }
  simulation.until(isClear, 30 * MINUTE);
}

const start = (simulation: Simulation): void => ask(simulation, 'Approved');

function work(simulation: Simulation): void {
  start(simulation);
  simulation.wait(MINUTE);
}

function endWell(simulation: Simulation): void {
  simulation.endAgent(0);
  settle(simulation);
}

/** Until the run has ended and nothing it was given is left. */
function settle(simulation: Simulation, limit = 10 * MINUTE): void {
  simulation.until(() => isSettled(simulation) && simulation.condition('RightsHeld')?.startsWith('False') === true, limit);
}
