import type { IConfigMap as ConfigMap } from 'kubernetes-models/v1';
import type { Skill } from '../api/generated/types.ts';
import { MANAGED_BY, MANAGED_BY_US, SKILL_PACK } from '../api/labels.ts';
import { runSkillsName, skillFile, skillPackConfigMapName } from '../api/names.ts';
import { skillText } from '../api/skill.ts';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import type { ResolvedRun } from '../model/run.ts';
import { runMetadata } from './metadata.ts';
import { hasSkills, placeholderFiles, toolFiles } from './volumes.ts';

/** The skills of a SkillPack in the system namespace, for people and other tools to read. */
export function buildSkillPackConfigMap(pack: string, namespace: string, skills: Skill[]): Manifest {
  const labels = { [MANAGED_BY]: MANAGED_BY_US, [SKILL_PACK]: pack };
  return toManifest<ConfigMap>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: skillPackConfigMapName(pack), namespace, labels },
    data: skillFiles(skills),
  });
}

/**
 * A snapshot of all skills of a run in its own namespace, because ConfigMaps cannot be mounted across namespaces and
 * an edit of a pack must not reach a run that has started. Nor must anybody else's, so that of a task is immutable; a server
 * follows its pack. None where the run has no skill.
 */
export function buildRunConfigMap(run: ResolvedRun): Manifest | undefined {
  if (!hasSkills(run)) return undefined;
  return toManifest<ConfigMap>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: runMetadata(run, runSkillsName(run.id)),
    ...(run.mode === 'task' && { immutable: true }),
    data: { ...skillFiles(run.packs.flatMap((pack) => pack.skills)), ...toolFiles(run), ...placeholderFiles(run) },
  });
}

const skillFiles = (skills: Skill[]): Record<string, string> =>
  Object.fromEntries(skills.map((skill) => [skillFile(skill.name), skillText(skill)]));
