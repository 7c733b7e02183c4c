/** What whoever makes runs has to hold for some packs, as manifests. */
import { nameOf } from '../../api/composite.ts';
import { formatFaults } from '../../api/fault.ts';
import type { SympoziumPolicySpec } from '../../api/generated/types.ts';
import { SKILL_PACK, SYMPOZIUM_POLICY } from '../../api/kinds.ts';
import { parseSkillPack } from '../../api/skillpack.ts';
import { DEFAULT_DIALECT, parseSympoziumPolicy } from '../../api/sympoziumpolicy.ts';
import { effectivePolicies, findDenials } from '../../policy/findings.ts';
import { isIsolated } from '../../policy/network.ts';
import { formatDenials } from '../../policy/verdict.ts';
import { loadKind, withoutTwins } from '../input/files.ts';
import { writeYaml } from '../input/yaml.ts';
import { buildRights, type Holder, type Maker, type NamedPack } from './needed.ts';
import { read } from './powers.ts';

/** The policies of some files, each laid over the default one; without files the built-in guardrails. */
export function loadPolicies(paths: string[]): Map<string, SympoziumPolicySpec> {
  const policies = withoutTwins(loadKind(paths, SYMPOZIUM_POLICY));
  for (const policy of policies) read(policy, parseSympoziumPolicy);
  return effectivePolicies(policies);
}

const NAMES: Record<Maker, string> = { crossplane: 'Crossplane', provider: 'provider-kubernetes' };

const BOUND: Record<Maker, string> = {
  crossplane: "Crossplane's own ClusterRole takes them up by their label",
  provider: 'The ClusterRole in examples/install/3-provider-rights.yaml takes them up by their label',
};

const headOf = (maker: Maker): string =>
  `# The least that ${NAMES[maker]} has to hold. ${BOUND[maker]}.\n# A pack that the guardrails refuse is left out; why stands on stderr.\n`;

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
