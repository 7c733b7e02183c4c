/** `skillpack export`: the folders of the skills of a pack. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from '../../api/composite.ts';
import { SKILL_PACK } from '../../api/kinds.ts';
import { hasFolder } from '../../api/skill.ts';
import { parseSkillPack } from '../../api/skillpack.ts';
import { loadKind } from '../input/files.ts';
import type { Report } from './report.ts';
import { writeFolder } from './skillfolder.ts';

/** Writes a folder for each skill of each pack into a directory, all or, where the report has faults, none. The folders, as they are called. */
export function exportSkills(paths: string[], directory: string, report: Report): string[] {
  const skills = loadKind(paths, SKILL_PACK).flatMap((pack) => {
    const parsed = parseSkillPack(pack);
    const place = `SkillPack/${nameOf(pack)}`;
    for (const { path, found, rule } of parsed.ok ? [] : parsed.faults)
      report.fault(`${place} ${path}`, `${rule}, found ${found}`);
    return (parsed.ok ? parsed.value.skills : []).map((skill, index) => ({ skill, place: `${place} spec.skills[${index}]` }));
  });
  const taken = new Map<string, string>();
  for (const { skill, place } of skills) {
    const other = taken.get(skill.name);
    if (other !== undefined) report.fault(`${place}.name`, `must not be that of ${other}, too: both have one folder`);
    taken.set(skill.name, place);
    if (lstatSync(join(directory, skill.name), { throwIfNoEntry: false }))
      report.fault(join(directory, skill.name), 'must not be there yet');
    if (skill.image !== undefined) report.fault(`${place}.image`, 'must be content: what is in an image is not fetched');
    else if (!hasFolder(skill)) report.fault(`${place}.description`, 'must be set: SKILL.md needs it');
    if (skill.requires !== undefined) report.warn(`${place}.requires`, 'is left out: a folder has no place for it');
  }
  if (report.faults.length > 0) return [];
  return skills.map(({ skill }) => {
    const folder = join(directory, skill.name);
    writeFolder(folder, skill);
    return folder;
  });
}
