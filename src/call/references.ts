/** How a resource that a composite refers to is asked for and read: by whom, under which key, and why it may lack. */
import { parseAgentRunApproval } from '../api/agentrunapproval.ts';
import { formatFaults, type Parsed } from '../api/fault.ts';
import type {
  AgentRunApprovalSpec,
  SkillPackSpec,
  SkillUse,
  SympoziumInstanceSpec,
  SympoziumPolicySpec,
} from '../api/generated/types.ts';
import { AGENT_RUN_APPROVAL, API_VERSION, CLAIMS, identityOf, SKILL_PACK, SYMPOZIUM_POLICY, type Variant } from '../api/kinds.ts';
import { CLAIM_NAME, CLAIM_NAMESPACE } from '../api/labels.ts';
import { parseSkillPack } from '../api/skillpack.ts';
import { parseSympoziumInstance } from '../api/sympoziuminstance.ts';
import { parseSympoziumPolicy } from '../api/sympoziumpolicy.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import { lookUp, type Required, type Selector } from './request.ts';

/** Why a composite waits. */
export interface Waiting {
  reason:
    | 'Fetching'
    | 'InstanceNotFound'
    | 'InstanceAmbiguous'
    | 'InstanceInvalid'
    | 'PolicyNotFound'
    | 'PolicyAmbiguous'
    | 'PolicyInvalid'
    | 'SkillPackNotFound'
    | 'SkillPackAmbiguous'
    | 'SkillPackInvalid';
  message: string;
}

/** A reference: how it is asked for, and what became of it. */
export interface Reference<T> {
  key: string;
  selector: Selector;
  value: { kind: 'found'; value: T } | { kind: 'waiting'; waiting: Waiting } | { kind: 'missing' };
}

export function findPack(required: Required, name: string): Reference<SkillPackSpec> {
  const key = `skillpack/${name}`;
  const selector = { apiVersion: API_VERSION, kind: SKILL_PACK, matchName: name };
  return { key, selector, value: read(required, key, `SkillPack ${name}`, 'SkillPack', parseSkillPack) };
}

export function findPolicy(required: Required, name: string): Reference<SympoziumPolicySpec> {
  const key = `policy/${name}`;
  const selector = { apiVersion: API_VERSION, kind: SYMPOZIUM_POLICY, matchName: name };
  return { key, selector, value: read(required, key, `SympoziumPolicy ${name}`, 'Policy', parseSympoziumPolicy) };
}

const POLICIES = 'policies';

/** Every SympoziumPolicy there is, as it stands; empty while Crossplane has still to fetch them. */
export const listPolicies = (required: Required): { requirements: Record<string, Selector>; policies: JsonObject[] } => ({
  requirements: { [POLICIES]: { apiVersion: API_VERSION, kind: SYMPOZIUM_POLICY, matchLabels: {} } },
  policies: required.get(POLICIES) ?? [],
});

/**
 * The composite of a claim is found by the labels Crossplane gives it, as its own name is not known. What it says in
 * spec.claimRef decides, because Crossplane itself goes by that.
 */
export function findInstance(
  required: Required,
  variant: Variant,
  { namespace, name }: { namespace: string; name: string },
): Reference<SympoziumInstanceSpec> {
  const key = 'instance';
  const match =
    variant === CLAIMS ? { matchLabels: { [CLAIM_NAME]: name, [CLAIM_NAMESPACE]: namespace } } : { matchName: name, namespace };
  const selector = { apiVersion: API_VERSION, kind: variant.sympoziumInstance, ...match };
  const isMeant = (composite: JsonObject): boolean => {
    const identity = identityOf(composite);
    return identity?.namespace === namespace && identity.name === name;
  };
  const what = `SympoziumInstance ${name}`;
  return { key, selector, value: read(required, key, what, 'Instance', parseSympoziumInstance, isMeant) };
}

/** What a human decided about a run, and when. */
export interface Decision {
  spec: AgentRunApprovalSpec;
  /** Undefined in a preview. */
  createdAt: string | undefined;
}

/** The approval of a run has its name. One that cannot be read, or that somebody has deleted, decides nothing. */
export function findApproval(required: Required, { namespace, name }: { namespace: string; name: string }): Reference<Decision> {
  const key = 'approval';
  const selector = { apiVersion: API_VERSION, kind: AGENT_RUN_APPROVAL, matchName: name, namespace };
  const found = lookUp(required, key);
  if (found.kind === 'notFetched') return { key, selector, value: waitFor(`AgentRunApproval ${name}`) };
  const isLeaving = found.kind === 'found' && textAt(found.resource, 'metadata', 'deletionTimestamp') !== undefined;
  const parsed = found.kind === 'found' && !isLeaving ? parseAgentRunApproval(found.resource) : undefined;
  if (found.kind !== 'found' || !parsed?.ok) return { key, selector, value: { kind: 'missing' } };
  const createdAt = textAt(found.resource, 'metadata', 'creationTimestamp');
  return { key, selector, value: { kind: 'found', value: { spec: parsed.value, createdAt } } };
}

/** Crossplane calls again at once with what was asked for; one that does not is older than this function needs. */
const waitFor = (what: string) => ({
  kind: 'waiting' as const,
  waiting: { reason: 'Fetching' as const, message: `Waiting for Crossplane to fetch ${what}` },
});

function read<T>(
  required: Required,
  key: string,
  what: string,
  kind: 'SkillPack' | 'Policy' | 'Instance',
  parse: (resource: JsonObject) => Parsed<T>,
  isMeant?: (resource: JsonObject) => boolean,
): Reference<T>['value'] {
  const found = lookUp(required, key, isMeant);
  const wait = (reason: Waiting['reason'], message: string) => ({ kind: 'waiting' as const, waiting: { reason, message } });
  switch (found.kind) {
    case 'missing':
      return { kind: 'missing' };
    case 'notFetched':
      return waitFor(what);
    case 'several':
      return wait(`${kind}Ambiguous`, `There are ${found.count} of ${what}: ask the platform team`);
    case 'found': {
      const parsed = parse(found.resource);
      if (parsed.ok) return { kind: 'found', value: parsed.value };
      return wait(`${kind}Invalid`, `${what} is invalid: ${formatFaults(parsed.faults)}`);
    }
  }
}

/** The SkillPacks that a list of skills names. */
export const packNames = (uses: SkillUse[] = []): string[] => uses.flatMap(({ skillPackRef }) => skillPackRef ?? []);

/** What to say of a pack that does not exist. */
export const missingPack = (name: string): Waiting => ({
  reason: 'SkillPackNotFound',
  message: `SkillPack ${name} does not exist: ask the platform team, or correct spec.skills`,
});
