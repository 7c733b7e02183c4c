/** The agent of the suite: a shell that ends when it is told to, with the code it is told. */
import { API_VERSION } from '../../src/api/kinds.ts';
import type { JsonObject } from '../../src/kube/json.ts';

/** The directory is the agent's own, in memory of no one else. */
export const END_FILE = '/tmp/end';

/** Its command. */
export const IDLE = ['sh', '-c', `until [ -s ${END_FILE} ]; do sleep 0.2; done; exit "$(cat ${END_FILE})"`];
/** A hundred of them fit on one node. */
export const TINY = { cpu: '5m', memory: '16Mi' };

/** Only a policy can choose the agent. */
export const buildAgentPolicy = (image: string): JsonObject => ({
  apiVersion: API_VERSION,
  kind: 'SympoziumPolicy',
  metadata: { name: 'default' },
  spec: { defaults: { agent: { image, command: IDLE, resources: TINY } } },
});
