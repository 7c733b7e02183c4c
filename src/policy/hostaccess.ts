import { isWithin, normalizePath } from '../kube/paths.ts';
import { type PackRule, sidecarPath } from './rule.ts';
import type { Denial } from './verdict.ts';

const FLAGS = {
  hostNetwork: 'the network of the node reaches what listens there only for itself, from every container of the Pod',
  hostPID: 'the processes of the node, with their environment, are seen from every container of the Pod',
  privileged: 'a privileged container is root on the node',
  runAsRoot: 'root in a container is root on the node if it gets out of it',
} as const;

/** No pack reaches the node, but for what the policy lists. Paths are judged as text. */
export const denyHostAccess: PackRule = (pack, { hostAccess: permitted = {} }) => {
  const asked = pack.sidecar?.hostAccess;
  if (!asked?.enabled) return [];
  const path = `${sidecarPath(pack)}.hostAccess`;
  const flags = (Object.keys(FLAGS) as (keyof typeof FLAGS)[])
    .filter((flag) => asked[flag] && permitted[flag] !== true)
    .map(
      (flag): Denial => ({
        rule: 'host-access',
        path: `${path}.${flag}`,
        found: 'true',
        why: FLAGS[flag],
        permit: `spec.hostAccess.${flag}: true permits it`,
        permissible: true,
      }),
    );
  const mounts = (asked.mounts ?? []).flatMap(({ hostPath, readOnly }, index): Denial[] => {
    const directory = normalizePath(hostPath);
    const lists = (permitted.paths ?? []).filter(({ prefix }) => {
      const parent = normalizePath(prefix);
      return directory !== undefined && parent !== undefined && isWithin(directory, parent);
    });
    if (lists.some((listed) => readOnly || listed.readOnly === false)) return [];
    return [
      {
        rule: 'host-access',
        path: `${path}.mounts[${index}]`,
        found: `${JSON.stringify(hostPath)}${readOnly ? '' : ', to be written'}`,
        why: 'files of the node hold the keys of the node and of its Pods',
        permit: `spec.hostAccess.paths with {prefix: ${directory ?? 'a path without ..'}${readOnly ? '' : ', readOnly: false'}} permits it`,
        permissible: true,
      },
    ];
  });
  return [...flags, ...mounts];
};
