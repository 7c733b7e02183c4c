/** What a change of packs and policies adds to the powers of runs, and what it takes away. */
import { loadResources, withoutTwins } from '../input/files.ts';
import { type Changes, compareBounds } from './bounds.ts';
import { keyOf, listPowers, type Power, withoutNames } from './powers.ts';

/** @param policyPaths policies that hold before and after. A right that every policy refuses is no power. */
export function compareRights(before: string, after: string, policyPaths: string[]): Changes {
  const policies = policyPaths.flatMap((path) => loadResources(path));
  const [given, changed] = [before, after].map((path) => withoutTwins([...loadResources(path), ...policies]));
  const [old, now] = [listPowers(given ?? []), listPowers(changed ?? [])];
  const bounds = compareBounds(given ?? [], changed ?? []);
  const lacks = (powers: Power[]) => {
    const known = new Set(powers.map(keyOf));
    return (power: Power): boolean => !known.has(keyOf(power)) && !known.has(keyOf(withoutNames(power)));
  };
  return { added: [...now.filter(lacks(old)), ...bounds.added], removed: [...old.filter(lacks(now)), ...bounds.removed] };
}

/** For people: what is added with a plus, what is taken away with a minus, in the order of what it is a power of. */
export function formatChanges({ added, removed }: Changes): string {
  const signed = [...added.map((power) => ({ ...power, sign: '+' })), ...removed.map((power) => ({ ...power, sign: '-' }))];
  const owners = [...new Set(signed.map(({ of }) => of))].sort();
  const lines = owners.flatMap((owner) => [
    owner,
    ...signed.filter(({ of }) => of === owner).map(({ sign, where, what }) => `  ${sign} ${where}  ${what}`),
  ]);
  return `${[...lines, `added ${added.length}, taken away ${removed.length}`].join('\n')}\n`;
}
