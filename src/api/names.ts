/**
 * Every name the function gives to an object, a container or a variable.
 *
 * provider-kubernetes adopts any object of the same name and deletes it later, so nothing a user chose is ever a
 * whole object name: names carry a prefix and, for a run, a hash of the uid of its composite.
 */
import { sha256 } from '../kube/digest.ts';

/** Label values, DNS labels, and what becomes either: container, Job, Service and volume names. */
const LABEL_LIMIT = 63;

/** `text` when it fits, else its beginning, ending in a hash of the whole, exactly `limit` long at most. */
export function shorten(text: string, limit: number = LABEL_LIMIT): string {
  if (text.length <= limit) return text;
  const hash = sha256(text).slice(0, 8);
  return `${trimEnd(text.slice(0, limit - hash.length - 1))}-${hash}`;
}

/** The part of a run's id that comes from the composite's name: `agentrun-<run id>` has to stay a DNS label. */
const RUN_NAME_LIMIT = LABEL_LIMIT - 'agentrun-'.length - 9;

/**
 * The id of a run: the composite's name, cut, and 8 hexadecimal digits of sha256(uid). A claim may choose its
 * composite's name (spec.resourceRef) and a later run may get the same one, so only the uid is unique over time.
 * Without a uid (a local render by an older Crossplane) the hash is of namespace/name.
 */
export function runId(xr: { name: string; namespace: string; uid: string | undefined }): string {
  const hash = sha256(xr.uid ?? `${xr.namespace}/${xr.name}`).slice(0, 8);
  const name = trimEnd(xr.name.replace(/[^a-z0-9-]/g, '-').slice(0, RUN_NAME_LIMIT));
  return `${name}-${hash}`;
}

/** Job or Deployment, Service, ServiceAccount, Role and RoleBinding of a run. */
export const runObjectName = (id: string): string => `agentrun-${id}`;

/** The ConfigMap with the skills of a run. */
export const runSkillsName = (id: string): string => `agentrun-${id}-skills`;

/** ClusterRole and ClusterRoleBinding of a run. A colon is legal in RBAC names and impossible in DNS names. */
export const runClusterRoleName = (namespace: string, id: string): string => shorten(`agentrun:${namespace}:${id}`, 253);

/** The ConfigMap with the skills of a SkillPack, in the system namespace. */
export const skillPackConfigMapName = (pack: string): string => `skillpack-${pack}`;

/** The container of the agent. */
export const AGENT = 'agent';

/** The container of a pack's sidecar. */
export const sidecarName = (pack: string): string => shorten(`skill-${pack}`);

/** The key of a skill in a ConfigMap, which is its file under /skills. */
export const skillFile = (skill: string): string => `${skill}.md`;

/** The environment variable of a param: upper case, every other character an underscore. */
export const paramVariable = (param: string): string => `SKILL_${param.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

function trimEnd(text: string): string {
  return text.replace(/[^A-Za-z0-9]+$/, '');
}
