/** The folder of a skill on this machine: https://agentskills.io/specification#directory-structure */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Skill } from '../../api/generated/types.ts';
import { type FileContent, listFolder, MAX_SKILL_BYTES, SKILL_DOCUMENT } from '../../api/skill.ts';
import type { Report } from './report.ts';

export interface FolderFile {
  /** In the folder. */
  path: string;
  bytes: Buffer;
  executable: boolean;
}

export interface Folder {
  /** As it was named. */
  directory: string;
  /** Its last part, also where it is named `.`. */
  name: string;
  /** SKILL.md, with the folder. */
  document: string;
  files: FolderFile[];
}

/** What programs leave in folders, and no skill needs. */
const LEFT_OUT = new Set(['.git', '.DS_Store', '__pycache__']);

/** As many as a skill may have, and SKILL.md. */
const MAX_FILES = 129;

/** The folders that a path names: it is one, its SKILL.md, or a directory of some. */
export function findFolders(path: string, report: Report): string[] {
  if (!existsSync(path)) {
    report.fault(path, 'does not exist');
    return [];
  }
  if (!statSync(path).isDirectory()) {
    if (basename(path) === SKILL_DOCUMENT) return [dirname(path)];
    report.fault(path, `must be a folder with ${SKILL_DOCUMENT}, that file itself, or a directory of such folders`);
    return [];
  }
  if (hasDocument(path)) return [path];
  const below = readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => hasDocument(join(path, name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const [folders, links] = [below.filter((entry) => entry.isDirectory()), below.filter((entry) => entry.isSymbolicLink())];
  for (const { name } of links) report.fault(join(path, name), 'must be a folder, it is a symbolic link: name what it points to');
  if (below.length === 0) report.fault(path, `must have ${SKILL_DOCUMENT}, or folders that have one`);
  return folders.map(({ name }) => join(path, name));
}

const hasDocument = (directory: string): boolean => existsSync(join(directory, SKILL_DOCUMENT));

/** Every file of a folder, sorted by path; none is read where there are too many. Nothing is followed or executed. */
export function readFolder(directory: string, report: Report): Folder | undefined {
  const paths = listPaths(directory, '', report).sort();
  if (paths.length > MAX_FILES) {
    report.fault(directory, `must have at most ${MAX_FILES} files, it has ${paths.length}`);
    return undefined;
  }
  const files = paths.flatMap((path) => readOne(directory, path, report));
  return { directory, name: basename(resolve(directory)), document: join(directory, SKILL_DOCUMENT), files };
}

function listPaths(directory: string, below: string, report: Report): string[] {
  return readdirSync(join(directory, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (LEFT_OUT.has(entry.name)) {
      report.warn(join(directory, path), 'is left out');
      return [];
    }
    if (entry.isDirectory()) return listPaths(directory, path, report);
    if (entry.isFile()) return [path];
    report.fault(
      join(directory, path),
      `must be a file, it is ${entry.isSymbolicLink() ? 'a symbolic link' : 'a device or a socket'}`,
    );
    return [];
  });
}

/** What is larger than all of a pack, or cannot be read, is told. */
function readOne(directory: string, path: string, report: Report): FolderFile[] {
  const file = join(directory, path);
  try {
    const { size, mode } = lstatSync(file);
    if (size <= MAX_SKILL_BYTES) return [{ path, bytes: readFileSync(file), executable: (mode & 0o111) !== 0 }];
    report.fault(file, `has ${Math.ceil(size / 1024)} KiB, and all skills of a pack have at most 512 KiB`);
  } catch (error) {
    report.fault(file, `cannot be read: ${(error as Error).message}`);
  }
  return [];
}

/** Writes the folder of a skill, with modes as of a repository. Throws where something is in its place. */
export function writeFolder(directory: string, skill: Skill): void {
  mkdirSync(dirname(directory), { recursive: true });
  mkdirSync(directory);
  for (const file of listFolder(skill)) {
    const path = join(directory, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, readContent(file), { flag: 'wx', mode: file.executable ? 0o755 : 0o644 });
  }
}

/** The bytes of a file. */
export const readContent = ({ content, contentBase64 = '' }: FileContent): Buffer =>
  content === undefined ? Buffer.from(contentBase64, 'base64') : Buffer.from(content, 'utf8');
