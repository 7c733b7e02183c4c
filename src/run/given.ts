/** The one reader of the composite of a run. No later step reads a path of it. */
import { parseAgentRun } from '../api/agentrun.ts';
import { nameOf } from '../api/composite.ts';
import type { Parsed } from '../api/fault.ts';
import type { AgentRunSpec } from '../api/generated/types.ts';
import { identityOf, type Variant, variantOf } from '../api/kinds.ts';
import { CREATED_BY } from '../api/labels.ts';
import { runId } from '../api/names.ts';
import { isBreakerOpen } from '../call/breaker.ts';
import { readCondition } from '../kube/conditions.ts';
import { type JsonObject, textAt, valueAt } from '../kube/json.ts';
import type { Remains, RunIdentity } from '../model/run.ts';
import { type Memory, recall } from './memory.ts';
import { readRemains } from './remains.ts';

export interface GivenRun {
  variant: Variant;
  /** Undefined when the composite does not tell its namespace; `noIdentity` of the variant says what is missing. */
  identity: RunIdentity | undefined;
  /** What the run remembers from earlier calls. */
  memory: Memory;
  /** The spec, or its faults. Parsed only when it is asked for: a task that has started does not need it. */
  parseSpec: () => Parsed<AgentRunSpec>;
  /** The three fields that can change after the run was created. They count also while the rest of the spec is faulty. */
  cancel: boolean;
  /** What it says itself of how long Job and skills stay after a Job that ended by itself. */
  remains: Remains;
  /** Whether the composite stands in no API server, as in `crossplane render`: then nothing can be refused, and all is shown at once. */
  isPreview: boolean;
  /** Who made it, as far as its annotation tells. */
  createdBy: string | undefined;
  /** Why Crossplane could not carry out an earlier answer, in its own words; undefined when it could. */
  failure: string | undefined;
  /** Whether Crossplane's circuit breaker is open for this composite, so that Crossplane hears of no change. */
  isBreakerOpen: boolean;
}

export function readGiven(composite: JsonObject): GivenRun {
  const variant = variantOf(composite);
  return {
    variant,
    identity: identifyRun(composite),
    memory: recall(composite),
    parseSpec: () => parseAgentRun(composite),
    cancel: valueAt(composite, 'spec', 'cancel') === true,
    remains: readRemains(valueAt(composite, 'spec')),
    isPreview: textAt(composite, 'metadata', 'creationTimestamp') === undefined,
    createdBy: textAt(composite, 'metadata', 'annotations', CREATED_BY),
    failure: readFailure(composite),
    isBreakerOpen: isBreakerOpen(composite),
  };
}

/** Crossplane reports failures of many sorts there; this is how it begins those about what was desired and what was not. */
const FAILURES = /cannot (apply|garbage collect) composed resource.*/s;

function readFailure(composite: JsonObject): string | undefined {
  const synced = readCondition(composite, 'Synced');
  return synced?.status === 'False' ? FAILURES.exec(synced.message)?.[0] : undefined;
}

/** The identity of a run, or undefined when the composite does not tell its namespace. */
export function identifyRun(composite: JsonObject): RunIdentity | undefined {
  const identity = identityOf(composite);
  if (identity === undefined) return undefined;
  const uid = textAt(composite, 'metadata', 'uid');
  return { ...identity, id: runId({ name: nameOf(composite), namespace: identity.namespace, uid }) };
}
