import type { IConfigMap as ConfigMap } from 'kubernetes-models/v1';
import type { Skill } from '../api/generated/types.ts';
import { MANAGED_BY, MANAGED_BY_US, SKILL_PACK } from '../api/labels.ts';
import { runSkillsName, skillFile, skillPackConfigMapName } from '../api/names.ts';
import { type SkillFile, skillText } from '../api/skill.ts';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import type { ResolvedRun } from '../model/run.ts';
import { runMetadata } from './metadata.ts';
import { hasSkills, placeholderFiles, skillFiles, toolFiles } from './volumes.ts';

/** The texts of a SkillPack's skills in the system namespace, for people and other tools to read. */
export function buildSkillPackConfigMap(pack: string, namespace: string, skills: Skill[]): Manifest {
  const labels = { [MANAGED_BY]: MANAGED_BY_US, [SKILL_PACK]: pack };
  return toManifest<ConfigMap>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: skillPackConfigMapName(pack), namespace, labels },
    data: Object.fromEntries(skills.map((skill) => [skillFile(skill.name), skillText(skill)])),
  });
}

/**
 * A snapshot of all skills of a run in its own namespace, because ConfigMaps cannot be mounted across namespaces and
 * an edit of a pack must not reach a run that has started. Nor must anybody else's, so that of a task is immutable; a server
 * follows its pack. None where the run has no skill.
 */
export function buildRunConfigMap(run: ResolvedRun): Manifest | undefined {
  if (!hasSkills(run)) return undefined;
  const files = skillFiles(run);
  const binaryData = fileTexts(files, 'contentBase64');
  return toManifest<ConfigMap>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: runMetadata(run, runSkillsName(run.id)),
    ...(run.mode === 'task' && { immutable: true }),
    data: { ...fileTexts(files, 'content'), ...toolFiles(run), ...placeholderFiles(run) },
    ...(Object.keys(binaryData).length > 0 && { binaryData }),
  });
}

/** Texts and binary files stand in fields of their own. */
const fileTexts = (files: SkillFile[], field: 'content' | 'contentBase64'): Record<string, string> =>
  Object.fromEntries(files.flatMap(({ key, [field]: value }) => (value === undefined ? [] : [[key, value]])));
