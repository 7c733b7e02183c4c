/**
 * The rules a schema states in CEL, and those only a parser can check. Each looks at a value that may still be wrong
 * in other ways, skips what is not of its shape (the schema reports that) and adds the faults it finds.
 */

import { parseDuration } from '../kube/duration.ts';
import { isObject, type JsonValue, listAt, textAt, textBytes, valueAt } from '../kube/json.ts';
import { meets } from '../kube/paths.ts';
import type { Fault } from './fault.ts';
import { checkPlacement } from './placement.ts';
import { checkPodMetadata } from './podmetadata.ts';
import { show } from './schema.ts';
import { isReservedVariable } from './variables.ts';
import { checkWorkspace } from './workspace.ts';

/** Each value of `key` in a list of maps may stand once. */
export function checkUnique(faults: Fault[], path: string, list: JsonValue[], key: string, rule = 'must be unique'): void {
  const seen = new Set<JsonValue>();
  for (const [index, item] of list.entries()) {
    const value = isObject(item) ? item[key] : undefined;
    if (value === undefined) continue;
    if (seen.has(value)) faults.push({ path: `${path}[${index}].${key}`, found: `${show(value)} twice`, rule });
    seen.add(value);
  }
}

/** A map has exactly one of some fields. */
export function checkOneOf(faults: Fault[], path: string, value: JsonValue, fields: readonly string[]): void {
  if (!isObject(value)) return;
  const found = fields.filter((field) => value[field] !== undefined);
  if (found.length === 1) return;
  faults.push({ path, found: found.join(' and ') || 'none', rule: `must have exactly one of ${fields.join(', ')}` });
}

/** A time lies between 1s and 24h. */
export const checkDuration = (faults: Fault[], path: string, value: JsonValue | undefined): void =>
  checkBetween(faults, path, value, ['1s', '24h']);

/** What startTimeout may be lies between 30s and 1h. */
export const checkStartTimeout = (faults: Fault[], path: string, value: JsonValue | undefined): void =>
  checkBetween(faults, path, value, ['30s', '1h']);

/** How long a run waits for its approval lies between 1m and 720h. */
export const checkApprovalTimeout = (faults: Fault[], path: string, value: JsonValue | undefined): void =>
  checkBetween(faults, path, value, ['1m', '720h']);

function checkBetween(faults: Fault[], path: string, value: JsonValue | undefined, [least, most]: [string, string]): void {
  const [seconds, from = 0, to = 0] = [value, least, most].map((text) => parseDuration(typeof text === 'string' ? text : ''));
  if (seconds === undefined || (seconds >= from && seconds <= to)) return;
  faults.push({ path, found: show(value), rule: `must be between ${least} and ${most}` });
}

/** What the kernel takes for one argument or variable of a process, with its name and the two characters around it: MAX_ARG_STRLEN. */
const MAX_VARIABLE_BYTES = 128 * 1024;

/** A text becomes an argument of a process, or the value of a variable of some name. */
export function checkProcessText(faults: Fault[], path: string, value: JsonValue | undefined, name = ''): void {
  if (typeof value !== 'string') return;
  if (value.includes('\0')) faults.push({ path, found: 'a NUL character', rule: 'must be text that a process can be given' });
  const bytes = textBytes(value) + name.length + 2;
  if (bytes <= MAX_VARIABLE_BYTES) return;
  faults.push({
    path,
    found: `${Math.ceil(bytes / 1024)} KiB`,
    rule: 'must take at most 128 KiB, with the name of its variable',
  });
}

/** Each of a list of texts is an argument. */
export const checkArguments = (faults: Fault[], path: string, texts: JsonValue[]): void => {
  for (const [index, text] of texts.entries()) checkProcessText(faults, `${path}[${index}]`, text);
};

/** Each of a list of variables has a value that a process can be given. */
export const checkVariables = (faults: Fault[], path: string, variables: JsonValue[]): void => {
  for (const [index, variable] of variables.entries())
    checkProcessText(faults, `${path}[${index}].value`, valueAt(variable, 'value'), textAt(variable, 'name'));
};

/** A key is one of a Secret. */
export function checkModel(faults: Fault[], path: string, model: JsonValue | undefined): void {
  const key = textAt(model, 'authSecretKey');
  if (key === undefined || textAt(model, 'authSecretRef') !== undefined) return;
  faults.push({ path: `${path}.authSecretKey`, found: show(key), rule: 'must stand beside authSecretRef' });
}

/** Each of a list of directories is mounted read-only, so that none can be made in another one. */
export function checkDirectories(faults: Fault[], path: string, directories: JsonValue[]): void {
  for (const [index, directory] of directories.entries()) {
    const other = directories
      .slice(0, index)
      .find((one) => typeof one === 'string' && typeof directory === 'string' && meets(directory, one));
    if (other !== undefined)
      faults.push({
        path: `${path}[${index}]`,
        found: show(directory),
        rule: `must not be, or lie in, the place of ${show(other)}`,
      });
  }
}

/** What AgentRun and SympoziumInstance share. */
export function checkRunFields(faults: Fault[], spec: JsonValue): void {
  const uses = listAt(spec, 'skills');
  for (const [index, use] of uses.entries()) {
    if (!isObject(use)) continue;
    const path = `spec.skills[${index}]`;
    checkOneOf(faults, path, use, ['skillPackRef', 'configMapRef']);
    if (use['params'] !== undefined && use['skillPackRef'] === undefined) {
      faults.push({ path: `${path}.params`, found: 'params without skillPackRef', rule: 'must stand beside skillPackRef' });
    }
    const params = valueAt(use, 'params');
    for (const [name, value] of isObject(params) ? Object.entries(params) : []) {
      checkProcessText(faults, `${path}.params.${name}`, value);
      const { length } = [...name];
      if (length >= 1 && length <= 63) continue;
      faults.push({ path: `${path}.params`, found: show(name), rule: 'names of params must have 1 to 63 characters' });
    }
  }
  checkUnique(faults, 'spec.skills', uses, 'skillPackRef', 'may list a SkillPack once');
  checkUnique(faults, 'spec.skills', uses, 'configMapRef', 'may list a ConfigMap once');
  checkUnique(faults, 'spec.imagePullSecrets', listAt(spec, 'imagePullSecrets'), 'name');
  checkUnique(faults, 'spec.env', listAt(spec, 'env'), 'name');
  checkVariables(faults, 'spec.env', listAt(spec, 'env'));
  checkPodMetadata(faults, 'spec.podMetadata', valueAt(spec, 'podMetadata'));
  checkModel(faults, 'spec.model', valueAt(spec, 'model'));
  checkProcessText(faults, 'spec.task', valueAt(spec, 'task'), 'TASK');
  checkProcessText(faults, 'spec.systemPrompt', valueAt(spec, 'systemPrompt'), 'SYSTEM_PROMPT');
  for (const [index, variable] of listAt(spec, 'env').entries()) {
    const name = textAt(variable, 'name') ?? '';
    if (!isReservedVariable(name)) continue;
    faults.push({
      path: `spec.env[${index}].name`,
      found: show(name),
      rule: 'must not be a name the product sets, PATH, HOME or LD_*',
    });
  }
  checkDuration(faults, 'spec.timeout', valueAt(spec, 'timeout'));
  checkStartTimeout(faults, 'spec.startTimeout', valueAt(spec, 'startTimeout'));
  checkDirectories(faults, 'spec.skillsDirs', listAt(spec, 'skillsDirs'));
  checkPlacement(faults, 'spec.placement', valueAt(spec, 'placement'));
  checkWorkspace(faults, 'spec.workspace', valueAt(spec, 'workspace'));
}
