/** For what a policy wants an approval. */
import { describe, expect, it } from 'vitest';
import type { AgentRunStatus } from '../../src/api/generated/types.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { instanceXr, packXr, policyXr, respondComposed, runXr, uses } from '../support/request.ts';

const right = (changes: JsonObject = {}): JsonObject => ({
  ...{ scope: 'Namespace', apiGroups: [''], resources: ['pods'], verbs: ['delete'] },
  ...changes,
});
const DELETES = { rbac: [{ apiGroups: ['', 'apps'], resources: ['pods', 'deployments'], verbs: ['get', 'delete'] }] };
const NODE = { hostAccess: { enabled: true, mounts: [{ hostPath: '/var/log', mountPath: '/logs', readOnly: true }] } };
const WEB = { requiresServer: true, ports: [{ name: 'http', containerPort: 80 }] };
const PERMITTED = { hostAccess: { paths: [{ prefix: '/var/log' }] } };

const because = (policy: JsonObject, sidecar: JsonObject): string[] | undefined => {
  const { status } = respondComposed({
    composite: runXr({ skills: uses('p') }),
    cluster: [instanceXr(), packXr('p', { version: '2', sidecar: { image: 'p:1', ...sidecar } }), policyXr(policy)],
  });
  const { approval, reason, message } = status as AgentRunStatus;
  if (reason === 'PolicyDenied') throw new Error(message);
  return approval?.because?.map(({ rule, path, what }) => `${rule}: ${path}: ${what}`);
};

const RBAC = 'rights: SkillPack/p spec.sidecar.rbac[0]:';

describe('an approval', () => {
  it.each<[string, JsonObject, JsonObject, string[] | undefined]>([
    ['of nothing where no policy speaks of it', {}, DELETES, undefined],
    ['of nothing where nothing matches', { approval: {} }, DELETES, undefined],
    ['of nothing in the mode Never', { approval: { mode: 'Never', packs: ['*'], rights: [right()] } }, DELETES, undefined],
    ['of every run', { approval: { mode: 'Always' } }, {}, ['always: SympoziumPolicy spec.approval.mode: Always']],
    ['of a pack by its name', { approval: { packs: ['p'] } }, {}, ['pack: SkillPack/p: version 2']],
    ['of every pack', { approval: { packs: ['*'] } }, {}, ['pack: SkillPack/p: version 2']],
    ['of a right, and no more of it than is meant', { approval: { rights: [right()] } }, DELETES, [`${RBAC} delete pods`]],
    [
      'of a right in the cluster, and it holds in the namespace',
      { approval: { rights: [right({ scope: 'Cluster' })] } },
      DELETES,
      undefined,
    ],
    [
      'of a right in the namespace, and it holds in the cluster',
      { approval: { rights: [right({ verbs: ['get'] })] } },
      { clusterRBAC: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
      ['rights: SkillPack/p spec.sidecar.clusterRBAC[0]: get pods'],
    ],
    [
      'of every run, with what reaches out of its Pod',
      {
        ...PERMITTED,
        approval: { mode: 'Always', hostAccess: false },
        cloudIdentities: [{ name: 'reader', serviceAccountAnnotations: { role: 'reader' } }],
        defaults: { cloudIdentity: 'reader' },
      },
      NODE,
      [
        'host-access: SkillPack/p spec.sidecar.hostAccess: /var/log',
        'cloud-identity: spec.cloudIdentity: reader',
        'always: SympoziumPolicy spec.approval.mode: Always',
      ],
    ],
    [
      'of a right by stars',
      { approval: { rights: [right({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] })] } },
      DELETES,
      [`${RBAC} delete, get deployments, deployments.apps, pods, pods.apps`],
    ],
    [
      'of a subresource by a star',
      { approval: { rights: [right({ resources: ['*/log'], verbs: ['get'] })] } },
      {
        rbac: [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get'] }],
      },
      [`${RBAC} get pods/log`],
    ],
    [
      'of a resource and not of what is below it',
      { approval: { rights: [right({ verbs: ['get'] })] } },
      {
        rbac: [{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }],
      },
      undefined,
    ],
    [
      'of access to the node',
      { ...PERMITTED, approval: {} },
      NODE,
      ['host-access: SkillPack/p spec.sidecar.hostAccess: /var/log'],
    ],
    ['of everything but access to the node', { ...PERMITTED, approval: { hostAccess: false } }, NODE, undefined],
    ['of a server', { approval: { servers: true } }, WEB, ['server: spec.mode: a server']],
    ['of no server, by default', { approval: {} }, WEB, undefined],
  ])('is asked for: %s', (_, policy, sidecar, expected) => {
    expect(because(policy, sidecar)).toEqual(expected);
  });

  it('is asked for a right that is permitted with one only, in every mode', () => {
    const exec = { rbac: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }] };
    const allow = [right({ resources: ['pods/exec'], verbs: ['create'], approval: 'Required' })];
    const expected = [`${RBAC} create pods/exec`];
    expect(because({ rights: { allow } }, exec)).toEqual(expected);
    expect(because({ rights: { allow }, approval: { mode: 'Never' } }, exec)).toEqual(expected);
    expect(because({ rights: { allow } }, DELETES)).toBeUndefined();
  });
});
