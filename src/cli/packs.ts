/** The commands about packs: what a pack could do, and what whoever makes runs has to hold for it. */
import { nameOf } from '../api/composite.ts';
import { formatFaults } from '../api/fault.ts';
import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { SKILL_PACK, SYMPOZIUM_POLICY } from '../api/kinds.ts';
import { parseSkillPack } from '../api/skillpack.ts';
import { DEFAULT_DIALECT, parseSympoziumPolicy } from '../api/sympoziumpolicy.ts';
import { effectivePolicies, findDenials } from '../policy/findings.ts';
import { isIsolated } from '../policy/network.ts';
import { formatDenials } from '../policy/verdict.ts';
import { type LintFinding, lintPack } from './check/pack.ts';
import { loadKind, withoutTwins } from './input/files.ts';
import { writeYaml } from './input/yaml.ts';
import { buildRights, type Holder, type Maker, type NamedPack } from './rights/needed.ts';

/** The policies of some files, each laid over the default one; without files the built-in guardrails. */
function loadPolicies(paths: string[]): Map<string, SympoziumPolicySpec> {
  const policies = withoutTwins(loadKind(paths, SYMPOZIUM_POLICY));
  for (const policy of policies) {
    const parsed = parseSympoziumPolicy(policy);
    if (!parsed.ok) throw new Error(`SympoziumPolicy ${nameOf(policy)} is invalid: ${formatFaults(parsed.faults)}`);
  }
  return effectivePolicies(policies);
}

export interface Linted {
  pack: string;
  findings: LintFinding[];
}

export function lint(paths: string[], policyPaths: string[]): Linted[] {
  const policies = loadPolicies(policyPaths);
  return withoutTwins(loadKind(paths, SKILL_PACK)).map((pack) => ({ pack: nameOf(pack), findings: lintPack(pack, policies) }));
}

/** Whether nothing but warnings was found. */
export const isPassed = (linted: Linted[]): boolean =>
  linted.every(({ findings }) => findings.every(({ severity }) => severity === 'warning' || severity === 'info'));

export function formatLinted(linted: Linted[]): string {
  const lines = linted.flatMap(({ pack, findings }) => [
    `SkillPack ${pack}: ${findings.length === 0 ? 'nothing found' : `${findings.length} found`}`,
    ...findings.flatMap(({ severity, policy, rule, path, message, fix }) => [
      `  ${severity}  ${rule}${policy === undefined ? '' : ` (${policy})`}  ${path}`,
      `    ${message}`,
      `    fix: ${fix}`,
    ]),
  ]);
  return `${lines.join('\n')}\n`;
}

const NAMES: Record<Maker, string> = { crossplane: 'Crossplane', provider: 'provider-kubernetes' };

const headOf = (maker: Maker): string =>
  `# The least that ${NAMES[maker]} has to hold. A pack that the guardrails refuse is left out; why stands on stderr.\n`;

/** The manifests, and the packs that were left out because they could never run, with why. */
export function printRights(
  paths: string[],
  { policy, ...holder }: Holder & { policy: string[] },
): { manifests: string; refused: string[] } {
  const policies = loadPolicies(policy);
  const networks = [...policies.values()].map(({ network }) => network).filter(isIsolated);
  const dialects = networks.map(({ dialect = DEFAULT_DIALECT }) => dialect);
  const packs: NamedPack[] = [];
  const refused: string[] = [];
  for (const pack of withoutTwins(loadKind(paths, SKILL_PACK))) {
    const name = nameOf(pack);
    const parsed = parseSkillPack(pack);
    if (!parsed.ok) {
      refused.push(`SkillPack ${name} is invalid: ${formatFaults(parsed.faults)}`);
      continue;
    }
    const { sidecar, skills } = parsed.value;
    const findings = findDenials({ name, sidecar, skills }, policies);
    const everywhere = [...policies.keys()].every((key) => findings.some((finding) => finding.policy === key));
    if (everywhere) refused.push(`SkillPack ${name} is refused: ${formatDenials(findings.map(({ denial }) => denial))}`);
    else packs.push({ name, spec: parsed.value });
  }
  return {
    manifests: `${headOf(holder.maker)}${buildRights({ ...holder, dialects }, packs)
      .map(writeYaml)
      .join('')}`,
    refused,
  };
}
