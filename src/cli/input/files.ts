/**
 * Kubernetes resources as people have them: in files, in directories and what is below them, in Lists as `kubectl get -o yaml` writes
 * them, on standard input. Each error is one line that names the file.
 */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { nameOf } from '../../api/composite.ts';
import {
  AGENT_RUN_APPROVAL,
  AGENT_SCHEDULE,
  API_VERSION,
  CLAIMS,
  NAMESPACED,
  SKILL_PACK,
  SYMPOZIUM_POLICY,
} from '../../api/kinds.ts';
import { equal, isObject, type JsonObject, type JsonValue, listAt, textAt } from '../../kube/json.ts';
import { note } from '../output.ts';
import { nearest } from './nearest.ts';
import { fileOf, type Origin, placeOf, realFileOf, recordOrigin } from './places.ts';
import { FileError, parseYaml, readYaml } from './yaml.ts';

const STDIN = '-';
const EXTENSIONS = ['.yaml', '.yml', '.json'];
/** Directories that hold what others wrote. */
const NOT_OURS = ['node_modules'];

/** The kinds of this product. */
export const KINDS = [
  SKILL_PACK,
  SYMPOZIUM_POLICY,
  AGENT_RUN_APPROVAL,
  AGENT_SCHEDULE,
  ...[CLAIMS, NAMESPACED].flatMap(({ agentRun, sympoziumInstance }) => [agentRun, sympoziumInstance]),
];

/** Says something that is no fault. */
export type Tell = (text: string) => void;

export interface Read {
  resources: JsonObject[];
  /** The files that hold something no cluster takes; the others are read all the same. */
  unreadable: FileError[];
}

/**
 * Every resource of a file, of the files below a directory, or of standard input (`-`). In a directory what is no resource, a template
 * or the values of a chart for example, is skipped with a word; a file that is named has to hold resources.
 */
export function loadReadable(path: string, tell: Tell = note): Read {
  const read: Read = { resources: [], unreadable: [] };
  for (const file of listFiles(path)) {
    try {
      read.resources.push(...loadFile(file, file === path, tell));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      read.unreadable.push(error);
    }
  }
  return read;
}

/** The same, where no file may hold anything else. */
export function loadResources(path: string, tell: Tell = note): JsonObject[] {
  const { resources, unreadable } = loadReadable(path, tell);
  const [first] = unreadable;
  if (first !== undefined) throw first;
  return resources;
}

function loadFile(file: string, isNamed: boolean, tell: Tell): JsonObject[] {
  const origin = { file: describe(file), realFile: file === STDIN ? STDIN : realpathSync(file), isNamed };
  const skip = (words: string): never[] => {
    if (isNamed) throw new FileError({ file: origin.file, line: 1, column: 1 }, words);
    tell(`skipped ${file}: ${words}`);
    return [];
  };
  const text = read(file);
  if (text === '') return skip('it is empty');
  try {
    return parseYaml(text, origin.file).flatMap(({ value, document, lines }) =>
      isResource(value)
        ? openList(value, { ...origin, document, lines, within: [] }, tell)
        : skip('it holds something that is no Kubernetes resource, which has apiVersion and kind'),
    );
  } catch (error) {
    // A template is no YAML, most of the time; a text that only has braces in it is.
    if (error instanceof FileError && error.rule === 'yaml' && text.includes('{{'))
      return skip('it looks like a template, which has to be rendered first');
    throw error;
  }
}

/** The resources of a kind in some files. Throws when a path has none. */
export const loadKind = (paths: string[], kind: string): JsonObject[] =>
  paths.flatMap((path) => {
    const found = loadResources(path).filter((resource) => resource['kind'] === kind);
    if (found.length === 0) throw new Error(`${describe(path)} holds no ${kind}`);
    return found;
  });

/**
 * The same resources, each once where a file was given twice. Throws when two of a kind have one name, of which a cluster has one.
 */
export function withoutTwins(resources: JsonObject[], onTwin: (error: FileError) => void = raise): JsonObject[] {
  const seen = new Map<string, JsonObject>();
  return resources.filter((resource) => {
    if (nameOf(resource) === '') return true;
    const before = seen.get(titleOf(resource));
    if (before === undefined) seen.set(titleOf(resource), resource);
    else if (realFileOf(before) !== realFileOf(resource) || !equal(before, resource))
      onTwin(
        new FileError(
          placeOf(resource),
          `there are two of ${titleOf(resource)}: in ${fileOf(before)} and in ${fileOf(resource)}`,
        ),
      );
    return before === undefined;
  });
}

function raise(error: Error): never {
  throw error;
}

/** A resource as people speak of it: its kind, and its name after its namespace. */
export function titleOf(resource: JsonObject): string {
  const isOfCluster = CLUSTER_SCOPED.includes(String(resource['kind']));
  const namespace = isOfCluster ? undefined : textAt(resource, 'metadata', 'namespace');
  const name = nameOf(resource) || `${textAt(resource, 'metadata', 'generateName') ?? ''}(without a name)`;
  return `${resource['kind']} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** Kinds without a namespace, whatever somebody writes. */
const CLUSTER_SCOPED = [SKILL_PACK, SYMPOZIUM_POLICY];

/** The one value of a YAML file. */
export function loadYaml(file: string): JsonValue {
  const [value, ...others] = readYaml(read(file), describe(file));
  if (value === undefined || others.length > 0) throw new Error(`${describe(file)} must hold exactly one YAML document`);
  return value;
}

const isResource = (value: JsonValue): value is JsonObject =>
  isObject(value) && textAt(value, 'apiVersion') !== undefined && textAt(value, 'kind') !== undefined;

/** A List, or a resource of a List, each with the place it stands at. */
function openList(resource: JsonObject, origin: Origin, tell: Tell): JsonObject[] {
  const kind = textAt(resource, 'kind') ?? '';
  recordOrigin(resource, origin);
  if (kind.endsWith('List') && Array.isArray(resource['items']))
    return listAt(resource, 'items').flatMap((item, index) =>
      openList(withKind(item, resource, index), { ...origin, within: [...origin.within, 'items', index] }, tell),
    );
  const { apiVersion } = resource;
  if (KINDS.includes(kind) && apiVersion !== API_VERSION) {
    const words = `${kind} ${nameOf(resource)} is of apiVersion ${apiVersion}, and no cluster with this product has that: write ${API_VERSION}`;
    throw new FileError(placeOf(resource), words);
  }
  if (apiVersion === API_VERSION && !KINDS.includes(kind)) {
    const meant = nearest(kind, KINDS);
    if (meant !== undefined)
      throw new FileError(placeOf(resource), `${kind} ${nameOf(resource)} is of no kind of this product: did you mean ${meant}?`);
    tell(`${origin.file}: ${kind} ${nameOf(resource)} is of no kind of this product`);
  }
  return [resource];
}

/** An entry of a list of one kind may leave out its own, as those of the API server do. */
function withKind(item: JsonValue, list: JsonObject, index: number): JsonObject {
  const kind = (textAt(list, 'kind') ?? '').replace(/List$/, '');
  if (isResource(item)) return item;
  if (isObject(item) && kind !== '' && textAt(item, 'metadata', 'name') !== undefined)
    return { apiVersion: list['apiVersion'] ?? '', kind, ...(item as JsonObject) };
  throw new FileError(
    placeOf(list, `items[${index}]`),
    'an entry of the List is no Kubernetes resource, which has apiVersion and kind',
  );
}

const describe = (file: string): string => (file === STDIN ? 'standard input' : file);

function listFiles(path: string): string[] {
  if (path === STDIN) return [path];
  try {
    if (!statSync(path).isDirectory()) return [path];
  } catch (error) {
    throw new Error(`cannot read ${path}: ${explain(error)}`);
  }
  const files = walk(path, new Set());
  if (files.length === 0) throw new Error(`${path} holds no YAML file, nor does a directory in it`);
  return files;
}

/** Links are followed, each directory once. */
function walk(directory: string, seen: Set<string>): string[] {
  const real = realpathSync(directory);
  if (seen.has(real)) return [];
  seen.add(real);
  return readdirSync(directory)
    .sort()
    .filter((name) => !name.startsWith('.') && !NOT_OURS.includes(name))
    .flatMap((name) => {
      const path = join(directory, name);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.isDirectory()) return walk(path, seen);
      return found?.isFile() && EXTENSIONS.includes(extname(name)) ? [path] : [];
    });
}

/** Standard input can be read once. */
let input: Buffer | undefined;

function readInput(): Buffer {
  input ??= readFileSync(0);
  return input;
}

function read(file: string): string {
  let bytes: Buffer;
  try {
    bytes = file === STDIN ? readInput() : readFileSync(file);
  } catch (error) {
    throw new Error(`cannot read ${describe(file)}: ${explain(error)}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FileError({ file: describe(file), line: 1, column: 1 }, 'it is no text in UTF-8');
  }
}

/** The words people know for what the system says. */
const WORDS: Record<string, string> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

function explain(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return WORDS[code] ?? message;
}
