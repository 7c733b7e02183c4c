import { type JsonObject, type JsonValue, listAt, textAt, valueAt } from '../kube/json.ts';
import { nameOf, parseSpec } from './composite.ts';
import { checkDevices } from './devices.ts';
import type { Fault, Parsed } from './fault.ts';
import type { SympoziumPolicySpec } from './generated/types.ts';
import { validateSympoziumPolicySpec } from './generated/validators.js';
import { checkNetwork } from './network.ts';
import { checkPlacement } from './placement.ts';
import { checkMetadata, checkPodMetadata } from './podmetadata.ts';
import {
  checkApprovalTimeout,
  checkArguments,
  checkDirectories,
  checkDuration,
  checkModel,
  checkStartTimeout,
  checkUnique,
} from './rules.ts';
import { show } from './schema.ts';
import { checkWorkspace } from './workspace.ts';

const POLICY_NAME = /^(default|ns[.][a-z0-9]([-a-z0-9]*[a-z0-9])?)$/;

/** The policy that holds everywhere. */
export const DEFAULT_POLICY = 'default';

/** Of network policies where no policy says it. */
export const DEFAULT_DIALECT = 'Kubernetes';

/** The policy that overrides the default one, field by field, in a namespace. */
export const namespacePolicy = (namespace: string): string => `ns.${namespace}`;

/** A SympoziumPolicy as the function trusts it. Fields: package/claims/apis/sympoziumpolicy/definition.yaml. */
export function parseSympoziumPolicy(composite: JsonObject): Parsed<SympoziumPolicySpec> {
  return parseSpec(composite, validateSympoziumPolicySpec, (faults, spec) => {
    const name = nameOf(composite);
    if (!POLICY_NAME.test(name)) {
      faults.push({ path: 'metadata.name', found: show(name), rule: 'must be default or ns.<namespace>' });
    }
    for (const group of ['defaults', 'limits']) {
      checkDuration(faults, `spec.${group}.timeout`, valueAt(spec, group, 'timeout'));
      checkStartTimeout(faults, `spec.${group}.startTimeout`, valueAt(spec, group, 'startTimeout'));
    }
    checkApprovalTimeout(faults, 'spec.approval.timeout', valueAt(spec, 'approval', 'timeout'));
    checkDevices(faults, 'spec.defaults.agent.resources.devices', valueAt(spec, 'defaults', 'agent', 'resources', 'devices'));
    for (const container of ['agent', 'sidecar'])
      checkDevices(faults, `spec.limits.${container}.devices`, valueAt(spec, 'limits', container, 'devices'));
    checkModel(faults, 'spec.defaults.model', valueAt(spec, 'defaults', 'model'));
    checkArguments(faults, 'spec.defaults.agent.command', listAt(spec, 'defaults', 'agent', 'command'));
    checkDirectories(faults, 'spec.defaults.agent.skillsDirs', listAt(spec, 'defaults', 'agent', 'skillsDirs'));
    checkSecurityContext(faults, 'spec.defaults.securityContext', valueAt(spec, 'defaults', 'securityContext'));
    checkWorkspace(faults, 'spec.defaults.workspace', valueAt(spec, 'defaults', 'workspace'));
    checkPlacement(faults, 'spec.defaults.placement', valueAt(spec, 'defaults', 'placement'));
    checkPodMetadata(faults, 'spec.defaults.podMetadata', valueAt(spec, 'defaults', 'podMetadata'));
    checkUnique(faults, 'spec.cloudIdentities', listAt(spec, 'cloudIdentities'), 'name');
    for (const [index, identity] of listAt(spec, 'cloudIdentities').entries())
      checkCloudIdentity(faults, `spec.cloudIdentities[${index}]`, identity);
    checkUnique(faults, 'spec.defaults.imagePullSecrets', listAt(spec, 'defaults', 'imagePullSecrets'), 'name');
    // What another policy says of the dialect holds for that of a namespace.
    checkNetwork(faults, 'spec.network', valueAt(spec, 'network'), name === DEFAULT_POLICY ? DEFAULT_DIALECT : undefined);
    checkUnique(faults, 'spec.packs', listAt(spec, 'packs'), 'name');
  });
}

function checkSecurityContext(faults: Fault[], path: string, context: JsonValue | undefined): void {
  if (valueAt(context, 'identity') !== 'FromNamespace') return;
  const found = ['runAsUser', 'runAsGroup', 'fsGroup'].filter((field) => valueAt(context, field) !== undefined);
  if (found.length > 0)
    faults.push({ path, found: found.join(', '), rule: 'must have no numbers with the identity FromNamespace' });
}

/** What GKE reads of a ServiceAccount. Its metadata service tells any container of a Pod who it is. */
const GKE = 'iam.gke.io/gcp-service-account';

function checkCloudIdentity(faults: Fault[], path: string, identity: JsonValue): void {
  const fields = ['serviceAccountAnnotations', 'podLabels'];
  if (fields.every((field) => valueAt(identity, field) === undefined))
    faults.push({ path, found: 'nobody', rule: `must have ${fields.join(' or ')}` });
  for (const field of fields) checkMetadata(faults, `${path}.${field}`, valueAt(identity, field));
  if (textAt(identity, 'serviceAccountAnnotations', GKE) !== undefined && valueAt(identity, 'agent') !== true)
    faults.push({ path, found: GKE, rule: 'must have agent: true, because GKE gives every container of a Pod its identity' });
}
