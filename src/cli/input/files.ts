/**
 * Kubernetes resources as people have them: in files, in directories and what is below them, in Lists as `kubectl get -o yaml` writes
 * them, on standard input. Each error is one line that names the file.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { nameOf } from '../../api/composite.ts';
import { API_VERSION, CLAIMS, NAMESPACED, SKILL_PACK, SYMPOZIUM_POLICY } from '../../api/kinds.ts';
import { equal, isObject, type JsonObject, type JsonValue, listAt, textAt } from '../../kube/json.ts';
import { nearest } from './nearest.ts';
import { fileOf, type Origin, recordOrigin } from './places.ts';
import { parseYaml, readYaml, type YamlDocument, YamlError } from './yaml.ts';

const STDIN = '-';
const EXTENSIONS = ['.yaml', '.yml', '.json'];
/** Directories that hold what others wrote. */
const NOT_OURS = ['node_modules'];

/** The kinds of this product. */
export const KINDS = [
  SKILL_PACK,
  SYMPOZIUM_POLICY,
  ...[CLAIMS, NAMESPACED].flatMap(({ agentRun, sympoziumInstance }) => [agentRun, sympoziumInstance]),
];

/** Says something on stderr that is no fault. */
export type Tell = (text: string) => void;

const tellOnStderr: Tell = (text) => process.stderr.write(`skillpack: ${text}\n`);

/**
 * Every resource of a file, of the files below a directory, or of standard input (`-`). In a directory what is no resource, a template
 * or the values of a chart for example, is skipped with a word; a file that is named has to hold resources.
 */
export const loadResources = (path: string, tell: Tell = tellOnStderr): JsonObject[] =>
  listFiles(path).flatMap((file) => loadFile(file, file === path, tell));

/** The same, and beside it why a file is no YAML; the others are read all the same. */
export function loadReadable(path: string, tell: Tell = tellOnStderr): { resources: JsonObject[]; unreadable: YamlError[] } {
  const unreadable: YamlError[] = [];
  const resources = listFiles(path).flatMap((file) => {
    try {
      return loadFile(file, file === path, tell);
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      unreadable.push(error);
      return [];
    }
  });
  return { resources, unreadable };
}

function loadFile(file: string, isNamed: boolean, tell: Tell): JsonObject[] {
  const documents = parseFile(file, isNamed, tell);
  return documents.flatMap(({ value, document, lines }) => {
    if (isResource(value)) return openList(value, { file: describe(file), isNamed, document, lines, within: [] });
    if (isNamed) throw new Error(`${describe(file)} must hold Kubernetes resources, each with apiVersion and kind`);
    tell(`skipped ${file}: it holds something that is no Kubernetes resource`);
    return [];
  });
}

/** A template is no YAML, most of the time; a text that only has braces in it is. */
function parseFile(file: string, isNamed: boolean, tell: Tell): YamlDocument[] {
  const text = read(file);
  try {
    return parseYaml(text, describe(file));
  } catch (error) {
    if (!text.includes('{{')) throw error;
    const words = 'it looks like a template, which has to be rendered first';
    if (isNamed) throw new Error(`${describe(file)}: ${words}`);
    tell(`skipped ${file}: ${words}`);
    return [];
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
export function withoutTwins(resources: JsonObject[]): JsonObject[] {
  const seen = new Map<string, JsonObject>();
  return resources.filter((resource) => {
    if (nameOf(resource) === '') return true;
    const before = seen.get(titleOf(resource));
    if (before === undefined) seen.set(titleOf(resource), resource);
    else if (fileOf(before) !== fileOf(resource) || !equal(before, resource))
      throw new Error(`there are two of ${titleOf(resource)}: in ${fileOf(before)} and in ${fileOf(resource)}`);
    return before === undefined;
  });
}

/** A resource as people speak of it: its kind, and its name after its namespace. */
export function titleOf(resource: JsonObject): string {
  const namespace = textAt(resource, 'metadata', 'namespace');
  const name = nameOf(resource) || `${textAt(resource, 'metadata', 'generateName') ?? ''}(without a name)`;
  return `${resource['kind']} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** The one value of a YAML file. */
export function loadYaml(file: string): JsonValue {
  const [value, ...others] = readYaml(read(file), describe(file));
  if (value === undefined || others.length > 0) throw new Error(`${describe(file)} must hold exactly one YAML document`);
  return value;
}

const isResource = (value: JsonValue): value is JsonObject =>
  isObject(value) && textAt(value, 'apiVersion') !== undefined && textAt(value, 'kind') !== undefined;

/** A List, or a resource of a List, each with the place it stands at. */
function openList(resource: JsonObject, origin: Origin): JsonObject[] {
  const kind = textAt(resource, 'kind') ?? '';
  if (kind.endsWith('List') && Array.isArray(resource['items']))
    return listAt(resource, 'items').flatMap((item, index) =>
      isResource(item) ? openList(item, { ...origin, within: [...origin.within, 'items', index] }) : [],
    );
  const { apiVersion } = resource;
  if (KINDS.includes(kind) && apiVersion !== API_VERSION)
    throw new Error(
      `${origin.file}: ${kind} ${nameOf(resource)} is of apiVersion ${apiVersion}, and no cluster with this product has that: write ${API_VERSION}`,
    );
  const meant = apiVersion === API_VERSION && !KINDS.includes(kind) ? nearest(kind, KINDS) : undefined;
  if (meant !== undefined)
    throw new Error(`${origin.file}: ${kind} ${nameOf(resource)} is of no kind of this product: did you mean ${meant}?`);
  recordOrigin(resource, origin);
  return [resource];
}

const describe = (file: string): string => (file === STDIN ? 'standard input' : file);

function listFiles(path: string): string[] {
  if (path === STDIN) return [path];
  try {
    if (!statSync(path).isDirectory()) return [path];
  } catch (error) {
    throw new Error(`cannot read ${path}: ${explain(error)}`);
  }
  const files = walk(path);
  if (files.length === 0) throw new Error(`${path} holds no YAML file, nor does a directory in it`);
  return files;
}

function walk(directory: string): string[] {
  const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('.') || NOT_OURS.includes(entry.name) ? [] : walk(path);
    return EXTENSIONS.includes(extname(entry.name)) && !entry.name.startsWith('.') ? [path] : [];
  });
}

function read(file: string): string {
  const name = describe(file);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === STDIN ? 0 : file);
  } catch (error) {
    throw new Error(`cannot read ${name}: ${explain(error)}`);
  }
  if (bytes.length === 0) throw new Error(`${name} is empty`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`${name} is no text in UTF-8`);
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
