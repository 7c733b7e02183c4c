/** Packs with one property each, and a run of them. */

import { CLAIMS } from '../../src/api/kinds.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { instanceXr, packXr, runXr, type World } from './request.ts';
import { VARIANT } from './variant.ts';

const READ_PODS = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const READ_NODES = [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }];

/** Asks for rights in the namespace and in the cluster. */
export const tools = packXr('tools', {
  version: '1.0.0',
  sidecar: { image: 'tools:1', rbac: READ_PODS, clusterRBAC: READ_NODES },
});
/** Has a sidecar without rights. */
export const plain = packXr('plain', { sidecar: { image: 'plain:1' } });
/** Has no sidecar. */
export const words = packXr('words');
/** Serves. */
export const web = packXr('web', {
  sidecar: { image: 'web:1', requiresServer: true, ports: [{ name: 'http', containerPort: 8080 }] },
});

/** A run with all of these packs, and `cluster`, to refer to. */
export const task = (spec: JsonObject = {}, ...cluster: JsonObject[]): World => ({
  composite: runXr(spec),
  cluster: [instanceXr(), tools, plain, words, web, ...cluster],
});

/** The resource names of a task run whose packs ask for every kind of right, sorted. */
export const TASK_PARTS = [
  'agentrun-clusterrole',
  'agentrun-clusterrolebinding',
  'agentrun-configmap',
  'agentrun-job',
  'agentrun-role',
  'agentrun-rolebinding',
  'agentrun-serviceaccount',
];

/** The id of the run that runXr makes by default. */
export const RUN_ID = VARIANT === CLAIMS ? 'run-x7k2p-4a49acf8' : 'run-4a49acf8';
