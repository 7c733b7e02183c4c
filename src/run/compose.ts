/** The AgentRun composite: references, resolution, guardrails, state, objects, status, in this order. */

import { parseAgentRun } from '../api/agentrun.ts';
import { NO_CLAIM } from '../api/composite.ts';
import type { Settings } from '../api/settings.ts';
import type { Request, Selector } from '../function/request.ts';
import type { Composed, DesiredResource } from '../function/response.ts';
import { digest } from '../kube/digest.ts';
import { type JsonObject, valueAt } from '../kube/json.ts';
import { PART, RUN } from '../kube/labels.ts';
import { type ObjectVariant, wrapManifest } from '../objects/object.ts';
import { desireAgain, ownObjects } from '../objects/observed.ts';
import { evaluatePacks } from '../policy/evaluate.ts';
import { identifyRun, type RunIdentity } from './identity.ts';
import { type Admission, type Facts, isTerminal, type RunState, transition } from './lifecycle.ts';
import { observeParts } from './observe.ts';
import { checkSizes, planRun } from './plan.ts';
import { gatherReferences } from './references.ts';
import { resolveRun } from './resolve.ts';
import { describeConditions, describeTransition, readState, readStatus, writeStatus } from './status.ts';

/** A finished run has nothing left to do; Crossplane calls again sooner when something changes. */
const FINISHED_TTL_SECONDS = 6 * 3600;

export function composeRun(request: Request, settings: Settings, variant: ObjectVariant): Composed {
  const identity = identifyRun(request.composite);
  const { admission, requirements } = admit(request, identity, settings);
  const observed = ownObjects(request.observed, variant);
  const facts: Facts = {
    admission,
    cancel: valueAt(request.composite, 'spec', 'cancel') === true,
    objects: observeParts(observed),
  };
  const previousStatus = readStatus(request.composite);
  const previous = readState(previousStatus);
  const state = transition(previous, facts, request.now);
  const status = writeStatus(state, previousStatus, identity, facts);
  return {
    status,
    ready: state.phase === 'Succeeded',
    resources: desireObjects(state, facts, observed, settings, variant),
    conditions: describeConditions(state, status),
    results: describeTransition(previous, state),
    requirements,
    ttlSeconds: isTerminal(state) ? FINISHED_TTL_SECONDS : settings.ttlSeconds.preparing,
  };
}

/** What spec, references and guardrails say together, and what has to be fetched to know. */
function admit(
  request: Request,
  identity: RunIdentity | undefined,
  settings: Settings,
): { admission: Admission; requirements: Record<string, Selector> } {
  const parsed = parseAgentRun(request.composite);
  if (!parsed.ok) return { admission: { kind: 'invalid', faults: parsed.faults }, requirements: {} };
  if (identity === undefined) return { admission: { kind: 'invalid', faults: [NO_CLAIM] }, requirements: {} };
  const { requirements, waiting, references } = gatherReferences(
    request,
    parsed.value,
    identity.namespace,
    settings.requirePolicy,
  );
  if (waiting.length > 0) return { admission: { kind: 'waiting', waiting }, requirements };
  const resolved = resolveRun(parsed.value, identity, references);
  if (!resolved.ok) return { admission: { kind: 'invalid', faults: resolved.faults }, requirements };
  const denials = evaluatePacks(resolved.value.packs);
  if (denials.length > 0) return { admission: { kind: 'denied', denials }, requirements };
  const prepared = planRun(resolved.value);
  const oversized = checkSizes(prepared);
  if (oversized.length > 0) return { admission: { kind: 'invalid', faults: oversized }, requirements };
  return { admission: { kind: 'admitted', prepared }, requirements };
}

/**
 * Nothing before admission and nothing after the end. In between every part of the plan. While a reference is missing,
 * whatever exists as it is: a missing input never deletes. And once the workload exists, whatever exists as it is, and
 * what is still missing only if it is what the plan says: an edit never reaches a run that was prepared.
 */
function desireObjects(
  state: RunState,
  { admission, objects }: Facts,
  observed: ReadonlyMap<string, JsonObject>,
  settings: Settings,
  variant: ObjectVariant,
): Map<string, DesiredResource> {
  const desired = new Map<string, DesiredResource>();
  if (state.phase !== 'Preparing') return desired;
  if (admission.kind === 'admitted') {
    const { id, parts } = admission.prepared;
    const planned = objects.workloadExists
      ? parts.filter(({ key, manifest }) => objects.plan?.parts[key] === digest(manifest))
      : parts;
    for (const { key, manifest, readyWhen } of planned) {
      const labels = { [RUN]: id, [PART]: key };
      const { providerConfigName } = settings;
      const resource = wrapManifest(manifest, {
        variant,
        providerConfigName,
        labels,
        ...(readyWhen !== undefined && { readyWhen }),
      });
      desired.set(key, { resource, ready: objects.ready.has(key) });
    }
  }
  if (admission.kind !== 'admitted' || objects.workloadExists) {
    for (const [key, object] of observed) desired.set(key, { resource: desireAgain(object), ready: objects.ready.has(key) });
  }
  return desired;
}
