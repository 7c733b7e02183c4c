/** What people who run the function see of it: its log and its metrics. */
import { afterEach, describe, expect, it } from 'vitest';
import { type JsonObject, objectAt } from '../../src/kube/json.ts';
import { CallCounter } from '../../src/server/calls.ts';
import type { Report } from '../../src/server/handler.ts';
import { reportToLog } from '../../src/server/log.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import type { RunningServer } from '../../src/server/server.ts';
import { connect, startTestServer, type TestClient } from '../support/client.ts';
import { readLog } from '../support/log.ts';
import { instanceXr, packXr, policyXr, runXr, uses } from '../support/request.ts';

let server: RunningServer;
let client: TestClient;

async function start(report: Report, now?: () => Date): Promise<void> {
  server = await startTestServer({}, { report, ...(now && { now }) });
  client = connect(`127.0.0.1:${server.port}`);
}

afterEach(async () => {
  client.close();
  await server.stop(0);
});

const items = (...resources: JsonObject[]) => ({ items: resources.map((resource) => ({ resource })) });

const callOf = (composite: JsonObject, policy: JsonObject[] = []) => ({
  meta: { tag: 't' },
  observed: { composite: { resource: composite }, resources: {} },
  requiredResources: {
    held: items(),
    instance: items(instanceXr()),
    'policy/default': items(...policy),
    'policy/ns.team-a': items(),
    'skillpack/k8s-ops': items(packXr('k8s-ops', { sidecar: { image: 'docker.io/library/tools:1' } })),
  },
});

const RUN = runXr({ skills: uses('k8s-ops'), task: 'a task with secret words', systemPrompt: 'secret prompt' });
const DENYING = policyXr({ packs: [{ name: 'k8s-ops', namespaces: ['elsewhere'] }] });
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const NAMES = { 'xr.kind': 'XAgentRun', 'xr.name': 'run-x7k2p', claim: 'team-a/run' };

describe('the log', () => {
  it('has a line for each transition, with the trace of the caller, and one for each call with --debug', async () => {
    const { log, next } = readLog('debug');
    await start(reportToLog(log));
    await client.runFunction(callOf(RUN), { traceparent: TRACE });
    const rest = { durationMs: expect.any(Number), traceparent: TRACE };
    expect(await next()).toEqual({
      ...{ level: 30, msg: 'transition', ...NAMES, phase: 'Preparing', reason: 'CreatingObjects' },
      ...rest,
    });
    expect(await next()).toEqual({
      ...{ level: 20, msg: 'composed', ...NAMES, phase: 'Preparing', resources: 3, ttlSeconds: 3 },
      ...rest,
    });
  });

  it('has nothing of what a request holds', async () => {
    const { log, next } = readLog('debug');
    await start(reportToLog(log));
    await client.runFunction(callOf(RUN));
    expect(JSON.stringify([await next(), await next()])).not.toContain('secret');
  });

  it('has the stack of a bug under the number that the caller is told', async () => {
    const { log, next } = readLog();
    await start(reportToLog(log), () => {
      throw new Error('broken');
    });
    const { results } = await client.runFunction(callOf(RUN));
    const { id, err, level, msg } = await next();
    expect([level, msg, err]).toEqual([
      50,
      'bug',
      expect.objectContaining({ message: 'broken', stack: expect.stringContaining('handler.ts') }),
    ]);
    expect(results[0]?.message).toContain(`internal error ${id}: `);
  });

  it('says why a call was refused', async () => {
    const { log, next } = readLog();
    await start(reportToLog(log));
    await client.runFunction(callOf({ apiVersion: 'v1', kind: 'Other', metadata: { name: 'x' } }));
    expect(await next()).toMatchObject({
      level: 40,
      msg: 'refused',
      'xr.kind': 'Other',
      reason: expect.stringMatching(/^cannot compose Other/),
    });
  });
});

describe('the metrics', () => {
  it('count calls, transitions and denials, and tell the build', async () => {
    const calls = new CallCounter();
    const { registry, report } = createMetrics(() => calls.count);
    await start(report);
    await client.runFunction(callOf(RUN));
    await client.runFunction(callOf(RUN, [DENYING]));
    await client.runFunction(callOf({ apiVersion: 'v1', kind: 'Other' }));
    const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('function_skillpack'));
    expect(lines.filter((line) => !/duration_seconds_(bucket|sum)/.test(line))).toEqual([
      'function_skillpack_calls_total{kind="XAgentRun",outcome="composed"} 2',
      'function_skillpack_calls_total{kind="",outcome="fatal"} 1',
      'function_skillpack_call_duration_seconds_count{kind="XAgentRun"} 2',
      'function_skillpack_call_duration_seconds_count{kind=""} 1',
      'function_skillpack_transitions_total{kind="XAgentRun",phase="Preparing",reason="CreatingObjects"} 1',
      'function_skillpack_transitions_total{kind="XAgentRun",phase="Failed",reason="PolicyDenied"} 1',
      'function_skillpack_denials_total{rule="namespace"} 1',
      'function_skillpack_calls_in_flight 0',
      `function_skillpack_build_info{version="0.1.0",node="${process.version}"} 1`,
    ]);
  });

  it('count the calls while the circuit breaker of Crossplane is open', async () => {
    const { registry, report } = createMetrics(() => 0);
    await start(report);
    const responsive = { type: 'Responsive', status: 'False', reason: 'WatchCircuitOpen' };
    await client.runFunction(callOf(RUN));
    await client.runFunction(callOf({ ...RUN, status: { conditions: [responsive] } }));
    await client.runFunction(callOf({ ...RUN, status: { conditions: [{ ...responsive, status: 'True' }] } }));
    const counted = await registry.getSingleMetricAsString('function_skillpack_breaker_open_calls_total');
    expect(counted.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'function_skillpack_breaker_open_calls_total{kind="XAgentRun"} 1',
    ]);
  });

  it('count a transition and its denials once, however often the same is asked before it is written', async () => {
    const { registry, report } = createMetrics(() => 0);
    await start(report);
    const other = { ...RUN, metadata: { ...objectAt(RUN, 'metadata'), uid: 'another' } };
    for (const run of [RUN, RUN, other, RUN]) await client.runFunction(callOf(run, [DENYING]));
    // Crossplane may read a composite older than it wrote, and lead the run through the same twice.
    for (const policies of [[], [DENYING], [], [DENYING]]) await client.runFunction(callOf(RUN, policies));
    for (const name of ['transitions_total', 'denials_total']) {
      const counted = await registry.getSingleMetricAsString(`function_skillpack_${name}`);
      expect(
        counted
          .split('\n')
          .filter((line) => line.includes('denials') || line.includes('PolicyDenied'))
          .at(-1),
      ).toMatch(/ 2$/);
    }
  });

  it('count a denial once, when it is told', async () => {
    const { registry, report } = createMetrics(() => 0);
    await start(report);
    const { desired } = await client.runFunction(callOf(RUN, [DENYING]));
    await client.runFunction(callOf({ ...RUN, status: desired?.composite?.resource?.['status'] as JsonObject }, [DENYING]));
    const denials = await registry.getSingleMetricAsString('function_skillpack_denials_total');
    expect(denials.split('\n').at(-1)).toBe('function_skillpack_denials_total{rule="namespace"} 1');
  });
});
