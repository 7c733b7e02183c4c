/** What a tenant writes on his Pod is read by meshes, autoscalers and webhooks: only what the policy lists. */
import type { RunRule } from './rule.ts';
import type { Denial } from './verdict.ts';

export const denyPodMetadata: RunRule = ({ tenantPodMetadata }, { defaults, limits }) =>
  (['labels', 'annotations'] as const).flatMap((field) => {
    const [own, listed] = [defaults?.podMetadata?.[field] ?? {}, limits?.podMetadata?.[field] ?? []];
    return Object.entries(tenantPodMetadata[field] ?? {})
      .filter(([key, value]) => value !== own[key] && !listed.includes(key))
      .map(
        ([key]): Denial => ({
          rule: 'pod-metadata',
          path: `spec.podMetadata.${field}.${key}`,
          found: JSON.stringify(key),
          why: 'meshes, autoscalers and webhooks act on what stands there',
          permit: `${key} in spec.limits.podMetadata.${field} permits it`,
          permissible: true,
        }),
      );
  });
