/** What a pack may ask for: each guardrail, on both sides of its line. */
import { describe, expect, it } from 'vitest';
import type { SympoziumPolicySpec } from '../../src/api/generated/types.ts';
import { parseSkillPack } from '../../src/api/skillpack.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { findDenials } from '../../src/policy/findings.ts';
import { judgePack } from '../../src/policy/guardrails.ts';
import { packXr } from '../support/request.ts';

/** Every denial as `rule path`, without the beginning that all paths share. */
function judge(sidecar: JsonObject, policy: SympoziumPolicySpec = {}): string[] {
  const parsed = parseSkillPack(packXr('p', { sidecar: { image: 'ghcr.io/acme/tools:1', ...sidecar } }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const denials = judgePack({ name: 'p', ...parsed.value }, policy);
  return denials.map(({ rule, path }) => `${rule} ${path.replace('SkillPack/p spec.sidecar.', '')}`);
}

const rule = (verbs: string, resources: string, apiGroups = ''): JsonObject => ({
  apiGroups: apiGroups.split(','),
  resources: resources.split(','),
  verbs: verbs.split(','),
});

describe('rights', () => {
  const cases: [string, JsonObject, string][] = [
    ['read Pods, logs and Deployments', rule('get,list,watch', 'pods,pods/log,deployments', ',apps'), ''],
    ['read Secrets of its namespace', rule('get', 'secrets'), ''],
    ['scale a Deployment', rule('patch', 'deployments/scale', 'apps'), ''],
    ['delete a Pod', rule('delete', 'pods'), ''],
    ['write ConfigMaps', rule('create,update,delete', 'configmaps'), 'configmaps rbac[0]'],
    ['read ConfigMaps, quotas and policies', rule('get', 'configmaps,resourcequotas,networkpolicies', ',networking.k8s.io'), ''],
    ['record events, and ask what it may do', rule('create', 'events,selfsubjectaccessreviews', ',authorization.k8s.io'), ''],
    ['read what is not built in', rule('get,list', 'applications,certificates', 'argoproj.io,cert-manager.io'), ''],
    ['read roles', rule('get', 'roles', 'rbac.authorization.k8s.io'), ''],
    ['a wildcard verb', rule('*', 'pods'), 'wildcard-rights rbac[0].verbs'],
    ['a wildcard subresource', rule('get', '*/scale'), 'wildcard-rights rbac[0].resources'],
    ['a wildcard group', rule('get', 'pods', '*'), 'wildcard-rights rbac[0].apiGroups'],
    ['impersonate', rule('impersonate', 'users'), 'impersonation rbac[0]'],
    ['bind', rule('get,bind', 'clusterroles', 'rbac.authorization.k8s.io'), 'impersonation rbac[0]'],
    ['issue tokens', rule('create', 'serviceaccounts/token'), 'identities rbac[0]'],
    ['approve certificates', rule('update', 'certificatesigningrequests/approval', 'certificates.k8s.io'), 'identities rbac[0]'],
    ['use the API of nodes', rule('get', 'nodes/proxy'), 'nodes rbac[0]'],
    ['change nodes', rule('patch', 'nodes'), 'nodes rbac[0]'],
    ['write bindings', rule('create', 'rolebindings', 'rbac.authorization.k8s.io'), 'rbac-writes rbac[0]'],
    ['write webhooks', rule('patch', 'mutatingwebhookconfigurations', 'admissionregistration.k8s.io'), 'api-extensions rbac[0]'],
    ['exec', rule('create', 'pods/exec'), 'exec rbac[0]'],
    ['exec with get', rule('get', 'pods/exec'), 'exec rbac[0]'],
    ['make Jobs', rule('create', 'jobs', 'batch'), 'workloads rbac[0]'],
    ['change DaemonSets', rule('update', 'daemonsets', 'apps'), 'workloads rbac[0]'],
    ['fill a Secret with a token', rule('create', 'secrets'), 'secrets rbac[0]'],
    ['write ServiceAccounts', rule('create', 'serviceaccounts'), 'serviceaccounts rbac[0]'],
    ['make volumes', rule('create', 'persistentvolumes'), 'storage rbac[0]'],
    ['change the labels of its namespace', rule('patch', 'namespaces'), 'namespaces rbac[0]'],
    ['forward a port', rule('create', 'pods/portforward'), 'exec rbac[0]'],
    ['forward a port with get', rule('get', 'pods/portforward'), 'exec rbac[0]'],
    ['evict Pods', rule('create', 'pods/eviction'), 'pod-control rbac[0]'],
    ['say how Pods are', rule('patch', 'pods/status'), 'pod-control rbac[0]'],
    ['write endpoints', rule('update', 'endpointslices', 'discovery.k8s.io'), 'network rbac[0]'],
    ['make a service with an external address', rule('create', 'services'), 'network rbac[0]'],
    ['delete network policies', rule('delete', 'networkpolicies', 'networking.k8s.io'), 'network rbac[0]'],
    ['raise its quota', rule('patch', 'resourcequotas'), 'quotas rbac[0]'],
    ['take a lease', rule('update', 'leases', 'coordination.k8s.io'), 'leases rbac[0]'],
    [
      'impersonate in a constrained way',
      rule('impersonate:serviceaccount', 'serviceaccounts', 'authentication.k8s.io'),
      'impersonation rbac[0]',
    ],
    [
      'act as somebody',
      rule('impersonate-on:serviceaccount:patch', 'clusterroles', 'rbac.authorization.k8s.io'),
      'impersonation rbac[0]',
    ],
    [
      'use a security context constraint',
      rule('use', 'securitycontextconstraints', 'security.openshift.io'),
      'special-verbs rbac[0]',
    ],
    ['sign for a signer', rule('sign', 'signers', 'certificates.k8s.io'), 'identities rbac[0]'],
    ['use a verb that comes some day', rule('teleport', 'pods'), 'special-verbs rbac[0]'],
    ['write in capitals', rule('GET', 'pods'), 'special-verbs rbac[0]'],
    ['make an Argo CD Application', rule('create', 'applications', 'argoproj.io'), 'foreign-writes rbac[0]'],
    ['change users of an AWS account', rule('patch', 'users', 'iam.aws.upbound.io'), 'crossplane rbac[0]'],
    ['make what Kubernetes has not', rule('create', 'widgets'), 'unknown-resources rbac[0]'],
    ['connect to what Kubernetes has not', rule('get', 'pods/shell'), 'unknown-resources rbac[0]'],
    [
      'connect to a virtual machine',
      rule('get', 'virtualmachineinstances/console', 'subresources.kubevirt.io'),
      'unknown-resources rbac[0]',
    ],
    ['write Objects', rule('create', 'objects', 'kubernetes.crossplane.io'), 'crossplane rbac[0]'],
    ['create runs', rule('create', 'agentruns', 'sympozium.ai'), 'sympozium rbac[0]'],
  ];
  it.each(cases)('%s', (_, right, denied) => {
    expect(judge({ rbac: [right] })).toEqual(denied === '' ? [] : [denied]);
  });

  it.each<[string, JsonObject, string[]]>([
    [
      'read everything that is read every day',
      rule('get,list,watch', 'pods,pods/log,nodes,namespaces,events,deployments', ',apps'),
      [],
    ],
    ['read what others define', rule('get,list,watch', 'applications,applications/status', 'argoproj.io'), []],
    ['read metrics', rule('get,list', 'pods/requests_per_second', 'custom.metrics.k8s.io'), []],
    ['delete Pods everywhere', rule('delete', 'pods'), ['cluster-writes clusterRBAC[0]']],
    ['scale Deployments everywhere', rule('patch', 'deployments/scale', 'apps'), ['cluster-writes clusterRBAC[0]']],
    ['record events everywhere', rule('create,patch', 'events', ',events.k8s.io'), []],
    ['read the logs of nodes', rule('get', 'nodes/log'), ['node-logs clusterRBAC[0]']],
    ['read the metrics of nodes', rule('get', 'nodes/metrics,nodes/stats'), []],
  ])('in the whole cluster: %s', (_, right, denied) => {
    expect(judge({ clusterRBAC: [right] })).toEqual(denied);
  });

  it('reading Secrets of the whole cluster is refused, narrowed to names too', () => {
    expect(judge({ clusterRBAC: [rule('get', 'secrets')] })).toEqual(['secrets clusterRBAC[0]']);
    expect(judge({ clusterRBAC: [{ ...rule('get', 'secrets'), resourceNames: ['a'] }] })).toEqual(['secrets clusterRBAC[0]']);
  });

  const allow = (scope: 'Namespace' | 'Cluster', verbs: string, resources: string, groups = '') => ({
    rights: { allow: [{ scope, ...(rule(verbs, resources, groups) as object) } as never] },
  });
  it.each([
    ['the very right', rule('create', 'pods/exec'), allow('Namespace', 'create', 'pods/exec'), []],
    ['a part of the right', rule('create,get', 'pods/exec'), allow('Namespace', 'create', 'pods/exec'), ['exec rbac[0]']],
    ['the right elsewhere', rule('create', 'pods/exec'), allow('Cluster', 'create', 'pods/exec'), ['exec rbac[0]']],
    ['another resource', rule('create', 'pods/exec'), allow('Namespace', 'create', 'pods'), ['exec rbac[0]']],
    ['what nothing permits', rule('impersonate', 'users'), allow('Namespace', 'impersonate', 'users'), ['impersonation rbac[0]']],
    ['a verb of its own', rule('use', 'sccs', 'a.io'), allow('Namespace', 'use', 'sccs', 'a.io'), []],
    [
      'another verb of its own',
      rule('use', 'sccs', 'a.io'),
      allow('Namespace', 'approve', 'sccs', 'a.io'),
      ['special-verbs rbac[0]'],
    ],
    [
      'a group that is not built in',
      rule('create,patch', 'a,b', 'a.io,b.io'),
      allow('Namespace', 'create,patch', 'a,b', 'a.io,b.io'),
      [],
    ],
    [
      'one of its resources',
      rule('create', 'a,b', 'a.io'),
      allow('Namespace', 'create', 'a', 'a.io'),
      ['foreign-writes rbac[0]'],
    ],
  ])('a policy that lists %s', (_, right, policy, denied) => {
    expect(judge({ rbac: [right] }, policy)).toEqual(denied);
  });

  it('says what was found, why it matters and the line that would permit it', () => {
    const parsed = parseSkillPack(
      packXr('p', { sidecar: { image: 'i', rbac: [rule('get,create', 'pods/exec,pods/log,pods')] } }),
    );
    const denials = parsed.ok ? judgePack({ name: 'p', ...parsed.value }, {}) : [];
    expect(denials).toEqual([
      {
        rule: 'exec',
        path: 'SkillPack/p spec.sidecar.rbac[0]',
        found: 'create, get pods/exec',
        why: "a command, a connection or a container in another Pod has that Pod's rights, Secrets and files",
        permit:
          'spec.rights.allow with {scope: Namespace, apiGroups: [""], resources: [pods/exec], verbs: [create, get]} permits it',
        permissible: true,
        right: { list: 'rbac', index: 0 },
      },
      {
        rule: 'workloads',
        path: 'SkillPack/p spec.sidecar.rbac[0]',
        found: 'create pods',
        why: 'a Pod can mount any Secret and use any ServiceAccount of its namespace',
        permit: 'spec.rights.allow with {scope: Namespace, apiGroups: [""], resources: [pods], verbs: [create]} permits it',
        permissible: true,
        right: { list: 'rbac', index: 0 },
      },
    ]);
  });
});

describe('access to the node', () => {
  const asks = (access: JsonObject): JsonObject => ({ hostAccess: { enabled: true, ...access } });
  const mount = (hostPath: string, readOnly = true): JsonObject => asks({ mounts: [{ hostPath, mountPath: '/host', readOnly }] });
  const permits = (prefix: string, readOnly?: boolean): SympoziumPolicySpec => ({
    hostAccess: { paths: [{ prefix, ...(readOnly !== undefined && { readOnly }) }] },
  });
  const cases: [string, JsonObject, SympoziumPolicySpec, string[]][] = [
    ['that is not enabled', { hostAccess: { enabled: false, hostPID: true } }, {}, []],
    ['that asks for nothing', asks({}), {}, []],
    ['its network', asks({ hostNetwork: true }), {}, ['host-access hostAccess.hostNetwork']],
    ['its network, permitted', asks({ hostNetwork: true }), { hostAccess: { hostNetwork: true } }, []],
    ['its processes', asks({ hostPID: true }), { hostAccess: { hostNetwork: true } }, ['host-access hostAccess.hostPID']],
    ['as root', asks({ privileged: true }), {}, ['host-access hostAccess.privileged']],
    ['a directory', mount('/var/log'), {}, ['host-access hostAccess.mounts[0]']],
    ['a directory that is listed', mount('/var/log'), permits('/var/log'), []],
    ['a directory below it', mount('/var/log/pods/'), permits('/var/log/'), []],
    ['a directory beside it', mount('/var/log2'), permits('/var/log'), ['host-access hostAccess.mounts[0]']],
    ['a way out of it', mount('/var/log/../lib'), permits('/var/log'), ['host-access hostAccess.mounts[0]']],
    ['a way out of everything', mount('/var/../etc'), permits('/'), ['host-access hostAccess.mounts[0]']],
    ['a directory above it', mount('/var'), permits('/var/log'), ['host-access hostAccess.mounts[0]']],
    ['doubled slashes', mount('//var//log'), permits('/var/log'), []],
    ['to write what may be read', mount('/var/log', false), permits('/var/log'), ['host-access hostAccess.mounts[0]']],
    ['to write what may be written', mount('/var/log', false), permits('/var/log', false), []],
  ];
  it.each(cases)('%s', (_, sidecar, policy, denied) => {
    expect(judge(sidecar, policy)).toEqual(denied);
  });
});

describe('the node beside rights', () => {
  const RIGHTS = { rbac: [rule('get', 'pods')] };
  const permitted: SympoziumPolicySpec = { hostAccess: { privileged: true, paths: [{ prefix: '/', readOnly: false }] } };
  const mount = (hostPath: string) => ({ hostAccess: { enabled: true, mounts: [{ hostPath, mountPath: '/node' }] } });
  const find = (sidecar: JsonObject, policy = permitted): string[] => {
    const parsed = parseSkillPack(packXr('p', { sidecar: { image: 'i', ...sidecar } }));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    return findDenials({ name: 'p', ...parsed.value }, new Map([['default', policy]])).map(
      ({ denial: { rule, path } }) => `${rule} ${path}`,
    );
  };
  it.each([
    ['/', 1],
    ['/var', 1],
    ['/var/lib/kubelet', 1],
    ['/var/lib/kubelet/pods', 1],
    ['//var/./lib', 1],
    ['/var/log', 0],
    ['/var/lib/kubelet2', 0],
    ['/opt', 0],
    ['/procs', 0],
  ])('mounts %s only where that is permitted beside rights', (path, count) => {
    const denied = Array.from({ length: count }, () => 'node-with-rights SkillPack/p spec.sidecar.hostAccess.mounts[0]');
    expect(find({ ...RIGHTS, ...mount(path) })).toEqual(denied);
    expect(find(mount(path))).toEqual([]);
    expect(find({ ...RIGHTS, ...mount(path) }, { hostAccess: { ...permitted.hostAccess, besideRights: true } })).toEqual([]);
  });
});

describe('the processes of the node beside rights', () => {
  it.each(['/proc', '/proc/', '/proc/1/root'])('are not mounted as %s, whatever permits it', (hostPath) => {
    const hostAccess = { enabled: true, mounts: [{ hostPath, mountPath: '/node' }] };
    const parsed = parseSkillPack(packXr('p', { sidecar: { image: 'i', rbac: [rule('get', 'pods')], hostAccess } }));
    const policy: SympoziumPolicySpec = { hostAccess: { besideRights: true, paths: [{ prefix: '/', readOnly: false }] } };
    const found = parsed.ok ? findDenials({ name: 'p', ...parsed.value }, new Map([['default', policy]])) : [];
    expect(found.map(({ denial: { rule, path, permissible } }) => `${rule} ${path} ${permissible}`)).toEqual([
      'host-pid-with-rights SkillPack/p spec.sidecar.hostAccess.mounts[0] false',
    ]);
  });
});

describe('images', () => {
  const from = (...registries: string[]): SympoziumPolicySpec => ({ images: { registries } });
  const DIGEST = `sha256:${'a'.repeat(64)}`;
  const cases: [string, SympoziumPolicySpec, string[]][] = [
    ['ghcr.io/acme/tools:1', {}, []],
    ['ghcr.io/acme/tools:1', from('ghcr.io'), []],
    ['GHCR.io/acme/tools:1', from('ghcr.io'), []],
    ['ghcr.io/acme/tools:1', from('ghcr.io/acme'), []],
    ['ghcr.io/acme-evil/tools:1', from('ghcr.io/acme'), ['image-registry image']],
    ['ghcr.io.evil.org/acme/tools:1', from('ghcr.io'), ['image-registry image']],
    ['evil.org/ghcr.io/acme/tools:1', from('ghcr.io'), ['image-registry image']],
    ['ghcr.io/acme/tools:1', from('ghcr.io:443'), ['image-registry image']],
    ['localhost:5000/tools', from('localhost:5000'), []],
    ['localhost:5000/tools', from('localhost:50'), ['image-registry image']],
    ['busybox', from('docker.io'), []],
    ['busybox', from('docker.io/library'), []],
    ['index.docker.io/busybox', from('docker.io/library'), []],
    ['acme/tools', from('docker.io/library'), ['image-registry image']],
    ['acme/tools', from('acme'), ['image-registry image']],
    ['ghcr.io/ACME/tools', from('ghcr.io'), ['image image']],
    ['ghcr.io/a/../b', from('ghcr.io'), ['image image']],
    ['ghcr.io@evil.org/a', from('ghcr.io'), ['image image']],
    ['ghcr.io/acme/tools:1', { images: { requireDigest: true } }, ['image-digest image']],
    [`ghcr.io/acme/tools:1@${DIGEST}`, { images: { requireDigest: true } }, []],
    ['ghcr.io/acme/tools@sha256:short', { images: { requireDigest: true } }, ['image image']],
  ];
  it.each(cases)('%s under %j', (image, policy, denied) => {
    expect(judge({ image }, policy)).toEqual(denied);
  });

  it('of skills are judged as others are, also where no sidecar is', () => {
    const images = ['ghcr.io/acme/a', 'evil.org/b'].map((name) => ({
      name: name.slice(-1),
      image: { reference: `${name}@${DIGEST}` },
    }));
    const parsed = parseSkillPack(packXr('p', { skills: images }));
    const denials = (policy: SympoziumPolicySpec) =>
      parsed.ok ? judgePack({ name: 'p', ...parsed.value }, policy).map(({ rule, path }) => `${rule} ${path}`) : [];
    const denied = 'image-registry SkillPack/p spec.skills[1].image.reference';
    expect([denials({}), denials(from('ghcr.io/acme')), denials(from('evil.org'))].map((found) => found.length)).toEqual([
      0, 1, 1,
    ]);
    expect(denials(from('ghcr.io/acme'))).toEqual([denied]);
    expect(
      denials({
        images: {
          registries: ['registry.corp'],
          rewrites: [
            { from: 'evil.org', to: 'registry.corp' },
            { from: 'ghcr.io', to: 'registry.corp' },
          ],
        },
      }),
    ).toEqual([]);
  });
});

describe('credentials', () => {
  const TOKEN = `ghp_${'a'.repeat(36)}`;
  const DSN = 'postgres://u:hunter22@db/x';
  const places: [string, JsonObject, string][] = [
    ['the command', { command: ['/bin/serve', `--token=${TOKEN}`] }, 'command[1]'],
    ['the arguments', { args: ['--dsn', DSN] }, 'args[1]'],
    ['a variable', { env: [{ name: 'A', value: TOKEN }] }, 'env[0].value'],
    ['a path', { secretRef: 'a', secretMountPath: `/${TOKEN}` }, 'secretMountPath'],
    ['the name of an object', { rbac: [{ ...rule('get', 'configmaps'), resourceNames: [TOKEN] }] }, 'rbac[0].resourceNames[0]'],
    ['the name of the image', { image: `ghcr.io/acme/tools:${TOKEN}` }, 'image'],
    ['what stands before the registry', { image: 'me:hunter22@registry.example.org/tools:1' }, 'image'],
  ];
  it.each(places)('are refused in %s, unless a policy permits the field', (_, sidecar, path) => {
    expect(judge(sidecar)).toEqual([`credential ${path}`]);
    expect(judge(sidecar, { credentials: { allow: [`SkillPack/p spec.sidecar.${path}`] } })).toEqual([]);
    expect(judge(sidecar, { credentials: { allow: [path, `SkillPack/q spec.sidecar.${path}`] } })).toEqual([
      `credential ${path}`,
    ]);
  });

  it.each(['tools:1', `tools:1@sha256:${'a'.repeat(64)}`, `localhost:5000/tools@sha256:${'a'.repeat(64)}`, 'a.b:443/c:1'])(
    'are not seen in the image %s',
    (image) => {
      expect(judge({ image })).toEqual([]);
    },
  );

  it('are named by their issuer and never repeated', () => {
    const parsed = parseSkillPack(packXr('p', { sidecar: { image: 'i', args: [`--token=${TOKEN}`] } }));
    expect(parsed.ok && judgePack({ name: 'p', ...parsed.value }, {})).toEqual([
      {
        rule: 'credential',
        path: 'SkillPack/p spec.sidecar.args[0]',
        found: 'what looks like a GitHub token',
        why: 'whoever reads the object, its events or its Pod reads it too',
        permit:
          'put it into a Secret that secretRef or model.authSecretRef names; where it is none, "SkillPack/p spec.sidecar.args[0]" in spec.credentials.allow permits it',
        permissible: true,
      },
    ]);
  });
});

describe('secrets, resources and credentials', () => {
  it.each<[string, JsonObject, SympoziumPolicySpec, string[]]>([
    ['any Secret', { secretRef: 'a' }, {}, []],
    ['a Secret that is listed', { secretRef: 'a' }, { secrets: ['a'] }, []],
    ['a Secret that is not', { secretRef: 'ab' }, { secrets: ['a'] }, ['secret secretRef']],
    [
      'the key of a Secret that is not, as a variable',
      {
        env: [
          { name: 'A', value: 'b' },
          { name: 'B', valueFrom: { secretKeyRef: { name: 'b', key: 'k' } } },
        ],
      },
      { secrets: ['a'] },
      ['secret env[1].valueFrom.secretKeyRef.name'],
    ],
    [
      'the Secrets of volumes that are not',
      {
        volumes: [
          { name: 'a', secret: { secretName: 'b' } },
          { name: 'b', projected: { sources: [{ configMap: { name: 'b' } }, { secret: { name: 'b' } }] } },
          { name: 'c', csi: { driver: 'd', nodePublishSecretRef: { name: 'b' } } },
        ],
      },
      { secrets: ['a'], volumes: { drivers: ['d'] } },
      [
        'secret volumes[0].secret.secretName',
        'secret volumes[1].projected.sources[1].secret.name',
        'secret volumes[2].csi.nodePublishSecretRef.name',
      ],
    ],
    [
      'a claim and a driver that nothing lists',
      {
        volumes: [
          { name: 'a', persistentVolumeClaim: { claimName: 'c' } },
          { name: 'b', csi: { driver: 'd' } },
        ],
      },
      {},
      ['volume volumes[0].persistentVolumeClaim.claimName', 'volume volumes[1].csi.driver'],
    ],
    ['no Secret where none is', { secretRef: 'a' }, { secrets: [] }, ['secret secretRef']],
    [
      'as much as may be',
      { resources: { cpu: '1', memory: '1Gi' } },
      { limits: { sidecar: { cpu: '1000m', memory: '1024Mi' } } },
      [],
    ],
    [
      'more',
      { resources: { cpu: '1001m', memory: '1025Mi' } },
      { limits: { sidecar: { cpu: '1', memory: '1Gi' } } },
      ['limit resources.cpu', 'limit resources.memory'],
    ],
    ['a GitHub token', { env: [{ name: 'A', value: `ghp_${'a'.repeat(36)}` }] }, {}, ['credential env[0].value']],
    ['a private key', { env: [{ name: 'A', value: '-----BEGIN RSA PRIVATE KEY-----\nx' }] }, {}, ['credential env[0].value']],
    ['a URL with a password', { env: [{ name: 'A', value: 'postgres://me:secret@db/x' }] }, {}, ['credential env[0].value']],
    [
      'what is no credential',
      {
        env: [
          { name: 'TOKEN_LIMIT', value: '4096' },
          { name: 'URL', value: 'https://example.org:8443/a@b' },
          { name: 'KUBECONFIG', value: '/workspace/config' },
          { name: 'SHA', value: 'da39a3ee5e6b4b0d3255bfef95601890afd80709' },
          { name: 'NAME', value: 'sk-learn-pipeline' },
          { name: 'PASSWORD_URL', value: 'postgres://me:$(PASSWORD)@db/x' },
        ],
      },
      {},
      [],
    ],
  ])('%s', (_, sidecar, policy, denied) => {
    expect(judge(sidecar, policy)).toEqual(denied);
  });
});
