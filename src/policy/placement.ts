/** Where a tenant has his Pods run: as the policy says, or as it lets him choose. */
import type { Placement, SympoziumPolicySpec } from '../api/generated/types.ts';
import { nameOfTaint } from '../api/placement.ts';
import type { RunRule } from './rule.ts';
import type { Denial } from './verdict.ts';

type Listed = NonNullable<NonNullable<SympoziumPolicySpec['limits']>['placement']>;

/** Something that a tenant chose, and what the policy says in its place. */
interface Choice {
  field: string;
  asked: string | undefined;
  own: string | undefined;
  /** What a list of the policy has to have of it; a taint without a key is all taints. */
  name: string | undefined;
  list: keyof Listed;
}

export const denyPlacement: RunRule = ({ tenantPlacement }, { defaults, limits }) => {
  const { required = false, ...own } = defaults?.placement ?? {};
  const listed = limits?.placement ?? {};
  return listChoices(tenantPlacement, own).flatMap(({ field, asked, own, name, list }): Denial[] => {
    if (asked === undefined || asked === own) return [];
    const isFixed = required && own !== undefined;
    if (!isFixed && name !== undefined && (listed[list] ?? []).includes(name)) return [];
    const permit = isFixed
      ? `leave it out: spec.defaults.placement requires ${own}`
      : `${name} in spec.limits.placement.${list} permits it`;
    return [
      {
        rule: 'placement',
        path: `spec.placement.${field}`,
        found: asked,
        why: 'the nodes, what isolates a Pod on them and who makes room for whom are shared by all',
        permit: name === undefined ? 'name the key of a taint' : permit,
        permissible: name !== undefined,
      },
    ];
  });
};

function listChoices(asked: Placement, own: Placement): Choice[] {
  const [labels, taints] = [Object.entries(asked.nodeSelector ?? {}), asked.tolerations ?? []];
  const ownLabels = new Map(Object.entries(own.nodeSelector ?? {}));
  const ownTaints = new Set((own.tolerations ?? []).map(nameOfTaint));
  return [
    chooseName('runtimeClassName', 'runtimeClasses', asked, own),
    chooseName('priorityClassName', 'priorityClasses', asked, own),
    ...labels.map(([key, value]): Choice => {
      return { field: `nodeSelector.${key}`, asked: value, own: ownLabels.get(key), name: key, list: 'nodeSelectorKeys' };
    }),
    ...taints.map((taint, index): Choice => {
      const text = nameOfTaint(taint);
      const same = ownTaints.has(text) ? text : undefined;
      return { field: `tolerations[${index}]`, asked: text, own: same, name: taint.key, list: 'tolerationKeys' };
    }),
  ];
}

const chooseName = (
  field: 'runtimeClassName' | 'priorityClassName',
  list: keyof Listed,
  { [field]: asked }: Placement,
  { [field]: own }: Placement,
): Choice => ({ field, asked, own, name: asked, list });
