/**
 * The lock of a released Job. Kubernetes gives the Pod template of a Job a label with the uid of that Job, accepts the label from a
 * client too, and refuses any other uid. So a manifest with the label is the Job that was observed, and can never make a second one, whoever
 * applies it and however late.
 * https://kubernetes.io/docs/reference/labels-annotations-taints/#batchkubernetesio-controller-uid
 */

import { CONTROLLER_UID } from '../api/labels.ts';
import { type JsonObject, objectAt } from '../kube/json.ts';

/** The manifest of a released Job: it is the Job with this uid and no other. */
export const releaseLocked = (job: JsonObject, uid: string): JsonObject =>
  withTemplateLabels(job, false, { [CONTROLLER_UID]: uid });

/** The manifest as it was prepared: suspended and without a lock. What is compared and digested is this. */
export const asPrepared = (job: JsonObject): JsonObject => withTemplateLabels(job, true, {});

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
