/**
 * The kinds of sympozium.ai/v1alpha1. Users get those of a run and of an instance in two ways: as claims of cluster-scoped
 * composites (package/claims), or as composites in their namespace (package/namespaced). What differs between the two for the
 * function is a value here, a Variant.
 */
import { type JsonObject, objectAt, textAt } from '../kube/json.ts';
import type { Fault } from './fault.ts';
import { NAME_PATTERN, PATTERNS, show } from './schema.ts';

export const API_VERSION = 'sympozium.ai/v1alpha1';

/** These kinds are the same in both variants. A schedule makes what tenants make: claims, where there are claims. */
export const SKILL_PACK = 'SkillPack';
export const SYMPOZIUM_POLICY = 'SympoziumPolicy';
export const AGENT_RUN_APPROVAL = 'AgentRunApproval';
export const AGENT_SCHEDULE = 'AgentSchedule';

export interface Variant {
  /** The kinds of the composites of a run and of an instance. */
  agentRun: string;
  sympoziumInstance: string;
  /** Where a composite says by which namespace and name its user knows it, and what to say when it does not. */
  identity: string[];
  noIdentity: Fault;
  /** The provider's Objects: their API, and how they name the provider's config. Namespaced ones lie beside the composite. */
  objects: { apiVersion: string; namespaced: boolean; providerConfigKind?: string };
}

export const CLAIMS: Variant = {
  agentRun: 'XAgentRun',
  sympoziumInstance: 'XSympoziumInstance',
  identity: ['spec', 'claimRef'],
  noIdentity: {
    path: 'spec.claimRef',
    found: 'nothing',
    rule: 'must name the claim; create the claim instead of the composite, or for a local render add spec.claimRef with namespace and name',
  },
  objects: { apiVersion: 'kubernetes.crossplane.io/v1alpha2', namespaced: false },
};

export const NAMESPACED: Variant = {
  agentRun: 'AgentRun',
  sympoziumInstance: 'SympoziumInstance',
  identity: ['metadata'],
  noIdentity: {
    path: 'metadata.namespace',
    found: 'nothing',
    rule: 'must be set, because everything of a tenant is in a namespace',
  },
  objects: {
    apiVersion: 'kubernetes.m.crossplane.io/v1alpha1',
    namespaced: true,
    providerConfigKind: 'ClusterProviderConfig',
  },
};

/** The variant of a run or an instance, which its kind tells. */
export const variantOf = ({ kind }: JsonObject): Variant =>
  kind === NAMESPACED.agentRun || kind === NAMESPACED.sympoziumInstance ? NAMESPACED : CLAIMS;

/** By which namespace and name its user knows a run or an instance, or undefined when it does not say. */
export function identityOf(composite: JsonObject): { namespace: string; name: string } | undefined {
  const identity = objectAt(composite, ...variantOf(composite).identity);
  const namespace = textAt(identity, 'namespace');
  const name = textAt(identity, 'name');
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** A composite of a namespace that has one and no name: a preview, of what a cluster would name. */
const NAMELESS = { path: 'metadata.name', found: 'nothing', rule: 'must be set: only a cluster makes a name of generateName' };

const NAME = new RegExp(NAME_PATTERN);

/** What is wrong with the name of a resource, which the API server does not take. */
export const checkName = (path: string, name: string): Fault[] =>
  name.length <= 253 && NAME.test(name) ? [] : [{ path, found: show(name), rule: PATTERNS[NAME_PATTERN] ?? '' }];

/** What is wrong with the namespace and name of a run or an instance: what it does not say, or a name that the API server does not take. */
export function checkIdentity(composite: JsonObject): Fault[] {
  const variant = variantOf(composite);
  const identity = identityOf(composite);
  if (identity !== undefined) return checkName([...variant.identity, 'name'].join('.'), identity.name);
  const isNameless = variant === NAMESPACED && textAt(composite, 'metadata', 'namespace') !== undefined;
  return [isNameless ? NAMELESS : variant.noIdentity];
}
