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
    return (power: Power): boolean => !wider(power).some((other) => known.has(keyOf(other)));
  };
  return { added: [...now.filter(lacks(old)), ...bounds.added], removed: [...old.filter(lacks(now)), ...bounds.removed] };
}

/** A power, and those that have it in them: the same on every resource of the kind, and the same in the whole cluster. */
const wider = (power: Power): Power[] =>
  [power, withoutNames(power)].flatMap((each) => [each, { ...each, where: each.where.replace(/Namespace$/, 'Cluster') }]);

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
