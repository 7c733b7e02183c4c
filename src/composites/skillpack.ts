/** The SkillPack composite: its skills as a ConfigMap in the system namespace, and whether it can be used. */
import { nameOf } from '../api/composite.ts';
import { cutFinding, formatFaults } from '../api/fault.ts';
import type { SkillPackSpec, SkillPackStatus } from '../api/generated/types.ts';
import { CLAIMS, NAMESPACED } from '../api/kinds.ts';
import { skillPackConfigMapName } from '../api/names.ts';
import type { Settings } from '../api/settings.ts';
import { describeSkill } from '../api/skill.ts';
import { parseSkillPack } from '../api/skillpack.ts';
import { listPolicies } from '../call/references.ts';
import type { Request } from '../call/request.ts';
import type { Composed, DesiredResource } from '../call/response.ts';
import { type JsonObject, textAt, valueAt } from '../kube/json.ts';
import { buildSkillPackConfigMap } from '../manifests/configmap.ts';
import type { CarriedState, Carrier } from '../objects/carrier.ts';
import { chooseCarrier } from '../objects/choice.ts';
import { isObject } from '../objects/object.ts';
import { effectivePolicies, findCredentialsInPack, findDenials } from '../policy/findings.ts';
import { findInert } from '../policy/rights/inert.ts';
import { sidecarPath } from '../policy/rule.ts';
import { findUnusual } from '../policy/skills.ts';
import { describeChange, describeValid } from './report.ts';

/** The resource name of the ConfigMap. Permanent: another name would delete the ConfigMap and make it anew. */
const CONFIG_MAP = 'skillpack-configmap';

export function composeSkillPack(request: Request, settings: Settings, ttlSeconds: number): Composed {
  const name = nameOf(request.composite);
  const parsed = parseSkillPack(request.composite);
  const found = request.observed.get(CONFIG_MAP);
  const carrier = chooseCarrier(settings, settings.objectScope === 'Namespaced' ? NAMESPACED : CLAIMS);
  // What another input made goes first, and comes back as this one makes it: Crossplane moves nothing to another namespace.
  const isOther = found !== undefined && !isMadeBy(settings, found);
  const observed = isOther ? undefined : found;
  const state = observed && carrier.stateOf(observed);
  const wanted = parsed.ok ? composeConfigMap(carrier, name, parsed.value, settings) : observed && carrier.again(observed);
  const resource = isOther ? undefined : wanted;
  const { requirements, policies } = listPolicies(request.required);
  const judged = parsed.ok ? judge(name, parsed.value, policies) : { findings: [], isRefused: false };
  const made = parsed.ok ? summarize(name, parsed.value, state) : invalidStatus(request.composite, formatFaults(parsed.faults));
  const status = judged.isRefused && made.phase === 'Ready' ? asRefused(made) : made;
  const { phase, message } = status;
  const { findings } = judged;
  return {
    status: { ...status, ...(findings.length > 0 && { findings }) },
    ready: phase === 'Ready',
    resources: new Map<string, DesiredResource>(resource ? [[CONFIG_MAP, { resource, ready: state?.kind === 'ready' }]] : []),
    conditions: [describeValid(parsed.ok, parsed.ok ? phase : 'InvalidSpec', message)],
    results: describeChange(request.composite, phase, phase, message),
    requirements,
    ttlSeconds,
  };
}

const isMadeBy = ({ compose, systemNamespace }: Settings, found: JsonObject): boolean =>
  isObject(found) ? compose === 'Objects' : compose === 'Resources' && textAt(found, 'metadata', 'namespace') === systemNamespace;

/** As many as the status holds. */
const MAX_FINDINGS = 32;

interface Judged {
  /** What is refused, then what is worth knowing: rights that match nothing, texts that look like credentials, skills without a folder. */
  findings: Finding[];
  /** Whether every policy refuses something, so that no run can use the pack. */
  isRefused: boolean;
}

function judge(name: string, spec: SkillPackSpec, resources: JsonObject[]): Judged {
  const policies = effectivePolicies(resources);
  const { sidecar, skills } = spec;
  const pack = { name, sidecar, skills };
  const denials = findDenials(pack, policies);
  const refused = denials.map(({ policy, denial: { rule, path, found, why, permit } }) => ({
    policy,
    rule,
    path,
    message: cutFinding(`${found}: ${why}; ${permit}`),
  }));
  const inert = sidecar === undefined ? [] : findInert(sidecar, sidecarPath(pack));
  const told = [...inert, ...findCredentialsInPack(name, spec, policies), ...findUnusual(name, skills)].map(
    ({ rule, path, message, fix }) => ({
      rule,
      path,
      message: cutFinding(`${message}; ${fix}`),
    }),
  );
  const refusing = new Set(denials.map(({ policy }) => policy));
  return { findings: [...refused, ...told].slice(0, MAX_FINDINGS), isRefused: refusing.size === policies.size };
}

/** It holds its skills, and no run can have them. */
const asRefused = (summary: Summary): Summary => ({
  ...summary,
  phase: 'Refused',
  message: `${summary.message}, and every policy refuses what its sidecar asks for: see status.findings`,
});

type Finding = NonNullable<SkillPackStatus['findings']>[number];

type Summary = SkillPackStatus & Required<Pick<SkillPackStatus, 'phase' | 'message'>>;

/** The ConfigMap of an earlier, valid spec stays, and so does what the status says of it. */
function invalidStatus(composite: JsonObject, message: string): Summary {
  const configMapName = textAt(composite, 'status', 'configMapName');
  const skillCount = valueAt(composite, 'status', 'skillCount');
  return {
    phase: 'Invalid',
    message,
    ...(configMapName !== undefined && { configMapName }),
    ...(typeof skillCount === 'number' && { skillCount }),
  };
}

function composeConfigMap(carrier: Carrier, name: string, { skills }: SkillPackSpec, settings: Settings): JsonObject | undefined {
  const { systemNamespace, providerConfigName } = settings;
  return carrier.wrap(buildSkillPackConfigMap(name, systemNamespace, skills), providerConfigName, systemNamespace, {});
}

function summarize(name: string, spec: SkillPackSpec, state: CarriedState | undefined): Summary {
  const configMapName = skillPackConfigMapName(name);
  let message = `ConfigMap ${configMapName} is being created`;
  if (state?.kind === 'ready') message = `ConfigMap ${configMapName} holds the skills`;
  if (state?.kind === 'error') message = `ConfigMap ${configMapName} cannot be created: ${state.message}`;
  const phase = state?.kind === 'ready' ? 'Ready' : 'Pending';
  return { phase, message, configMapName, skillCount: spec.skills.length, skills: spec.skills.map(describeSkill) };
}
