/** What policies bound, and what became of it. */
import type { SympoziumPolicySpec } from '../../api/generated/types.ts';
import { SYMPOZIUM_POLICY } from '../../api/kinds.ts';
import { parseSympoziumPolicy } from '../../api/sympoziumpolicy.ts';
import { parseDuration } from '../../kube/duration.ts';
import { type JsonObject, valueAt } from '../../kube/json.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import { titleOf } from '../input/files.ts';
import { leavesOf, type Power, read } from './powers.ts';

/** Of two states, what the second has more, and what it has less. */
export interface Changes {
  added: Power[];
  removed: Power[];
}

/** What a policy bounds: without it there is more. Where a list has entries, only those are permitted. */
const BOUNDS: string[][] = [
  ...['timeout', 'startTimeout', 'skills', 'env', 'agent', 'sidecar'].map((field) => ['limits', field]),
  ...[
    ['images', 'registries'],
    ['images', 'requireDigest'],
    ['packs'],
    ['models', 'providers'],
    ['models', 'baseURLs'],
    ['secrets'],
    ['network', 'mode'],
  ],
];
const DENIES: string[][] = [['env', 'deny']];

/** What of the bounds of policies became wider, and what narrower. A policy that is gone bounds nothing. */
export function compareBounds(before: JsonObject[], after: JsonObject[]): Changes {
  const policiesOf = (resources: JsonObject[]): Map<string, SympoziumPolicySpec> =>
    new Map(
      resources
        .filter(({ kind }) => kind === SYMPOZIUM_POLICY)
        .map((policy) => [titleOf(policy), read(policy, parseSympoziumPolicy)]),
    );
  const [old, now] = [policiesOf(before), policiesOf(after)];
  const changes: Changes = { added: [], removed: [] };
  for (const of of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const boundsOf = (spec: SympoziumPolicySpec | undefined, paths: string[][]): Map<string, string[]> =>
      groupBy(paths.flatMap((path) => leavesOf(valueAt(spec, ...path), path.join('.'))));
    const [had, has] = [boundsOf(old.get(of), BOUNDS), boundsOf(now.get(of), BOUNDS)];
    for (const where of new Set([...had.keys(), ...has.keys()])) {
      const [was, is] = [had.get(where), has.get(where)];
      if (isWider(was, is)) changes.added.push({ of, where, what: describeBound(was, is) });
      else if (isWider(is, was)) changes.removed.push({ of, where, what: describeBound(was, is) });
    }
    const [denied, denies] = [boundsOf(old.get(of), DENIES), boundsOf(now.get(of), DENIES)];
    for (const [where, names] of denied)
      for (const name of names)
        if (!denies.get(where)?.includes(name)) changes.added.push({ of, where, what: `${name} is not denied any more` });
    for (const [where, names] of denies)
      for (const name of names)
        if (!denied.get(where)?.includes(name)) changes.removed.push({ of, where, what: `${name} is denied` });
  }
  return changes;
}

function groupBy(leaves: Omit<Power, 'of'>[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { where, what } of leaves) groups.set(where, [...(groups.get(where) ?? []), what]);
  return groups;
}

/** Whether a bound permits more than it did: it is gone, its number is larger, or it lists what it did not. */
function isWider(was: string[] | undefined, is: string[] | undefined): boolean {
  if (was === undefined) return false;
  if (is === undefined) return true;
  const [before, after] = [amountOf(was), amountOf(is)];
  if (before !== undefined && after !== undefined) return after > before;
  return is.some((entry) => !was.includes(entry));
}

const amountOf = ([value = '', ...others]: string[]): number | undefined => {
  const amount = parseDuration(value) ?? parseQuantity(value);
  return others.length > 0 || Number.isNaN(amount) ? undefined : amount;
};

const describeBound = (was: string[] | undefined, is: string[] | undefined): string =>
  `${is === undefined ? 'unbounded' : is.join(', ')} instead of ${was === undefined ? 'unbounded' : was.join(', ')}`;
