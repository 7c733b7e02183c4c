/**
 * What a run refers to: its instance, the packs, the policies. The set only grows from call to call: policies,
 * instance and the run's own packs are asked for at once, the instance's packs when the instance has arrived.
 */

import { claimOf } from '../api/composite.ts';
import { formatFaults, type Parsed } from '../api/fault.ts';
import type {
  AgentRunSpec,
  SkillPackSpec,
  SkillUse,
  SympoziumInstanceSpec,
  SympoziumPolicySpec,
} from '../api/generated/types.ts';
import { parseSkillPack } from '../api/skillpack.ts';
import { parseSympoziumInstance } from '../api/sympoziuminstance.ts';
import { DEFAULT_POLICY, namespacePolicy, parseSympoziumPolicy } from '../api/sympoziumpolicy.ts';
import { INSTANCE_KEY, instanceSelector, packKey, packSelector, policyKey, policySelector } from '../function/references.ts';
import { type Lookup, lookUp, type Request, type Selector } from '../function/request.ts';
import type { JsonObject } from '../kube/json.ts';
import { overlay, unenforcedFields } from '../policy/effective.ts';

/** Why a run waits. */
export interface Waiting {
  reason:
    | 'Fetching'
    | 'InstanceNotFound'
    | 'InstanceAmbiguous'
    | 'InstanceInvalid'
    | 'PolicyNotFound'
    | 'PolicyInvalid'
    | 'PolicyNotEnforced'
    | 'SkillPackNotFound'
    | 'SkillPackInvalid';
  message: string;
}

/** Everything a run refers to, read and found valid. */
export interface References {
  instance: SympoziumInstanceSpec;
  policy: SympoziumPolicySpec;
  packs: Map<string, SkillPackSpec>;
}

export interface Gathered {
  requirements: Record<string, Selector>;
  /** Everything that is missing or unreadable; empty when `references` is complete. */
  waiting: Waiting[];
  references: References;
}

export function gatherReferences(request: Request, spec: AgentRunSpec, namespace: string, requirePolicy: boolean): Gathered {
  const waiting: Waiting[] = [];
  const requirements: Record<string, Selector> = {};

  const instanceClaim = { namespace, name: spec.instanceRef };
  requirements[INSTANCE_KEY] = instanceSelector(instanceClaim);
  const instance = readInstance(lookUp(request, INSTANCE_KEY), instanceClaim, waiting) ?? {};

  const policyNames = [DEFAULT_POLICY, namespacePolicy(namespace)];
  for (const name of policyNames) requirements[policyKey(name)] = policySelector(name);
  const policy = readPolicies(
    policyNames.map((name) => ({ name, found: lookUp(request, policyKey(name)) })),
    requirePolicy,
    waiting,
  );

  const packs = new Map<string, SkillPackSpec>();
  for (const name of packNames(spec.skills ?? instance.skills ?? [])) {
    requirements[packKey(name)] = packSelector(name);
    const pack = readPack(name, lookUp(request, packKey(name)), waiting);
    if (pack !== undefined) packs.set(name, pack);
  }
  return { requirements, waiting, references: { instance, policy, packs } };
}

const packNames = (uses: SkillUse[]): string[] => uses.flatMap(({ skillPackRef }) => skillPackRef ?? []);

function readInstance(
  found: Lookup,
  claim: { namespace: string; name: string },
  waiting: Waiting[],
): SympoziumInstanceSpec | undefined {
  const what = `SympoziumInstance ${claim.name}`;
  switch (found.kind) {
    case 'notFetched':
      waiting.push(fetching(what));
      return undefined;
    case 'several':
      waiting.push({
        reason: 'InstanceAmbiguous',
        message: `${found.count} composites say that they belong to ${what}: ask the platform team`,
      });
      return undefined;
    case 'found':
      // The labels say which claim it is of; the reference is what Crossplane itself goes by.
      if (isOf(found.resource, claim)) return valid(parseSympoziumInstance(found.resource), 'InstanceInvalid', what, waiting);
      break;
    case 'missing':
      break;
  }
  const message = `${what} does not exist in namespace ${claim.namespace}: create it there, or correct spec.instanceRef`;
  waiting.push({ reason: 'InstanceNotFound', message });
  return undefined;
}

function isOf(composite: JsonObject, claim: { namespace: string; name: string }): boolean {
  const ref = claimOf(composite);
  return ref?.namespace === claim.namespace && ref.name === claim.name;
}

function readPolicies(policies: { name: string; found: Lookup }[], required: boolean, waiting: Waiting[]): SympoziumPolicySpec {
  let effective: SympoziumPolicySpec = {};
  let count = 0;
  for (const { name, found } of policies) {
    const what = `SympoziumPolicy ${name}`;
    if (found.kind === 'notFetched') waiting.push(fetching(what));
    if (found.kind !== 'found') continue;
    count += 1;
    const policy = valid(parseSympoziumPolicy(found.resource), 'PolicyInvalid', what, waiting) ?? {};
    const unenforced = unenforcedFields(policy);
    if (unenforced.length > 0) {
      const message = `${what} sets ${unenforced.join(', ')}, which this version does not enforce yet`;
      waiting.push({ reason: 'PolicyNotEnforced', message });
    }
    effective = overlay(effective, policy);
  }
  const fetched = policies.every(({ found }) => found.kind !== 'notFetched');
  if (required && fetched && count === 0) {
    waiting.push({
      reason: 'PolicyNotFound',
      message: `No SympoziumPolicy exists and the platform requires one: ask the platform team`,
    });
  }
  return effective;
}

function readPack(name: string, found: Lookup, waiting: Waiting[]): SkillPackSpec | undefined {
  const what = `SkillPack ${name}`;
  if (found.kind === 'found') return valid(parseSkillPack(found.resource), 'SkillPackInvalid', what, waiting);
  if (found.kind === 'notFetched') waiting.push(fetching(what));
  else
    waiting.push({
      reason: 'SkillPackNotFound',
      message: `${what} does not exist: ask the platform team, or correct spec.skills`,
    });
  return undefined;
}

function valid<T>(parsed: Parsed<T>, reason: Waiting['reason'], what: string, waiting: Waiting[]): T | undefined {
  if (parsed.ok) return parsed.value;
  waiting.push({ reason, message: `${what} is invalid: ${formatFaults(parsed.faults)}` });
  return undefined;
}

/** Crossplane calls again at once with what was asked for; one that does not is older than this function needs. */
const fetching = (what: string): Waiting => ({ reason: 'Fetching', message: `Waiting for Crossplane to fetch ${what}` });
