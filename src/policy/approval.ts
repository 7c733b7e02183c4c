/** Whether a policy wants a human to approve a run, and why. It is no guardrail: it refuses nothing. */
import type { ApprovalCause, RightPattern, Rule, SympoziumPolicySpec } from '../api/generated/types.ts';
import { type PackWithSidecar, packsWithSidecar, type ResolvedRun } from '../model/run.ts';
import { describeGrants } from './rights/rights.ts';
import { sidecarPath } from './rule.ts';

/** As many as the status holds; nobody reads more. */
const MAX_CAUSES = 16;

/** Whether a policy may ask for an approval at all, so that one has to be looked for. */
export const mayAskForApproval = (policy: SympoziumPolicySpec): boolean =>
  modeOf(policy) !== 'Never' || requiredRights(policy).length > 0;

/** Everything about a run for which the policy wants an approval; nothing where it wants none. */
export function findApprovalCauses(run: ResolvedRun, policy: SympoziumPolicySpec): ApprovalCause[] {
  const { approval = {} } = policy;
  const mode = modeOf(policy);
  const always: ApprovalCause[] =
    mode === 'Always' ? [{ rule: 'always', path: 'SympoziumPolicy spec.approval.mode', what: mode }] : [];
  const isMatching = mode === 'Matching';
  const rights = isMatching ? (approval.rights ?? []) : [];
  const node = packsWithSidecar(run).flatMap(findHostAccess);
  const causes = [
    ...always,
    ...(isMatching && approval.servers && run.mode === 'server'
      ? [{ rule: 'server', path: 'spec.mode', what: 'a server' } as const]
      : []),
    ...(isMatching ? findPacks(run, approval.packs ?? []) : []),
    ...packsWithSidecar(run).flatMap((pack) => findRights(pack, rights, requiredRights(policy))),
  ];
  const asks = causes.length > 0 || (isMatching && approval.hostAccess !== false && node.length > 0);
  // Who is asked is told what reaches out of the Pod, also where nobody would be asked for that.
  return asks ? [...node, ...findCloudIdentity(run), ...causes].slice(0, MAX_CAUSES) : [];
}

/** Whoever writes what has to be approved, and no mode, means it. */
const modeOf = ({ approval }: SympoziumPolicySpec): 'Never' | 'Matching' | 'Always' =>
  approval?.mode ?? (approval === undefined ? 'Never' : 'Matching');

/** What is permitted with a human only holds in every mode. */
const requiredRights = ({ rights }: SympoziumPolicySpec): RightPattern[] =>
  (rights?.allow ?? []).filter(({ approval }) => approval === 'Required');

const findPacks = ({ packs }: ResolvedRun, names: string[]): ApprovalCause[] =>
  packs
    .filter(({ name }) => names.includes('*') || names.includes(name))
    .map(({ name, version }) => ({
      rule: 'pack',
      path: `SkillPack/${name}`,
      what: version === undefined ? 'the pack' : `version ${version}`,
    }));

const SCOPES = { rbac: 'Namespace', clusterRBAC: 'Cluster' } as const;

/** What holds in the whole cluster holds in each namespace; what is permitted with a human is permitted in its scope only. */
function findRights(pack: PackWithSidecar, patterns: RightPattern[], required: RightPattern[]): ApprovalCause[] {
  return (['rbac', 'clusterRBAC'] as const).flatMap((list) => {
    const isScope = ({ scope }: RightPattern): boolean => scope === SCOPES[list];
    const meant = [...patterns.filter((pattern) => isScope(pattern) || list === 'clusterRBAC'), ...required.filter(isScope)];
    return (pack.sidecar[list] ?? []).flatMap((rule, index): ApprovalCause[] => {
      const met = meant.flatMap((pattern) => intersect(rule, pattern));
      const path = `${sidecarPath(pack)}.${list}[${index}]`;
      return met.length === 0 ? [] : [{ rule: 'rights', path, what: describeGrants(met) }];
    });
  });
}

/** What of a rule a pattern means, group by group. */
function intersect(rule: Rule, pattern: RightPattern) {
  const resources = rule.resources.filter((resource) => pattern.resources.some((one) => isResource(one, resource)));
  const verbs = rule.verbs.filter((verb) => pattern.verbs.some((one) => isMeant(one, verb)));
  const apiGroups = rule.apiGroups.filter((group) => pattern.apiGroups.some((one) => isMeant(one, group)));
  return resources.length === 0 || verbs.length === 0 ? [] : apiGroups.map((apiGroup) => ({ apiGroup, resources, verbs }));
}

/** A star of the rule stands for what is meant too. */
const isMeant = (pattern: string, value: string): boolean => pattern === '*' || value === '*' || pattern === value;

/** As in a Role: a star before a slash stands for every resource that has the subresource. */
const isResource = (pattern: string, resource: string): boolean =>
  isMeant(pattern, resource) || (pattern.startsWith('*/') && resource.endsWith(pattern.slice(1)));

const findCloudIdentity = ({ cloudIdentity }: ResolvedRun): ApprovalCause[] =>
  cloudIdentity === undefined ? [] : [{ rule: 'cloud-identity', path: 'spec.cloudIdentity', what: cloudIdentity.name }];

function findHostAccess(pack: PackWithSidecar): ApprovalCause[] {
  const { hostAccess } = pack.sidecar;
  if (!hostAccess?.enabled) return [];
  const flags = (['hostNetwork', 'hostPID', 'privileged', 'runAsRoot'] as const).filter((flag) => hostAccess[flag]);
  const mounts = (hostAccess.mounts ?? []).map(({ hostPath, readOnly }) => `${hostPath}${readOnly ? '' : ', to be written'}`);
  const what = [...flags, ...mounts].join(', ') || 'enabled';
  return [{ rule: 'host-access', path: `${sidecarPath(pack)}.hostAccess`, what }];
}
