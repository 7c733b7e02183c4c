/**
 * The lock of a released Job. Kubernetes gives the Pod template of a Job a label with the uid of that Job, accepts the label from a
 * client too, and refuses any other uid. So a manifest with the label is the Job that was observed, and can never make a second one, whoever
 * applies it and however late.
 * https://kubernetes.io/docs/reference/labels-annotations-taints/#batchkubernetesio-controller-uid
 */

import { CONTROLLER_UID } from '../api/labels.ts';
import { type JsonObject, listAt, objectAt } from '../kube/json.ts';

/**
 * The manifest of a released Job: it is the Job with this uid and no other.
 *
 * @param covers owners of it, which are not gone before it is; see COVERS in run/parts.ts
 */
export const releaseLocked = (job: JsonObject, uid: string, covers: JsonObject[]): JsonObject => {
  const ownerReferences = ownersOf(job).length > 0 ? ownersOf(job) : covers;
  const metadata = { ...objectAt(job, 'metadata'), ...(ownerReferences.length > 0 && { ownerReferences }) };
  return withTemplateLabels({ ...job, metadata }, false, { [CONTROLLER_UID]: uid });
};

const ownersOf = (job: JsonObject) => listAt(job, 'metadata', 'ownerReferences');

/** The manifest as it was prepared: suspended, without a lock and an owner. What is compared and digested is this. */
export function asPrepared(job: JsonObject): JsonObject {
  const { ownerReferences: _, ...metadata } = objectAt(job, 'metadata');
  return withTemplateLabels({ ...job, metadata }, true, {});
}

function withTemplateLabels(job: JsonObject, suspend: boolean, more: JsonObject): JsonObject {
  const spec = objectAt(job, 'spec');
  const template = objectAt(spec, 'template');
  const metadata = objectAt(template, 'metadata');
  const { [CONTROLLER_UID]: _, ...labels } = objectAt(metadata, 'labels');
  return {
    ...job,
    spec: { ...spec, suspend, template: { ...template, metadata: { ...metadata, labels: { ...labels, ...more } } } },
  };
}
