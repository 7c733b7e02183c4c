/** `skillpack import`: folders of skills become one SkillPack. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { invalid } from '../../api/fault.ts';
import type { Skill } from '../../api/generated/types.ts';
import { API_VERSION, SKILL_PACK } from '../../api/kinds.ts';
import { describeSkill, listFiles, MAX_SKILL_BYTES, SKILL_DOCUMENT, storedBytes } from '../../api/skill.ts';
import { parseSkillPack } from '../../api/skillpack.ts';
import { isObject, type JsonObject } from '../../kube/json.ts';
import { loadYaml } from '../input/files.ts';
import type { Report } from './report.ts';
import { readSkillDocument, type SkillDocument } from './skilldocument.ts';
import { type Folder, type FolderFile, findFolders, readContent, readFolder } from './skillfolder.ts';

export interface ImportOptions {
  name?: string;
  version?: string;
  category?: string;
  /** A file with the sidecar, as it stands in a pack. */
  sidecar?: string;
}

interface Imported extends SkillDocument {
  folder: Folder;
  skill: JsonObject;
}

/** The pack as it is written, and its skills as they are understood: none, where the report has faults. */
export function importSkills(
  paths: string[],
  { name, version, category, sidecar }: ImportOptions,
  report: Report,
): { pack: JsonObject; skills: Skill[] } {
  const folders = paths.flatMap((path) => findFolders(path, report));
  const imported = folders.flatMap((directory) => {
    const folder = readFolder(directory, report);
    return (folder && importFolder(folder, report)) ?? [];
  });
  const [first] = imported;
  const named = name ?? (folders.length === 1 ? first?.fields['name'] : undefined);
  if (folders.length > 1 && name === undefined) report.fault(NAME, 'must say how the SkillPack of several skills is called');
  const pack: JsonObject = {
    apiVersion: API_VERSION,
    kind: SKILL_PACK,
    metadata: { name: named ?? '' },
    spec: {
      ...(category !== undefined && { category }),
      ...(version !== undefined && { version }),
      skills: imported.map(({ skill }) => skill),
      ...(sidecar !== undefined && { sidecar: loadYaml(sidecar) }),
    },
  };
  const parsed = imported.length > 0 ? parseSkillPack(pack) : invalid([]);
  // What was told already is not told again as what is missing.
  const told = new Set(report.faults.map(({ place }) => place));
  for (const { path, found, rule } of parsed.ok ? [] : parsed.faults) {
    const place = placeOf(path, imported, sidecar);
    if (!told.has(place) && !(place === NAME && told.size > 0)) report.fault(place, `${rule}, found ${found}`);
  }
  return { pack, skills: parsed.ok ? parsed.value.skills : [] };
}

const NAME = '--name';

function importFolder(folder: Folder, report: Report): Imported | undefined {
  const { files, document: file } = folder;
  const [own, others] = [files.find(({ path }) => path === SKILL_DOCUMENT), files.filter(({ path }) => path !== SKILL_DOCUMENT)];
  if (own === undefined) {
    if (!report.hasFault(file)) report.fault(file, 'must be a file');
    return undefined;
  }
  const text = readText(own.bytes);
  if (text === undefined) {
    report.fault(file, describeBinary(own.bytes));
    return undefined;
  }
  const document = readSkillDocument(text, file, report);
  if (document === undefined) return undefined;
  const { fields, content, lines } = document;
  if (typeof fields['name'] === 'string' && fields['name'] !== folder.name) {
    report.unusual(
      `${file}:${lines.get('name')}`,
      `name must be that of the folder, ${folder.name}, found ${fields['name']}`,
      'keeps it',
    );
  }
  if (/proprietary/i.test(String(fields['license'] ?? ''))) {
    report.warn(`${file}:${lines.get('license')}`, 'the license may not permit to pass the skill on');
  }
  const skill = { ...fields, content, ...(others.length > 0 && { files: others.map(toFile) }) };
  return { ...document, folder, skill };
}

const toFile = ({ path, bytes, executable }: FolderFile): JsonObject => ({
  path,
  ...toContent(bytes),
  ...(executable && { executable }),
});

const toContent = (bytes: Buffer): Readonly<Record<string, string>> => {
  const text = readText(bytes);
  return text === undefined ? { contentBase64: bytes.toString('base64') } : { content: text };
};

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Control characters but tab and the ends of lines, and what YAML has its own mind about. */
const NO_TEXT = /[^\P{Cc}\t\n\r]|[\u2028\u2029\ufeff\ufffe\uffff]/u;

/** What of it is no text: a byte order mark, which some editors write, is the most usual. */
function describeBinary(bytes: Buffer): string {
  const [found = ''] = NO_TEXT.exec(bytes.toString('utf8')) ?? [];
  const code = found === '' ? 'other bytes' : `U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  return `must be UTF-8 without control characters and byte order mark, found ${code}`;
}

function readText(bytes: Buffer): string | undefined {
  try {
    const text = UTF8.decode(bytes);
    return NO_TEXT.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Where a fault of the pack comes from. */
function placeOf(path: string, imported: Imported[], sidecar: string | undefined): string {
  if (path.startsWith('metadata.name')) return NAME;
  const [, of, inOne, file, field = ''] = /^spec\.(\w+)(?:\[(\d+)\](?:\.files\[(\d+)\])?(?:\.(\w+))?)?/.exec(path) ?? [];
  if (of === 'sidecar') return `${sidecar} ${path}`;
  const one = imported[Number(inOne ?? Number.NaN)];
  if (one === undefined) return of === 'skills' ? 'all skills' : `--${of}`;
  const { folder, lines, skill } = one;
  const at = file === undefined ? undefined : (skill['files'] as JsonObject[])[Number(file)];
  if (isObject(at)) return join(folder.directory, String(at['path']));
  return `${folder.document}:${lines.get(field) ?? 1}`;
}

/** What each file has and takes of the room that a run has, and the digests by which two copies are told apart. */
export function describeSizes(skills: Skill[]): string {
  const lines = skills.flatMap((skill) => {
    const { name, files, bytes, digest } = describeSkill(skill);
    const [flat, ...folder] = listFiles(skill).map((file) => ({ file, stored: storedBytes(file) }));
    return [
      `${name}: ${files} ${files === 1 ? 'file' : 'files'}, ${bytes} bytes, ${digest}`,
      ...folder.map(({ file, stored }, index) => {
        const content = readContent(file);
        // The text of a skill stands in SKILL.md and in a file of its own.
        const taken = stored + (index === 0 ? (flat?.stored ?? 0) : 0);
        return `${String(content.length).padStart(9)}  ${share(taken)}  ${createHash('sha256').update(content).digest('hex')}  ${file.path}`;
      }),
    ];
  });
  const all = skills.flatMap(listFiles).reduce((sum, file) => sum + storedBytes(file), 0);
  return [...lines, `${share(all).trim()} of the 512 KiB that all skills of a run have`, ''].join('\n');
}

const share = (bytes: number): string => `${((bytes / MAX_SKILL_BYTES) * 100).toFixed(1)} %`.padStart(7);
