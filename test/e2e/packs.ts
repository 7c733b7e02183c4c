/** The packs the scenarios use. */
import { API_VERSION } from '../../src/api/kinds.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { TINY } from './agent.ts';
import type { Options } from './options.ts';

/** Applied verbatim. */
export const SEED = 'examples/packs/k8s-ops.yaml';

export const buildPack = (name: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: API_VERSION,
  kind: 'SkillPack',
  metadata: { name },
  spec: { skills: [{ name, description: `About ${name}`, content: `How to ${name}` }], ...spec },
});

export const rule = (resource: string): JsonObject[] => [{ apiGroups: [''], resources: [resource], verbs: ['get', 'list'] }];

/** A sidecar that does nothing until it is ended. */
export const idle = (image: string, spec: JsonObject = {}): JsonObject => ({
  sidecar: { image, command: ['sleep', '86400'], resources: TINY, ...spec },
});

/** A pack whose sidecar serves its skills. */
export const buildServer = (name: string, image: string, sidecar: JsonObject = {}): JsonObject =>
  buildPack(
    name,
    idle(image, {
      command: ['httpd', '-f', '-p', '8080', '-h', '/skills'],
      requiresServer: true,
      ports: [{ name: 'http', containerPort: 8080 }],
      ...sidecar,
    }),
  );

/**
 * `tools` and `more` ask for rights in the namespace and, where a run can have them without more ado, in the cluster; `plain` has a sidecar
 * without, `words` has none, `web` serves.
 */
export const buildPacks = ({ image, configuration }: Options): JsonObject[] => [
  buildPack('e2e-tools', idle(image, { rbac: rule('pods'), ...(configuration !== 'direct' && { clusterRBAC: rule('nodes') }) })),
  buildPack(
    'e2e-more',
    idle(image, { rbac: rule('services'), ...(configuration !== 'direct' && { clusterRBAC: rule('namespaces') }) }),
  ),
  buildPack('e2e-plain', idle(image)),
  buildPack('e2e-words'),
  buildServer('e2e-web', image),
];
