/**
 * Which flows the NetworkPolicy of a run admits, by an evaluator written from the specification of NetworkPolicy, against a table. What
 * enforces policies is a plugin's; a NetworkPolicy and a CiliumNetworkPolicy for the same reach are compared peer by peer.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import { BlockList } from 'node:net';
import { CiliumNetworkPolicy } from '@kubernetes-models/cilium/cilium.io/v2/CiliumNetworkPolicy';
import { describe, expect, it } from 'vitest';
import { type JsonObject, type JsonValue, listAt, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { listReached } from '../../src/simulation/reach.ts';
import { task } from '../support/packs.ts';
import { manifestOf, policyXr, respondComposed, uses } from '../support/request.ts';

/** Who is at the other end: an address outside the cluster, or a Pod of it. */
type Peer = { address: string } | { namespace: string; labels: Record<string, string> };
type Flow = Peer & { port: number; protocol?: 'TCP' | 'UDP' };

const hasLabels = (selector: JsonValue | undefined, labels: Record<string, string>): boolean =>
  Object.entries(objectAt(selector, 'matchLabels')).every(([key, value]) => labels[key] === value);

/** Node's own arithmetic, not that of the product. */
function isIn(range: string, address: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const [ofRange, ofAddress] = [network, address].map((text) => (text.includes(':') ? 'ipv6' : 'ipv4') as 'ipv4' | 'ipv6');
  const list = new BlockList();
  list.addSubnet(network, Number(bits), ofRange);
  return ofRange === ofAddress && list.check(address, ofAddress);
}

function matches(peer: JsonValue, flow: Flow): boolean {
  const block = valueAt(peer, 'ipBlock');
  if (block !== undefined) {
    if (!('address' in flow)) return false;
    const except = listAt(block, 'except') as string[];
    return isIn(textAt(block, 'cidr') ?? '', flow.address) && !except.some((range) => isIn(range, flow.address));
  }
  if (!('labels' in flow)) return false;
  const namespaces = valueAt(peer, 'namespaceSelector');
  const isNamespace =
    namespaces === undefined
      ? flow.namespace === 'team-a'
      : hasLabels(namespaces, { 'kubernetes.io/metadata.name': flow.namespace });
  return isNamespace && hasLabels(valueAt(peer, 'podSelector'), flow.labels);
}

/** A rule without a list admits everything of it, an empty list of rules nothing at all. */
function admits(policy: JsonObject, direction: 'to' | 'from', flow: Flow): boolean {
  const { protocol = 'TCP' } = flow;
  return listAt(policy, 'spec', direction === 'to' ? 'egress' : 'ingress').some((rule) => {
    const [peers, ports] = [valueAt(rule, direction), valueAt(rule, 'ports')];
    const isPeer = peers === undefined || listAt(rule, direction).some((peer) => matches(peer, flow));
    const isPort =
      ports === undefined ||
      listAt(rule, 'ports').some((port) => valueAt(port, 'port') === flow.port && textAt(port, 'protocol') === protocol);
    return isPeer && isPort;
  });
}

const network = (more: JsonObject = {}): JsonObject => ({
  mode: 'Isolate',
  apiServer: { cidrs: ['10.96.0.1/32', '192.168.1.10/32'] },
  destinations: [
    { name: 'model', cidrs: ['160.79.104.0/23'], ports: [{ port: 443 }] },
    { name: 'internet', cidrs: ['0.0.0.0/0', '::/0'], except: ['10.0.0.0/8', 'fc00::/7'], ports: [{ port: 443 }] },
    { name: 'cache', namespace: 'caches', podLabels: { app: 'redis' }, ports: [{ port: 6379 }] },
    { name: 'mesh', namespace: 'mesh' },
    { name: 'neighbours', podLabels: { app: 'memory' }, ports: [{ port: 8080 }, { port: 53, protocol: 'UDP' }] },
    { name: 'metadata', cidrs: ['169.254.169.254/32'], ports: [{ port: 80 }] },
    { name: 'link', cidrs: ['169.254.0.0/16'] },
  ],
  model: ['model'],
  ...more,
});

/** The policy of a run that asks for some destinations. */
function policyOf(egress: string[], { run = {}, more = {} }: { run?: JsonObject; more?: JsonObject } = {}): JsonObject {
  const limits = { egress: ['internet', 'cache', 'mesh', 'neighbours', 'metadata', 'link', 'hosts'] };
  const world = task({ skills: uses('plain'), egress, ...run }, policyXr({ network: network(more), limits }));
  const key = more['dialect'] === 'Cilium' ? 'agentrun-ciliumnetworkpolicy' : 'agentrun-networkpolicy';
  return manifestOf(respondComposed(world), key);
}

const DNS = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
const MODEL = { address: '160.79.104.10', port: 443 };

const CASES: [string, { egress?: string[]; run?: JsonObject; more?: JsonObject }, Flow, boolean][] = [
  ['names are asked for', {}, { ...DNS, port: 53, protocol: 'UDP' }, true],
  ['by TCP too', {}, { ...DNS, port: 53 }, true],
  ['nothing else is asked there', {}, { ...DNS, port: 9153 }, false],
  ['another Pod of that namespace answers no names', {}, { ...DNS, labels: { app: 'etcd' }, port: 53, protocol: 'UDP' }, false],
  [
    'a cache on the node answers',
    { more: { dns: { cidrs: ['169.254.20.10/32'] } } },
    { address: '169.254.20.10', port: 53, protocol: 'UDP' },
    true,
  ],
  [
    'the port of OpenShift',
    { more: { dns: { namespace: 'openshift-dns', podLabels: { 'k8s-app': 'dns' }, ports: [5353] } } },
    { namespace: 'openshift-dns', labels: { 'k8s-app': 'dns' }, port: 5353, protocol: 'UDP' },
    true,
  ],
  ['the model', {}, MODEL, true],
  ['the model, at another port', {}, { ...MODEL, port: 80 }, false],
  ['the model, by another protocol', {}, { ...MODEL, protocol: 'UDP' }, false],
  ['the API server, without rights', {}, { address: '10.96.0.1', port: 443 }, false],
  ['the API server, with rights', { run: { skills: uses('tools') } }, { address: '192.168.1.10', port: 6443 }, true],
  ['its kubelet, with rights', { run: { skills: uses('tools') } }, { address: '192.168.1.10', port: 10250 }, false],
  ['the internet, which nobody asked for', {}, { address: '1.1.1.1', port: 443 }, false],
  ['the internet', { egress: ['internet'] }, { address: '1.1.1.1', port: 443 }, true],
  ['the internet in IPv6', { egress: ['internet'] }, { address: '2606:4700::1111', port: 443 }, true],
  ['what is left out of it', { egress: ['internet'] }, { address: '10.2.3.4', port: 443 }, false],
  ['what is left out of it in IPv6', { egress: ['internet'] }, { address: 'fd12::1', port: 443 }, false],
  ...[
    '169.254.169.254',
    '169.254.170.23',
    '169.254.1.1',
    '168.63.129.16',
    '100.100.100.200',
    '100.96.0.96',
    '192.0.0.192',
    'fe80::1',
    '64:ff9b::a9fe:a9fe',
  ].map((address): [string, { egress: string[] }, Flow, boolean] => [
    `${address} through the internet`,
    { egress: ['internet'] },
    { address, port: 443 },
    false,
  ]),
  ...['fd00:ec2::254', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe', 'fd00:42::42', 'fd00:a9fe:a9fe::1', '169.254.169.254'].map(
    (address): [string, { more: JsonObject }, Flow, boolean] => [
      `${address} through everything`,
      { more: { destinations: [{ name: 'all', cidrs: ['0.0.0.0/0', '::/0'] }], model: ['all'] } },
      { address, port: 80 },
      false,
    ],
  ),
  ['metadata that is named by itself', { egress: ['metadata'] }, { address: '169.254.169.254', port: 80 }, true],
  [
    'metadata that is named by itself, beside the internet',
    { egress: ['internet', 'metadata'] },
    { address: '169.254.169.254', port: 80 },
    true,
  ],
  ['what is beside a machine', { egress: ['link'] }, { address: '169.254.1.1', port: 80 }, true],
  ['metadata through what is beside a machine', { egress: ['link'] }, { address: '169.254.169.254', port: 80 }, false],
  ['a Pod elsewhere', { egress: ['cache'] }, { namespace: 'caches', labels: { app: 'redis', tier: 'a' }, port: 6379 }, true],
  ['another Pod there', { egress: ['cache'] }, { namespace: 'caches', labels: { app: 'admin' }, port: 6379 }, false],
  ['such a Pod in another place', { egress: ['cache'] }, { namespace: 'team-a', labels: { app: 'redis' }, port: 6379 }, false],
  ['any Pod of a namespace, at any port', { egress: ['mesh'] }, { namespace: 'mesh', labels: {}, port: 1 }, true],
  [
    'a Pod of the own namespace',
    { egress: ['neighbours'] },
    { namespace: 'team-a', labels: { app: 'memory' }, port: 8080 },
    true,
  ],
  [
    'such a Pod of another namespace',
    { egress: ['neighbours'] },
    { namespace: 'team-b', labels: { app: 'memory' }, port: 8080 },
    false,
  ],
  [
    'a second port by its protocol',
    { egress: ['neighbours'] },
    { namespace: 'team-a', labels: { app: 'memory' }, port: 53, protocol: 'UDP' },
    true,
  ],
];

describe('what the NetworkPolicy of a run admits', () => {
  it.each(CASES)('%s', (_, { egress = [], ...given }, flow, expected) => {
    expect(admits(policyOf(egress, given), 'to', flow)).toBe(expected);
  });

  it.each([
    ['an empty map of labels', { dns: { podLabels: {} } }],
    ['one of a destination', { destinations: [{ name: 'model', podLabels: {} }] }],
  ])('has nothing that the API server drops of %s', (_, more) => {
    expect(JSON.stringify(policyOf([], { more }))).not.toMatch(/"matchLabels":\{\}|\[\]/);
  });

  it('is for the Pods of the run, in both directions, and lets nobody in', () => {
    const policy = policyOf([]);
    const { podSelector, policyTypes, ingress, egress } = objectAt(policy, 'spec');
    // The API server drops an empty list.
    expect(JSON.stringify(egress)).not.toContain('[]');
    const id = textAt(policy, 'metadata', 'labels', 'sympozium.ai/run');
    expect({ podSelector, policyTypes, ingress }).toEqual({
      podSelector: { matchLabels: { 'sympozium.ai/run': id } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: undefined,
    });
  });

  const server = { mode: 'server', task: 'Serve', skills: uses('web') };
  const neighbour = { namespace: 'team-a', labels: { app: 'any' }, port: 8080 };
  it.each([
    ['nobody to a server', {}, neighbour, false],
    ['a neighbour to a server', { ingress: 'Namespace' }, neighbour, true],
    ['a neighbour to another port', { ingress: 'Namespace' }, { ...neighbour, port: 22 }, false],
    ['a stranger to a server', { ingress: 'Namespace' }, { ...neighbour, namespace: 'team-b' }, false],
    ['the world to a server', { ingress: 'Namespace' }, { address: '1.1.1.1', port: 8080 }, false],
  ] as [string, JsonObject, Flow, boolean][])('%s', (_, more, flow, expected) => {
    expect(admits(policyOf([], { run: server, more }), 'from', flow)).toBe(expected);
  });
});

describe('the CiliumNetworkPolicy of a run', () => {
  const hosts = { name: 'hosts', hosts: ['api.example.org', '*.example.com'], ports: [{ port: 443 }] };
  const cilium = (more: JsonObject = {}) => ({ dialect: 'Cilium', ...more });

  it('names the same peers, and the hosts and the API server besides', () => {
    const all = { egress: ['internet', 'cache', 'mesh', 'neighbours', 'metadata'], run: { skills: uses('tools') } };
    const [kubernetes, other] = [{}, cilium()].map((more) =>
      listReached(policyOf(all.egress, { run: all.run, more })).map(({ to }) => to),
    );
    const api = ['10.96.0.1/32', '192.168.1.10/32'];
    expect(other?.flatMap((to) => (to === 'the API server' ? api : to))).toEqual(kubernetes);
  });

  it('is what Cilium documents, whole', () => {
    const more = cilium({ destinations: [hosts], model: ['hosts'], dns: { cidrs: ['169.254.20.10/32'] } });
    const { ingress, egress } = objectAt(policyOf([], { run: { skills: uses('tools') }, more }), 'spec');
    const toPorts = [{ ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern: '*' }] } }];
    const at = [{ ports: [{ port: '443', protocol: 'TCP' }] }];
    expect({ ingress, egress }).toEqual({
      ingress: [{}],
      egress: [
        {
          toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'kube-system', 'k8s:k8s-app': 'kube-dns' } }],
          toPorts,
        },
        { toCIDRSet: [{ cidr: '169.254.20.10/32' }], toPorts },
        {
          toEntities: ['kube-apiserver'],
          toPorts: [
            {
              ports: [
                { port: '443', protocol: 'TCP' },
                { port: '6443', protocol: 'TCP' },
              ],
            },
          ],
        },
        { toFQDNs: [{ matchName: 'api.example.org' }, { matchPattern: '*.example.com' }], toPorts: at },
      ],
    });
  });

  it('is what the schema of Cilium takes, whatever stands in it', () => {
    const everything = cilium({ destinations: [...listAt(network(), 'destinations'), hosts], dns: { cidrs: ['fd00::10/128'] } });
    const egress = ['internet', 'cache', 'mesh', 'neighbours', 'metadata', 'hosts'];
    const server = { mode: 'server', task: 'Serve', skills: uses('web') };
    const policies = [
      policyOf(egress, { run: { skills: uses('tools') }, more: everything }),
      policyOf(egress, { run: server, more: { ...everything, ingress: 'Namespace' } }),
    ];
    for (const policy of policies) expect(() => new CiliumNetworkPolicy(policy as never).validate()).not.toThrow();
    const odd = { ...policies[0], spec: { egress: [{ toCIDRSet: [{ cidr: 1 }] }] } };
    expect(() => new CiliumNetworkPolicy(odd as never).validate()).toThrow();
  });

  it('refuses metadata services whatever a name leads to, but for one that is named by itself', () => {
    const denied = (egress: string[]) => listAt(policyOf(egress, { more: cilium() }), 'spec', 'egressDeny');
    const [all, without] = [denied([]), denied(['metadata'])].map((rules) => listAt(rules[0], 'toCIDR'));
    expect(all).toContain('169.254.169.254/32');
    expect(without).toEqual(all?.filter((cidr) => cidr !== '169.254.169.254/32'));
  });

  it('lets the neighbours of a server in by its ports', () => {
    const run = { mode: 'server', task: 'Serve', skills: uses('web') };
    expect(objectAt(policyOf([], { run, more: cilium({ ingress: 'Namespace' }) }), 'spec')['ingress']).toEqual([
      { fromEndpoints: [{}], toPorts: [{ ports: [{ port: '8080', protocol: 'TCP' }] }] },
    ]);
  });
});
