/** What may befall a world of runs, each with how often. */
import type { JsonObject } from '../../src/kube/json.ts';
import { type PartKey, RIGHTS } from '../../src/run/parts.ts';
import { Refused } from '../../src/simulation/apiserver.ts';
import type { Simulation } from '../../src/simulation/simulation.ts';
import { tools } from './packs.ts';
import { instanceXr, packXr, policyXr, runXr, uses } from './request.ts';
import { inputOf, READER } from './variant.ts';
import type { Watched } from './watched.ts';

const READ_PODS = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const READ_NODES = { apiGroups: [''], resources: ['nodes'], verbs: ['get'] };

const serves = (sidecar: JsonObject = {}): JsonObject =>
  packXr('web', {
    sidecar: { image: 'web:1', requiresServer: true, ports: [{ name: 'http', containerPort: 8080 }], ...sidecar },
  });

/** A server with a right in its namespace and one in the cluster. */
const web = serves({ rbac: [READ_PODS], clusterRBAC: [READ_NODES] });

/** The Pods of runs are looked at, and what their agents leave is told. */
const tellsResults = policyXr({ results: { capture: 'Message' } });

/** A human has to approve every run, within ten minutes. */
const asksForAll = policyXr({ approval: { mode: 'Always', timeout: '10m' } });

export const GIVEN: JsonObject[] = [tools, web, instanceXr({ skills: uses('tools') }), tellsResults];

/** What runs are made of: a task, a server, and what the instance says. */
const KINDS: JsonObject[] = [{ skills: uses('tools') }, { skills: uses('tools') }, { skills: uses('web') }, {}];
const TTLS = [undefined, undefined, undefined, 0, 20];

export const runOf = (index: number, kind: number, ttl: number): JsonObject => {
  const ttlSecondsAfterFinished = TTLS[ttl % TTLS.length];
  const spec = { ...KINDS[kind % KINDS.length], ...(ttlSecondsAfterFinished !== undefined && { ttlSecondsAfterFinished }) };
  return runXr(spec, { name: ['run', 'other', 'third'][index] ?? '', uid: `uid-${index + 1}` });
};

const EDITS: JsonObject[] = [
  tools,
  packXr('tools', { sidecar: { image: 'other:2', clusterRBAC: [READ_PODS] } }),
  packXr('tools', { sidecar: { image: 'i', hostAccess: { enabled: true, hostNetwork: true } } }),
  packXr('tools', { skills: 'nonsense' }),
  web,
  // A server gains rights, loses one of them or all, is denied one or its Pod, and becomes a task.
  serves({ rbac: [READ_PODS, { ...READ_PODS, resources: ['services'] }], clusterRBAC: [READ_NODES] }),
  serves({ clusterRBAC: [READ_NODES] }),
  serves(),
  serves({ rbac: [{ ...READ_PODS, verbs: ['*'] }], clusterRBAC: [READ_NODES] }),
  serves({ rbac: [READ_PODS], hostAccess: { enabled: true, hostNetwork: true } }),
  packXr('web', { sidecar: { image: 'web:1', rbac: [READ_PODS] } }),
  instanceXr({ timeout: '1m', skills: uses('tools') }),
  instanceXr({ skills: uses('web') }),
  policyXr({ nonsense: 1 }),
  policyXr({ packs: [{ name: 'web', namespaces: ['team-b'] }] }),
  policyXr(),
  tellsResults,
  policyXr({ limits: { startTimeout: '1m' } }),
];

/** The same, and policies that want approvals. */
const ASKING_EDITS: JsonObject[] = [
  ...EDITS,
  ...Array.from({ length: 2 }, () => asksForAll),
  policyXr({ approval: { rights: [{ scope: 'Cluster', apiGroups: ['*'], resources: ['nodes'], verbs: ['*'] }] } }),
];

/** Crossplane looks less often than by default, so that ten thousand lives take a minute or so. */
export const SETTINGS: JsonObject = inputOf({ ttl: { preparing: '30s', active: '60s' }, podStatus: READER });

const OTHER_SETTINGS: JsonObject[] = [
  SETTINGS,
  { ...SETTINGS, providerConfigName: 'other' },
  { ...SETTINGS, requirePolicy: true },
  inputOf({ ttl: { preparing: '10s', active: '40s' } }),
  { ...SETTINGS, podStatus: 'None' },
];
const BROKEN_SETTINGS: JsonObject[] = [
  { ...SETTINGS, nonsense: true },
  { ...SETTINGS, ttl: { preparing: 'soon' } },
];

const KINDS_MADE = ['Role', 'RoleBinding', 'ClusterRole', 'Job', 'ServiceAccount', 'Deployment'];
const PARTS = [...RIGHTS, 'agentrun-configmap', 'agentrun-job', 'agentrun-deployment', 'agentrun-service'];
const STATUS_FIELDS = ['phase', 'mode', 'workloadName', 'startTime', 'completionTime', 'frozenDigest', 'runId', 'conditions'];

const without = (status: JsonObject, ...fields: string[]): JsonObject =>
  Object.fromEntries(Object.entries(status).filter(([field]) => !fields.includes(field)));

/** A hand may be refused as anybody. */
function refusing(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

function restartJob(watched: Watched, run: Simulation): void {
  watched.suspendJob(run);
  watched.world.clock.advance(6_000);
  watched.resumeJob(run);
}

export interface Hand {
  weight: number;
  /** What it is done with. */
  choices?: readonly unknown[];
  act: (watched: Watched, choice: never, run: Simulation) => void;
}

export const HANDS: Record<string, Hand> = {
  wait: { weight: 22, choices: [0.1, 0.2, 0.5, 2, 11, 40, 90], act: ({ world }, s: number) => world.clock.advance(s * 1000) },
  waitLong: { weight: 1, choices: [200, 700], act: ({ world }, seconds: number) => world.clock.advance(seconds * 1000) },
  edit: { weight: 3, choices: EDITS, act: ({ world }, resource: JsonObject) => world.api.put(resource) },
  remove: { weight: 1, choices: GIVEN, act: ({ world }, resource: JsonObject) => world.api.delete(resource) },
  endAgent: { weight: 6, choices: [0, 1, 137], act: (_, code: number, run) => run.endAgent(code, { message: 'Done' }) },
  holdPods: { weight: 0.5, act: (_, __, run) => run.setStarting(false) },
  startPods: { weight: 1, act: (_, __, run) => run.setStarting(true) },
  evict: { weight: 0.5, act: (_, __, run) => run.evict() },
  cancel: { weight: 1, act: (_, __, run) => run.change({ cancel: true }) },
  delete: { weight: 1, act: (_, __, run) => run.delete() },
  apply: { weight: 2, act: (_, __, run) => run.apply() },
  forbid: { weight: 1, choices: KINDS_MADE, act: (watched, kind: string) => watched.forbid(kind) },
  permit: { weight: 1, choices: KINDS_MADE, act: (watched, kind: string) => watched.permit(kind) },
  refuse: { weight: 1, choices: PARTS, act: (watched, part: string) => watched.refuse(part, false) },
  refuseChanges: { weight: 0.5, choices: PARTS, act: (watched, part: string) => watched.refuse(part, true) },
  accept: { weight: 1, choices: PARTS, act: (watched, part: string) => watched.accept(part) },
  stopCrossplane: { weight: 1, act: (watched) => watched.stopCrossplane() },
  startCrossplane: { weight: 2, act: (watched) => watched.startCrossplane() },
  stopProvider: { weight: 1, act: (watched) => watched.stopProvider() },
  startProvider: { weight: 2, act: (watched) => watched.startProvider() },
  stopFunction: { weight: 1, act: (watched) => watched.stopFunction() },
  startFunction: { weight: 2, act: (watched) => watched.startFunction() },
  setClock: { weight: 1, choices: [-3600, -30, 0, 30, 3600], act: (watched, seconds: number) => watched.setClock(seconds) },
  editSettings: { weight: 1, choices: OTHER_SETTINGS, act: (watched, input: JsonObject) => watched.editSettings(input) },
  breakSettings: {
    weight: 0.5,
    choices: BROKEN_SETTINGS,
    act: (watched, input: JsonObject) => watched.editSettings(input, true),
  },
  deleteObject: { weight: 1, choices: [...RIGHTS], act: (_, part: PartKey, run) => run.deleteCarried(part) },
  deleteJobObject: { weight: 1, act: (_, __, run) => run.deleteCarried('agentrun-job') },
  editJobObject: { weight: 0.4, act: (watched, _, run) => refusing(() => watched.editJobObject(run)) },
  deleteServerObject: { weight: 0.5, act: (_, __, run) => run.deleteCarried('agentrun-deployment') },
  deleteJob: { weight: 1, act: (_, __, run) => run.deleteJob() },
  suspendJob: { weight: 0.7, act: (watched, __, run) => refusing(() => watched.suspendJob(run)) },
  resumeJob: { weight: 1, act: (watched, __, run) => refusing(() => watched.resumeJob(run)) },
  // The Pod has five seconds to end.
  restartJob: { weight: 0.5, act: (watched, _, run) => refusing(() => restartJob(watched, run)) },
  loseNode: { weight: 0.5, act: (watched, __, run) => watched.loseNode(run) },
  recoverNodes: { weight: 0.5, act: (watched) => watched.recoverNodes() },
  wipeStatus: { weight: 0.6, act: (watched, __, run) => watched.editStatus(run, () => ({})) },
  loseStatusField: {
    weight: 0.5,
    choices: STATUS_FIELDS,
    act: (watched, field: string, run) => watched.editStatus(run, (status) => without(status, field)),
  },
};

/** A human decides, and takes that back. */
const HUMANS: [string, Hand][] = [
  ['approve', { weight: 4, act: (_, __, run) => run.decide('Approved') }],
  ['deny', { weight: 0.3, act: (_, __, run) => run.decide('Denied') }],
  ['removeApproval', { weight: 0.5, act: (_, __, run) => run.removeApproval() }],
];

/** Where policies want approvals, too. */
export const ASKING_HANDS: Record<string, Hand> = Object.fromEntries(
  Object.entries(HANDS).flatMap(([name, hand]): [string, Hand][] => {
    if (name === 'edit') return [[name, { ...hand, choices: ASKING_EDITS }]];
    return name === 'cancel' ? [...HUMANS, [name, hand]] : [[name, hand]];
  }),
);
