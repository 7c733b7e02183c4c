/** The NetworkPolicy of examples/install speaks of the function that is installed, and of the ports it serves. */
import { expect, it } from 'vitest';
import { objectAt, textAt } from '../../src/kube/json.ts';
import { parseServeOptions } from '../../src/server/options.ts';
import { readDocuments } from '../support/project.ts';

it('lets Crossplane reach the port of the calls, everybody that of the probes, and the function nobody', () => {
  const [policy = {}] = readDocuments('examples/install/9-network.yaml');
  const installed = readDocuments('examples/install/6-function.yaml').find(({ kind }) => kind === 'Function');
  const { address, metricsAddress } = parseServeOptions(['--insecure'], {});
  expect(objectAt(policy, 'spec')).toEqual({
    podSelector: { matchLabels: { 'pkg.crossplane.io/function': textAt(installed, 'metadata', 'name') } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      { from: [{ podSelector: { matchLabels: { app: 'crossplane' } } }], ports: [{ port: address.port }] },
      { ports: [{ port: metricsAddress.port }] },
    ],
    egress: [],
  });
});
