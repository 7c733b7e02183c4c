import { type PackRule, sidecarPath } from './rule.ts';
import type { Denial } from './verdict.ts';

const FIELDS = ['apiGroups', 'resources', 'verbs'] as const;

/** No right of a pack contains a wildcard, on its own (`*`) or as a part (`*` + `/scale`). */
export const denyWildcards: PackRule = (pack) => {
  const denials: Denial[] = [];
  for (const list of ['rbac', 'clusterRBAC'] as const) {
    for (const [index, rule] of (pack.sidecar?.[list] ?? []).entries()) {
      for (const field of FIELDS) {
        const found = rule[field].find((value) => value.includes('*'));
        if (found === undefined) continue;
        denials.push({
          rule: 'wildcard-rights',
          path: `${sidecarPath(pack)}.${list}[${index}].${field}`,
          found: JSON.stringify(found),
          why: 'a wildcard also grants what is added to the cluster later',
          permit: 'nothing permits wildcards: list what the sidecar needs',
          permissible: false,
          right: { list, index },
        });
      }
    }
  }
  return denials;
};
