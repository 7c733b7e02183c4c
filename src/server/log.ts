/** What the log says of a call: a line for each transition, and with --debug one for each call. Never a body, never a secret. */
import type { Logger } from 'pino';
import { nameOf } from '../api/composite.ts';
import { identityOf } from '../api/kinds.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import type { Report } from './handler.ts';

export function reportToLog(log: Logger): Report {
  return (outcome, seconds, trace) => {
    // What nobody reads is not made: most calls change nothing.
    if (outcome.kind === 'composed' && outcome.response.results.length === 0 && !log.isLevelEnabled('debug')) return;
    const rest = { durationMs: Math.round(seconds * 1e6) / 1000, ...trace };
    switch (outcome.kind) {
      case 'composed': {
        const { composite, response } = outcome;
        const fields = { ...describe(composite), phase: response.status.phase };
        for (const { reason } of response.results) log.info({ ...fields, reason, ...rest }, 'transition');
        log.debug({ ...fields, resources: response.resources.size, ttlSeconds: response.ttlSeconds, ...rest }, 'composed');
        break;
      }
      case 'fatal':
        log.warn({ ...describe(outcome.composite), reason: outcome.message, ...rest }, 'refused');
        break;
      case 'malformed':
        log.warn({ reason: outcome.message, ...rest }, 'malformed');
        break;
      case 'bug':
        log.error({ id: outcome.id, err: outcome.error, ...rest }, 'bug');
    }
  };
}

function describe(composite: JsonObject) {
  const identity = identityOf(composite);
  const claim = identity === undefined ? {} : { claim: `${identity.namespace}/${identity.name}` };
  return { 'xr.kind': textAt(composite, 'kind'), 'xr.name': nameOf(composite), ...claim };
}
