/** Where a resource, and each field of it, stands in the files of a user. */
import { isMap, isPair, isScalar, isSeq, type Node, type Pair } from 'yaml';
import { isObject, type JsonObject } from '../../kube/json.ts';
import { nextIndex, nextKey } from './path.ts';
import type { YamlDocument } from './yaml.ts';

/** Lines and columns begin with 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

export interface Origin extends Pick<YamlDocument, 'document' | 'lines'> {
  file: string;
  /** The file that it is, by whichever name somebody called it. */
  realFile: string;
  /** Whether the user named the file, and not a directory above it. */
  isNamed: boolean;
  /** Of an entry of a List: the keys that lead to it. */
  within: (string | number)[];
}

const ORIGINS = new WeakMap<JsonObject, Origin>();

export const recordOrigin = (resource: JsonObject, origin: Origin): void => void ORIGINS.set(resource, origin);

/** What is made of a resource stands where the resource does. */
export function inherit(made: JsonObject, from: JsonObject): JsonObject {
  const origin = ORIGINS.get(from);
  if (origin) ORIGINS.set(made, origin);
  return made;
}

export const fileOf = (resource: JsonObject): string => ORIGINS.get(resource)?.file ?? 'nowhere';

export const realFileOf = (resource: JsonObject): string => ORIGINS.get(resource)?.realFile ?? 'nowhere';

export const isNamed = (resource: JsonObject): boolean => ORIGINS.get(resource)?.isNamed ?? false;

/**
 * Where a field stands, by its path as messages have it, such as `spec.skills[0].params.REPO`. The place of a field that is not there is
 * that of the nearest field above it.
 */
export function placeOf(resource: JsonObject, path = ''): Place {
  const origin = ORIGINS.get(resource);
  if (origin === undefined) return { file: 'nowhere', line: 1, column: 1 };
  const { file, document, lines, within } = origin;
  const root = within.length === 0 ? document.contents : document.getIn(within, true);
  const { line, col } = lines.linePos(offsetOf(find(root as Node | null, path)));
  return { file, line, column: col };
}

/** The key or entry that a path leads to, as far as it does. */
function find(root: Node | null, path: string): Node | Pair | null {
  let [node, found, rest]: [unknown, Node | Pair | null, string] = [root, root, path];
  while (rest !== '') {
    const entry = isSeq(node) ? nextIndex(rest) : undefined;
    const item = entry && isSeq(node) ? (node.items[entry.index] as Node | undefined) : undefined;
    const step = isMap(node) ? nextKey(rest, node.items.map(keyOf)) : undefined;
    const pair = step && isMap(node) ? node.items.find((each) => keyOf(each) === step.key) : undefined;
    if (entry && item) [node, found, rest] = [item, item, entry.rest];
    else if (step && pair) [node, found, rest] = [pair.value, pair, step.rest];
    else break;
  }
  return found;
}

const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);

function offsetOf(found: Node | Pair | null): number {
  const node = isPair(found) ? (found.key as Node) : found;
  return isObject(node) && Array.isArray(node['range']) ? Number(node['range'][0]) : 0;
}
