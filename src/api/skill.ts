/** A skill as files below /skills: one for agents that read a file for each skill, and a folder as Agent Skills have it. */
import { digest, sha256 } from '../kube/digest.ts';
import { parseImage } from '../kube/image.ts';
import { type JsonObject, type JsonValue, jsonBytes, listAt, objectAt, textAt, textBytes, valueAt } from '../kube/json.ts';
import { Places } from '../kube/paths.ts';
import type { Fault } from './fault.ts';
import { type FrontMatter, writeFrontMatter } from './frontmatter.ts';
import type { Skill, SkillPackStatus } from './generated/types.ts';
import { skillFile } from './names.ts';
import { checkOneOf } from './rules.ts';
import { show } from './schema.ts';

/** The one file that every folder of a skill has. https://agentskills.io/specification */
export const SKILL_DOCUMENT = 'SKILL.md';

/** Where the ConfigMaps of a tenant are, beside the folders of the skills. */
export const CONFIG_MAPS_DIRECTORY = 'configmaps';

export interface SkillFile extends FileContent {
  /** Its key in the ConfigMap of a run. */
  key: string;
  /** Where it is, below /skills. */
  path: string;
  executable: boolean;
}

/** Exactly one of the two. */
export interface FileContent {
  content?: string;
  contentBase64?: string;
}

/** The skill as one file: the name as the title, the description as a quotation, the content or, of an image, where it is. */
export function skillText({ name, description, content = `Read /skills/${name}/${SKILL_DOCUMENT}.` }: Skill): string {
  const quoted = description?.trimEnd().split(/\r\n|\r|\n/);
  return [`# ${name}`, ...(quoted ? [quoted.map((line) => `> ${line}`.trimEnd()).join('\n')] : []), content].join('\n\n');
}

/** As long as a description may be where agents find it; a pack takes a longer one, and tells it. */
export const MAX_DESCRIPTION = 1024;

/** Nothing but what the rule of the schema takes for white space. */
export const isBlank = (text = ''): boolean => !/[^ \t\n\r]/.test(text);

/** A skill without a description has no SKILL.md, which needs one, and so no folder; one with an image has it there. */
export const hasFolder = (skill: Skill): skill is Skill & FrontMatter => skill.image === undefined && !isBlank(skill.description);

/** What the pack has of the folder of a skill, with paths as in the folder. The content of SKILL.md begins behind its front matter. */
export function listFolder(skill: Skill): Omit<SkillFile, 'key'>[] {
  if (!hasFolder(skill)) return [];
  const content = writeFrontMatter(skill) + (skill.content ?? '');
  return [{ path: SKILL_DOCUMENT, executable: false, content }, ...(skill.files ?? [])];
}

/** Every file of a skill. */
export function listFiles(skill: Skill): SkillFile[] {
  const path = skillFile(skill.name);
  const folder = listFolder(skill).map((file) => ({
    ...file,
    key: folderKey(skill.name, file.path),
    path: `${skill.name}/${file.path}`,
  }));
  return [{ key: path, path, executable: false, content: skillText(skill) }, ...folder];
}

/** A key has no slash. That of no other skill begins alike, because names have no two hyphens in a row. */
const folderKey = (skill: string, path: string): string => `${skill}--${sha256(path).slice(0, 16)}`;

/** What a skill consists of: its folder, or the one file it is. Nobody here knows what is in an image. */
export function describeSkill(skill: Skill): DescribedSkill {
  const files = hasFolder(skill) ? listFolder(skill) : listFiles(skill);
  const size = { files: files.length, bytes: files.reduce((sum, file) => sum + contentBytes(file), 0) };
  return { name: skill.name, ...(skill.image === undefined && size), digest: digest(skill as unknown as JsonObject) };
}

type DescribedSkill = NonNullable<SkillPackStatus['skills']>[number];

/** How many bytes a file has. */
const contentBytes = ({ content, contentBase64 = '' }: FileContent): number =>
  content === undefined ? (contentBase64.replace(/=+$/, '').length * 3) >> 2 : textBytes(content);

/** The skills stand twice in one Object, once in its spec and once in its status, and etcd takes 1.5 MiB. */
export const MAX_SKILL_BYTES = 512 * 1024;

/** What a file takes of it: base64 as it is, a text with its escapes, and where it is, which the Pod says. */
export const storedBytes = ({ content = '', contentBase64 = content, key, path }: SkillFile): number =>
  jsonBytes(contentBase64) + jsonBytes({ key, path });

/** How many of the largest files are named where there is too much. */
const NAMED = 5;

/** All skills of a pack, and of a run with what stands beside them, fit into one Object. */
export function checkSkillBytes(faults: Fault[], path: string, skills: Skill[], beside = ''): void {
  const files = skills.flatMap(listFiles).map((file) => ({ path: file.path, bytes: storedBytes(file) }));
  const bytes = files.reduce((sum, file) => sum + file.bytes, jsonBytes(beside));
  if (bytes <= MAX_SKILL_BYTES) return;
  const largest = files.sort((a, b) => b.bytes - a.bytes).slice(0, NAMED);
  const named = largest.map((file) => `${file.path} with ${toKib(file.bytes)}`).join(', ');
  faults.push({ path, found: toKib(bytes), rule: `must together have at most 512 KiB as JSON; the largest are ${named}` });
}

const toKib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;

/** What the schema of a pack cannot say of its skills. Each may still be wrong in other ways. */
export function checkSkills(faults: Fault[], path: string, skills: JsonValue[]): void {
  for (const [index, skill] of skills.entries()) {
    const at = `${path}[${index}]`;
    checkOneOf(faults, at, skill, ['content', 'image']);
    if (valueAt(skill, 'files') !== undefined && valueAt(skill, 'image') !== undefined) {
      faults.push({ path: `${at}.files`, found: 'files beside an image', rule: 'must be in the image' });
    }
    if (valueAt(skill, 'files') !== undefined && isBlank(textAt(skill, 'description'))) {
      faults.push({ path: `${at}.description`, found: 'nothing', rule: 'must be set beside files, whose SKILL.md needs it' });
    }
    const reference = textAt(skill, 'image', 'reference');
    if (reference !== undefined && parseImage(reference.replace(/@.*/, '')) === undefined) {
      faults.push({ path: `${at}.image.reference`, found: show(reference), rule: 'must be a name that a registry can have' });
    }
    checkFiles(faults, `${at}.files`, listAt(skill, 'files'));
    for (const name of Object.keys(objectAt(skill, 'metadata'))) {
      const { length } = [...name];
      if (length >= 1 && length <= 63) continue;
      faults.push({ path: `${at}.metadata`, found: show(name), rule: 'names in metadata must have 1 to 63 characters' });
    }
  }
}

function checkFiles(faults: Fault[], path: string, files: JsonValue[]): void {
  const places = new Places([SKILL_DOCUMENT]);
  for (const [index, file] of files.entries()) {
    checkOneOf(faults, `${path}[${index}]`, file, ['content', 'contentBase64']);
    const place = textAt(file, 'path');
    const other = place === undefined ? undefined : places.take(place);
    if (other !== undefined) {
      faults.push({ path: `${path}[${index}].path`, found: show(place), rule: `must not be, or lie in, the place of ${other}` });
    }
  }
}
