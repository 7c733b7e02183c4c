/**
 * What a run refers to: its instance, the packs, the policies, its approval. The set only grows from call to call: policies,
 * instance and the run's own packs are asked for at once, the instance's packs when the instance has arrived, the approval when the
 * policies have.
 */
import type { AgentRunSpec, SkillPackSpec, SympoziumInstanceSpec, SympoziumPolicySpec } from '../api/generated/types.ts';
import type { Variant } from '../api/kinds.ts';
import { DEFAULT_POLICY, namespacePolicy } from '../api/sympoziumpolicy.ts';
import {
  type Decision,
  findApproval,
  findInstance,
  findPack,
  findPolicy,
  missingPack,
  packNames,
  type Reference,
  type Waiting,
} from '../call/references.ts';
import type { Required, Selector } from '../call/request.ts';
import { mayAskForApproval } from '../policy/approval.ts';
import { overlay } from '../policy/effective.ts';

/** Everything a run refers to, read and found valid. */
export interface References {
  instance: SympoziumInstanceSpec;
  policy: SympoziumPolicySpec;
  packs: Map<string, SkillPackSpec>;
  /** What a human decided about it; undefined where nobody has, or nobody is asked. */
  decision: Decision | undefined;
}

export interface Gathered {
  requirements: Record<string, Selector>;
  /** Everything that is missing or unreadable; empty when `references` is complete. */
  waiting: Waiting[];
  references: References;
}

export function gatherReferences(
  { spec, namespace, name, variant }: { spec: AgentRunSpec; namespace: string; name: string; variant: Variant },
  required: Required,
  requirePolicy: boolean,
): Gathered {
  const waiting: Waiting[] = [];
  const requirements: Record<string, Selector> = {};
  const take = <T>(reference: Reference<T>): Reference<T>['value'] => {
    requirements[reference.key] = reference.selector;
    if (reference.value.kind === 'waiting') waiting.push(reference.value.waiting);
    return reference.value;
  };

  const instance = take(findInstance(required, variant, { namespace, name: spec.instanceRef }));
  if (instance.kind === 'missing') waiting.push(missingInstance(spec.instanceRef, namespace));

  let policy: SympoziumPolicySpec = {};
  const policies = [DEFAULT_POLICY, namespacePolicy(namespace)].map((name) => take(findPolicy(required, name)));
  for (const found of policies) if (found.kind === 'found') policy = overlay(policy, found.value);
  if (requirePolicy && policies.every(({ kind }) => kind === 'missing')) waiting.push(NO_POLICY);

  const approval = mayAskForApproval(policy) ? take(findApproval(required, { namespace, name })) : undefined;

  const packs = new Map<string, SkillPackSpec>();
  const inherited = instance.kind === 'found' ? instance.value.skills : undefined;
  for (const name of packNames(spec.skills ?? inherited)) {
    const pack = take(findPack(required, name));
    if (pack.kind === 'missing') waiting.push(missingPack(name));
    if (pack.kind === 'found') packs.set(name, pack.value);
  }
  const decision = approval?.kind === 'found' ? approval.value : undefined;
  const own = instance.kind === 'found' ? instance.value : {};
  return { requirements, waiting, references: { instance: own, policy, packs, decision } };
}

const missingInstance = (name: string, namespace: string): Waiting => ({
  reason: 'InstanceNotFound',
  message: `SympoziumInstance ${name} does not exist in namespace ${namespace}: create it there, or correct spec.instanceRef`,
});

const NO_POLICY: Waiting = {
  reason: 'PolicyNotFound',
  message: 'No SympoziumPolicy exists and the platform requires one: ask the platform team',
};
