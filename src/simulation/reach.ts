/** What a network policy of a run lets its Pods reach, in words. */
import { type JsonObject, type JsonValue, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';

export interface Reached {
  to: string;
  ports: string;
}

const NAMESPACES = ['kubernetes.io/metadata.name', 'k8s:io.kubernetes.pod.namespace'];

export const listReached = (policy: JsonObject): Reached[] =>
  listAt(policy, 'spec', 'egress').flatMap((rule) =>
    peersOf(rule).map((to) => ({ to, ports: portsOf(listAt(rule, 'toPorts').length > 0 ? listAt(rule, 'toPorts')[0] : rule) })),
  );

function peersOf(rule: JsonValue): string[] {
  const ofKubernetes = listAt(rule, 'to').map((peer) => {
    const block = valueAt(peer, 'ipBlock');
    if (block !== undefined) return describeBlock(block);
    const labels = ['namespaceSelector', 'podSelector'].map((selector) => objectAt(peer, selector, 'matchLabels'));
    return describePods(Object.assign({}, ...labels));
  });
  return [
    ...ofKubernetes,
    ...listAt(rule, 'toCIDRSet').map(describeBlock),
    ...listAt(rule, 'toEndpoints').map((peer) => describePods(objectAt(peer, 'matchLabels'))),
    ...listAt(rule, 'toEntities').map((entity) => (entity === 'kube-apiserver' ? 'the API server' : String(entity))),
    ...listAt(rule, 'toFQDNs').map((host) => `the host ${textAt(host, 'matchName') ?? textAt(host, 'matchPattern')}`),
  ];
}

function describeBlock(block: JsonValue): string {
  const except = listAt(block, 'except');
  return `${textAt(block, 'cidr')}${except.length > 0 ? ` without ${except.join(', ')}` : ''}`;
}

function describePods(labels: JsonObject): string {
  const [namespace] = NAMESPACES.flatMap((key) => textAt(labels, key) ?? []);
  const others = Object.entries(labels).filter(([key]) => !NAMESPACES.includes(key));
  const which = others.map(([key, value]) => ` ${key.replace(/^k8s:/, '')}=${value}`).join(',');
  return `Pods${which} in ${namespace === undefined ? 'the namespace of the run' : `namespace ${namespace}`}`;
}

function portsOf(rule: JsonValue | undefined): string {
  const ports = listAt(rule, 'ports').map((port) => `${valueAt(port, 'port')}/${textAt(port, 'protocol')}`);
  return ports.join(', ') || 'all';
}
