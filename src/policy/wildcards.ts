import type { Sidecar } from '../api/generated/types.ts';
import type { Denial } from './verdict.ts';

const FIELDS = ['apiGroups', 'resources', 'verbs'] as const;

/** No right of a pack contains a wildcard, on its own (`*`) or as a part (`*` + `/scale`). */
export function denyWildcards(sidecar: Sidecar, path: string): Denial[] {
  const denials: Denial[] = [];
  for (const list of ['rbac', 'clusterRBAC'] as const) {
    for (const [index, rule] of (sidecar[list] ?? []).entries()) {
      for (const field of FIELDS) {
        const found = rule[field].find((value) => value.includes('*'));
        if (found === undefined) continue;
        denials.push({
          rule: 'wildcard-rights',
          path: `${path}.${list}[${index}].${field}`,
          found: JSON.stringify(found),
          why: 'a wildcard also grants what is added to the cluster later',
          permit: 'list what the sidecar needs; nothing permits wildcards',
          right: { list, index },
        });
      }
    }
  }
  return denials;
}
