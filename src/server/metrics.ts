/** What /metrics serves: the calls of the function, what they came to, and the process. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import manifest from '../../package.json' with { type: 'json' };
import { isBreakerOpen } from '../call/breaker.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import type { Report } from './handler.ts';

/** From a quarter of a millisecond, which a finished run takes, to what makes Crossplane wait. */
const SECONDS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5];

/** Of how many composites it is remembered what was counted, so that what is remembered has an end. */
const REMEMBERED = 10_000;

export interface Metrics {
  registry: Registry;
  report: Report;
}

/** `inFlight` is asked when the metrics are. */
export function createMetrics(inFlight: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const calls = new Counter({
    name: 'function_skillpack_calls_total',
    help: 'Calls by the kind of the composite and what became of them: composed, fatal, malformed or bug.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'function_skillpack_call_duration_seconds',
    help: 'From the last byte of a request to its response, both of its conversions included.',
    labelNames: ['kind'],
    buckets: SECONDS,
    registers,
  });
  const transitions = new Counter({
    name: 'function_skillpack_transitions_total',
    help: 'Changes of a composite that became an event, by its phase and reason after it; each once for a composite and a process.',
    labelNames: ['kind', 'phase', 'reason'],
    registers,
  });
  const denials = new Counter({
    name: 'function_skillpack_denials_total',
    help: 'Refusals of a run by a guardrail, by the name of its rule.',
    labelNames: ['rule'],
    registers,
  });
  const deaf = new Counter({
    name: 'function_skillpack_breaker_open_calls_total',
    help: "Calls about a composite for which Crossplane's circuit breaker was open.",
    labelNames: ['kind'],
    registers,
  });
  new Gauge({
    name: 'function_skillpack_calls_in_flight',
    help: 'Calls that have begun and have no answer yet.',
    registers,
    collect() {
      this.set(inFlight());
    },
  });
  const build = { version: manifest.version, node: process.version };
  new Gauge({ name: 'function_skillpack_build_info', help: 'Always 1.', labelNames: Object.keys(build), registers }).set(
    build,
    1,
  );

  const isFirst = rememberCounted();
  const report: Report = (outcome, seconds) => {
    // Only kinds the function knows: what a caller can choose would make series without end.
    const kind = outcome.kind === 'composed' ? (textAt(outcome.composite, 'kind') ?? '') : '';
    calls.inc({ kind, outcome: outcome.kind });
    durations.observe({ kind }, seconds);
    if (outcome.kind !== 'composed') return;
    if (isBreakerOpen(outcome.composite)) deaf.inc({ kind });
    const { status, results, deniedBy = [] } = outcome.response;
    const transition = `${status.phase} ${results.map(({ reason }) => reason).join(' ')}`;
    if (results.length === 0 || !isFirst(outcome.composite, transition)) return;
    for (const { reason } of results) transitions.inc({ kind, phase: status.phase ?? '', reason });
    for (const rule of deniedBy) denials.inc({ rule });
  };
  return { registry, report };
}

/**
 * Whether a transition is counted for its composite for the first time. Crossplane calls again, also with what it read earlier, and is answered
 * the same, until it has written the answer and read it back.
 */
function rememberCounted(): (composite: JsonObject, transition: string) => boolean {
  const counted = new Map<string, Set<string>>();
  return (composite, transition) => {
    const uid = textAt(composite, 'metadata', 'uid');
    if (uid === undefined) return true;
    const before = counted.get(uid) ?? new Set();
    counted.delete(uid);
    counted.set(uid, new Set([...before, transition]));
    const [oldest] = counted.keys();
    if (counted.size > REMEMBERED && oldest !== undefined) counted.delete(oldest);
    return !before.has(transition);
  };
}
