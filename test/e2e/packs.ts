/** The packs the scenarios use. */
import type { JsonObject } from '../../src/kube/json.ts';

/** Applied verbatim. */
export const SEED = 'examples/packs/k8s-ops.yaml';

const pack = (name: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'sympozium.ai/v1alpha1',
  kind: 'SkillPack',
  metadata: { name },
  spec: { skills: [{ name, content: `How to ${name}` }], ...spec },
});

const IMAGE = 'docker.io/library/busybox:1.37';
const SLEEP = ['sleep', '86400'];
const rule = (resource: string): JsonObject[] => [{ apiGroups: [''], resources: [resource], verbs: ['get', 'list'] }];

/** `tools` asks for rights in namespace and cluster, `plain` has a sidecar without, `words` has none, `web` serves. */
export const PACKS: JsonObject[] = [
  pack('e2e-tools', { sidecar: { image: IMAGE, command: SLEEP, rbac: rule('pods'), clusterRBAC: rule('nodes') } }),
  pack('e2e-plain', { sidecar: { image: IMAGE, command: SLEEP } }),
  pack('e2e-words'),
  pack('e2e-web', {
    sidecar: { image: IMAGE, command: SLEEP, requiresServer: true, ports: [{ name: 'http', containerPort: 8080 }] },
  }),
];
