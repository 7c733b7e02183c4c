/** A schedule of every hour in one situation, and what it answers. */
import type { Request } from '../../src/call/request.ts';
import type { Response } from '../../src/call/response.ts';
import { composeInRounds } from '../../src/call/rounds.ts';
import { compose } from '../../src/function.ts';
import { type JsonObject, objectAt } from '../../src/kube/json.ts';

export const UID = 'uid-of-sweep';
/** Ticks are on the hour. */
export const at = (time: string): string => `2026-11-27T${time}Z`;
export const minutesOf = (time: string): number => Date.parse(at(time)) / 60_000;

export const SPEC = {
  schedule: '0 * * * *',
  runTemplate: {
    metadata: { labels: { team: 'sre' }, annotations: { 'example.org/why': 'every hour' } },
    spec: { instanceRef: 'sre', task: 'Look' },
  },
};
export const SIGNATURE = '0 * * * * Etc/UTC';
export const active = (next: string, more: JsonObject = {}): JsonObject => ({
  ...{ phase: 'Active', schedule: SIGNATURE, nextScheduleTime: at(next), skipped: 0 },
  ...more,
});

/** An AgentRun as it is observed. */
export function runOf(
  time: string,
  phase?: string,
  more: { spec?: JsonObject; annotations?: JsonObject } = {},
): [string, JsonObject] {
  const minutes = minutesOf(time);
  const status: JsonObject = phase === undefined ? {} : { phase };
  if (['Succeeded', 'Failed', 'Cancelled'].includes(phase ?? '')) status['completionTime'] = at(time.replace(':00:00', ':05:00'));
  const run = {
    apiVersion: 'sympozium.ai/v1alpha1',
    kind: 'AgentRun',
    metadata: {
      ...{ name: `sweep-${minutes}`, namespace: 'team-a', uid: `uid-${minutes}`, resourceVersion: '7' },
      labels: { team: 'sre', 'crossplane.io/composite': 'sweep' },
      annotations: { 'crossplane.io/composition-resource-name': `run-${minutes}`, ...more.annotations },
    },
    spec: { instanceRef: 'sre', task: 'Look', crossplane: { compositionRef: { name: 'agentrun' } }, ...more.spec },
    status,
  };
  return [`run-${minutes}`, run];
}

export interface Situation {
  spec?: JsonObject;
  metadata?: JsonObject;
  status?: JsonObject;
  runs?: [string, JsonObject][];
  /** What Crossplane finds of what is asked for. */
  required?: JsonObject[] | 'nothing yet';
  now: string;
}

export function answer({ spec = {}, metadata = {}, status = {}, runs = [], required = [], now }: Situation) {
  const composite = {
    apiVersion: 'sympozium.ai/v1alpha1',
    kind: 'AgentSchedule',
    metadata: { name: 'sweep', namespace: 'team-a', uid: UID, creationTimestamp: at('08:30:00'), ...metadata },
    spec: { ...SPEC, ...spec },
    status,
  };
  const request = { composite, observed: new Map(runs), input: undefined, now: new Date(at(now)) };
  const ask = (one: Request): Response => compose(one, { ttlSeconds: 60, requirePolicy: false });
  const response =
    required === 'nothing yet' ? ask({ ...request, required: new Map() }) : composeInRounds(ask, request, () => required);
  if (response.kind === 'fatal') throw new Error(response.message);
  return response;
}

/** The keys of the runs that shall exist, as the time of their tick; a star for one that is cancelled. */
export const wanted = ({ resources }: ReturnType<typeof answer>): string[] =>
  [...resources].map(([key, { resource }]) => {
    const time = new Date(Number(key.slice('run-'.length)) * 60_000).toISOString().slice(11, 16);
    return objectAt(resource, 'spec')['cancel'] === true ? `${time}*` : time;
  });

export const ended = (...names: [string, string][]): JsonObject[] =>
  names.map(([time, phase]) => ({ name: `sweep-${minutesOf(time)}`, tick: at(time), phase }));
