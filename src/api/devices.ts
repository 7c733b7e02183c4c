/** Extended resources: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#extended-resources */
import { type JsonValue, objectAt } from '../kube/json.ts';
import type { Fault } from './fault.ts';
import { show } from './schema.ts';

const NAME = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?[.])*[a-z0-9]([-a-z0-9]*[a-z0-9])?\/[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
/** Kubernetes' own, and what quotas call them. */
const OTHERS = /^(requests[.]|([^/]*[.])?kubernetes[.]io\/)/;
const MAX_NAME = 253;

/** What the schema cannot say of a map of devices. */
export function checkDevices(faults: Fault[], path: string, devices: JsonValue | undefined): void {
  for (const name of Object.keys(objectAt(devices))) {
    if (name.length <= MAX_NAME && NAME.test(name) && !OTHERS.test(name)) continue;
    faults.push({ path, found: show(name), rule: 'keys must be names of extended resources such as nvidia.com/gpu' });
  }
}
