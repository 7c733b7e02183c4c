/** What agents may not take of a skill, though nothing refuses it: https://agentskills.io/specification */
import type { Skill } from '../api/generated/types.ts';
import { hasFolder, MAX_DESCRIPTION } from '../api/skill.ts';
import type { Warning } from './findings.ts';

/** Every skill without a folder, or with a description that is longer than the specification permits. */
export const findUnusual = (pack: string, skills: Skill[]): Warning[] =>
  skills.flatMap((skill, index) => {
    const path = `SkillPack/${pack} spec.skills[${index}].description`;
    if (skill.image !== undefined) return [];
    if (!hasFolder(skill)) {
      return {
        rule: 'no-skill-folder',
        path,
        message: `without one there is no SKILL.md, so agents that look for folders do not find ${skill.name}`,
        fix: 'say what the skill does and when to use it; agents that read the files in /skills find it all the same',
      };
    }
    const characters = [...skill.description].length;
    if (characters <= MAX_DESCRIPTION) return [];
    return {
      rule: 'long-description',
      path,
      message: `it has ${characters} characters, and the specification of Agent Skills permits ${MAX_DESCRIPTION}, so some agents leave ${skill.name} out`,
      fix: 'shorten it, and move the rest into content',
    };
  });
