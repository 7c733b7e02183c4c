/** What each policy would refuse of a pack, so that its team learns it before a run does. */
import { nameOf } from '../api/composite.ts';
import type { SkillPackSpec, SympoziumPolicySpec } from '../api/generated/types.ts';
import { DEFAULT_POLICY, parseSympoziumPolicy } from '../api/sympoziumpolicy.ts';
import type { JsonObject } from '../kube/json.ts';
import { denyBesideRights } from './besiderights.ts';
import { findCredentialsInTexts, isCredentialPermitted } from './credentials/credentials.ts';
import { overlay } from './effective.ts';
import { judgePack } from './guardrails.ts';
import type { JudgedPack } from './rule.ts';
import type { Denial } from './verdict.ts';

export interface Finding {
  policy: string;
  denial: Denial;
}

/** What holds where no policy is. */
const BUILT_IN = 'built-in';

/** The policies under which a pack may be used, each laid over the default one; unreadable ones are left out. */
export function effectivePolicies(policies: JsonObject[]): Map<string, SympoziumPolicySpec> {
  const parsed = policies.flatMap((policy): [string, SympoziumPolicySpec][] => {
    const result = parseSympoziumPolicy(policy);
    return result.ok ? [[nameOf(policy), result.value]] : [];
  });
  const base = parsed.find(([name]) => name === DEFAULT_POLICY);
  const others = parsed.filter(([name]) => name !== DEFAULT_POLICY).sort(([a], [b]) => (a < b ? -1 : 1));
  const over = others.map(([name, policy]): [string, SympoziumPolicySpec] => [name, overlay(base?.[1] ?? {}, policy)]);
  return new Map([base ?? [BUILT_IN, {}], ...over]);
}

/** Everything that some policy refuses of a pack, by policy. */
export function findDenials(pack: JudgedPack, policies: Map<string, SympoziumPolicySpec>): Finding[] {
  return [...policies].flatMap(([policy, spec]) =>
    [...judgePack(pack, spec), ...denyBesideRights({ packs: [pack] }, spec)].map((denial) => ({
      policy,
      denial,
    })),
  );
}

/** What is told of a pack though nothing refuses it. */
export interface Warning {
  rule: string;
  path: string;
  /** What was found and why it matters. */
  message: string;
  fix: string;
}

/**
 * What looks like a credential in what a pack says, its sidecar aside, which is judged; unless every policy permits it.
 */
export function findCredentialsInPack(name: string, pack: SkillPackSpec, policies: Map<string, SympoziumPolicySpec>): Warning[] {
  const { sidecar: _, ...texts } = pack;
  return findCredentialsInTexts(texts, `SkillPack/${name} spec`, {})
    .filter(({ path }) => [...policies.values()].some((policy) => !isCredentialPermitted(path, policy)))
    .map(({ path, found }) => ({
      rule: 'credential-in-text',
      path,
      message: `${found}: whoever reads the pack or its ConfigMaps reads it too, and the agent may repeat it`,
      fix: `put it into a Secret that secretRef names; where it is none, "${path}" in spec.credentials.allow of a policy keeps it from being told`,
    }));
}
