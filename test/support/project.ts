/** The project's own files, wherever the tests are started from. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readYaml } from '../../src/cli/input/yaml.ts';
import type { JsonObject } from '../../src/kube/json.ts';

export const projectPath = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export const readText = (path: string): string => readFileSync(projectPath(path), 'utf8');
export const readDocuments = (path: string): JsonObject[] => readYaml(readText(path), path) as JsonObject[];

/** The names of everything in a directory, sorted. An empty directory is a mistake. */
export function listDirectory(path: string): string[] {
  const names = readdirSync(projectPath(path)).sort();
  if (names.length === 0) throw new Error(`${path} is empty`);
  return names;
}
