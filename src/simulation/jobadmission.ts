/**
 * What the API server does with a Job when it is created or its spec changes: pkg/registry/batch/job/strategy.go and
 * pkg/apis/batch/validation of Kubernetes. The template gets the labels that tie its Pods to this Job; one that carries
 * another uid than the Job's own is refused, and the template of a released Job never changes.
 *
 * Not modelled: the selector, the other fields of a Job that cannot change, manualSelector.
 */
import { equal, type JsonObject, objectAt, textAt, valueAt } from '../kube/json.ts';
import { Refused, uidOf } from './apiserver.ts';

export const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';

export function admitJob(after: JsonObject, before: JsonObject | undefined): JsonObject {
  if (after['kind'] !== 'Job') return after;
  const job = withDefault(before === undefined ? withLabels(after) : after);
  const label = textAt(job, 'spec', 'template', 'metadata', 'labels', CONTROLLER_UID);
  if (label !== uidOf(job)) refuse(job, `spec.template.metadata.labels[${CONTROLLER_UID}]: must be '${uidOf(job)}'`);
  if (before !== undefined && !keepsTemplate(before, job)) refuse(job, 'spec.template: field is immutable');
  return job;
}

/** Labels and annotations of a template may change as long as the Job waits. */
function keepsTemplate(before: JsonObject, after: JsonObject): boolean {
  const waits = valueAt(before, 'spec', 'suspend') === true && textAt(before, 'status', 'startTime') === undefined;
  const path = ['spec', 'template', ...(waits ? ['spec'] : [])];
  return equal(objectAt(before, ...path), objectAt(after, ...path));
}

function refuse(job: JsonObject, why: string): never {
  throw new Refused('Invalid', `Job.batch "${textAt(job, 'metadata', 'name')}" is invalid: ${why}`);
}

const withDefault = (job: JsonObject): JsonObject => ({ ...job, spec: { suspend: false, ...objectAt(job, 'spec') } });

function withLabels(job: JsonObject): JsonObject {
  const spec = objectAt(job, 'spec');
  const template = objectAt(spec, 'template');
  const metadata = objectAt(template, 'metadata');
  const labels = { [CONTROLLER_UID]: uidOf(job), ...objectAt(metadata, 'labels') };
  return { ...job, spec: { ...spec, template: { ...template, metadata: { ...metadata, labels } } } };
}
