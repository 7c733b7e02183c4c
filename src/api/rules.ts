/**
 * The rules a schema states in CEL, and those only a parser can check. Each looks at a value that may still be wrong
 * in other ways, skips what is not of its shape (the schema reports that) and adds the faults it finds.
 */

import { parseDuration } from '../kube/duration.ts';
import { isObject, type JsonValue, listAt, textAt, valueAt } from '../kube/json.ts';
import type { Fault } from './fault.ts';
import { show } from './schema.ts';
import { isReservedVariable } from './variables.ts';

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

/** A time lies between 1s and 24h. */
export const checkDuration = (faults: Fault[], path: string, value: JsonValue | undefined): void =>
  checkBetween(faults, path, value, ['1s', '24h']);

/** What startTimeout may be lies between 30s and 1h. */
export const checkStartTimeout = (faults: Fault[], path: string, value: JsonValue | undefined): void =>
  checkBetween(faults, path, value, ['30s', '1h']);

function checkBetween(faults: Fault[], path: string, value: JsonValue | undefined, [least, most]: [string, string]): void {
  const [seconds, from = 0, to = 0] = [value, least, most].map((text) => parseDuration(typeof text === 'string' ? text : ''));
  if (seconds === undefined || (seconds >= from && seconds <= to)) return;
  faults.push({ path, found: show(value), rule: `must be between ${least} and ${most}` });
}

/** What AgentRun and SympoziumInstance share. */
export function checkRunFields(faults: Fault[], spec: JsonValue): void {
  const uses = listAt(spec, 'skills');
  for (const [index, use] of uses.entries()) {
    if (!isObject(use)) continue;
    const path = `spec.skills[${index}]`;
    const refs = ['skillPackRef', 'configMapRef'].filter((key) => use[key] !== undefined);
    if (refs.length !== 1) {
      const found = refs.length === 0 ? 'none' : 'both';
      faults.push({ path, found, rule: 'must have exactly one of skillPackRef and configMapRef' });
    }
    if (use['params'] !== undefined && use['skillPackRef'] === undefined) {
      faults.push({ path: `${path}.params`, found: 'params without skillPackRef', rule: 'must stand beside skillPackRef' });
    }
    const params = valueAt(use, 'params');
    for (const name of isObject(params) ? Object.keys(params) : []) {
      if (name.length >= 1 && name.length <= 63) continue;
      faults.push({ path: `${path}.params`, found: show(name), rule: 'names of params must have 1 to 63 characters' });
    }
  }
  checkUnique(faults, 'spec.skills', uses, 'skillPackRef', 'may list a SkillPack once');
  checkUnique(faults, 'spec.skills', uses, 'configMapRef', 'may list a ConfigMap once');
  checkUnique(faults, 'spec.imagePullSecrets', listAt(spec, 'imagePullSecrets'), 'name');
  checkUnique(faults, 'spec.env', listAt(spec, 'env'), 'name');
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
}
