/**
 * The lock of a Job that was let go. Kubernetes gives the Pod template of a Job a label with the uid of that Job, takes it
 * from whoever sends it too, and refuses it for any other uid. A manifest with the label is therefore the Job it was
 * observed as, and can never make a second one, whoever applies it and however late.
 * https://kubernetes.io/docs/reference/labels-annotations-taints/#batchkubernetesio-controller-uid
 */

import { CONTROLLER_UID } from '../api/labels.ts';
import { type JsonObject, objectAt } from '../kube/json.ts';

/** The manifest of a Job let go, which is no Job but the one with this uid. */
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
