/**
 * Every resource that is built into Kubernetes 1.37, and what is dangerous about reading it, making or changing it, and
 * deleting it. What a row does not name is permitted on purpose, in the namespace of the run. A test compares the rows with
 * what a real API server says it has, so that a new resource is judged before it can be asked for.
 */
import type { DangerName } from './dangers.ts';

export type VerbClass = 'read' | 'make' | 'delete';

/** The danger of each class of verbs; `readAll` is of reading it in the whole cluster. */
export type Access = Partial<Record<VerbClass | 'readAll', DangerName>> & {
  /** Whether it may be made in the whole cluster too: it changes nothing that is another's. */
  harmless?: true;
};

/** Nothing of it is dangerous in a namespace. */
const open: Access = {};
/** It only tells or asks something. */
const harmless: Access = { harmless: true };
/** It may be read. */
const writes = (danger: DangerName): Access => ({ make: danger, delete: danger });
/** Only making and changing it is dangerous. */
const making = (danger: DangerName): Access => ({ make: danger });
/** A subresource that is a power and no object: a get is as good as a create. */
const any = (danger: DangerName): Access => ({ read: danger, make: danger, delete: danger });

const RBAC = writes('rbac-writes');
const EXTENSION = writes('api-extensions');
const STATUS = writes('status');
const NETWORK = writes('network');
const STORAGE = writes('storage');
const DEVICES = writes('devices');
const WORKLOAD = making('workloads');

/** By API group and resource, with its subresources. */
export const BUILT_IN: Record<string, Record<string, Access>> = {
  '': {
    bindings: writes('pod-control'),
    componentstatuses: open,
    configmaps: writes('configmaps'),
    endpoints: NETWORK,
    events: harmless,
    limitranges: writes('quotas'),
    namespaces: writes('namespaces'),
    'namespaces/finalize': any('namespaces'),
    'namespaces/status': writes('namespaces'),
    nodes: writes('nodes'),
    'nodes/checkpoint': any('nodes'),
    'nodes/configz': writes('nodes'),
    'nodes/healthz': writes('nodes'),
    'nodes/log': { read: 'node-logs', ...writes('nodes') },
    'nodes/metrics': writes('nodes'),
    'nodes/pods': writes('nodes'),
    'nodes/proxy': any('nodes'),
    'nodes/spec': writes('nodes'),
    'nodes/stats': writes('nodes'),
    'nodes/status': writes('nodes'),
    persistentvolumeclaims: { delete: 'storage' },
    'persistentvolumeclaims/status': STORAGE,
    persistentvolumes: STORAGE,
    'persistentvolumes/status': STORAGE,
    pods: WORKLOAD,
    'pods/attach': any('exec'),
    'pods/binding': any('pod-control'),
    'pods/ephemeralcontainers': any('exec'),
    'pods/eviction': any('pod-control'),
    'pods/exec': any('exec'),
    'pods/log': open,
    'pods/portforward': any('exec'),
    'pods/proxy': any('exec'),
    'pods/resize': writes('pod-control'),
    'pods/status': writes('pod-control'),
    podtemplates: WORKLOAD,
    replicationcontrollers: WORKLOAD,
    'replicationcontrollers/scale': open,
    'replicationcontrollers/status': STATUS,
    resourcequotas: writes('quotas'),
    'resourcequotas/status': writes('quotas'),
    secrets: { readAll: 'secrets', ...writes('secrets') },
    serviceaccounts: writes('serviceaccounts'),
    'serviceaccounts/token': any('identities'),
    services: NETWORK,
    'services/proxy': any('exec'),
    'services/status': NETWORK,
  },
  'admissionregistration.k8s.io': {
    mutatingadmissionpolicies: EXTENSION,
    mutatingadmissionpolicybindings: EXTENSION,
    mutatingwebhookconfigurations: EXTENSION,
    validatingadmissionpolicies: EXTENSION,
    'validatingadmissionpolicies/status': EXTENSION,
    validatingadmissionpolicybindings: EXTENSION,
    validatingwebhookconfigurations: EXTENSION,
  },
  'apiextensions.k8s.io': { customresourcedefinitions: EXTENSION, 'customresourcedefinitions/status': EXTENSION },
  'apiregistration.k8s.io': { apiservices: EXTENSION, 'apiservices/status': EXTENSION },
  apps: {
    controllerrevisions: WORKLOAD,
    daemonsets: WORKLOAD,
    'daemonsets/status': STATUS,
    deployments: WORKLOAD,
    'deployments/scale': open,
    'deployments/status': STATUS,
    replicasets: WORKLOAD,
    'replicasets/scale': open,
    'replicasets/status': STATUS,
    statefulsets: WORKLOAD,
    'statefulsets/scale': open,
    'statefulsets/status': STATUS,
  },
  'authentication.k8s.io': { selfsubjectreviews: harmless, tokenreviews: harmless },
  'authorization.k8s.io': {
    localsubjectaccessreviews: harmless,
    selfsubjectaccessreviews: harmless,
    selfsubjectrulesreviews: harmless,
    subjectaccessreviews: harmless,
  },
  autoscaling: { horizontalpodautoscalers: open, 'horizontalpodautoscalers/status': STATUS },
  batch: { cronjobs: WORKLOAD, 'cronjobs/status': STATUS, jobs: WORKLOAD, 'jobs/status': STATUS },
  'certificates.k8s.io': {
    certificatesigningrequests: writes('identities'),
    'certificatesigningrequests/approval': any('identities'),
    'certificatesigningrequests/status': any('identities'),
    clustertrustbundles: writes('identities'),
    podcertificaterequests: writes('identities'),
    'podcertificaterequests/status': any('identities'),
    signers: any('identities'),
  },
  'coordination.k8s.io': { leasecandidates: writes('leases'), leases: writes('leases') },
  'discovery.k8s.io': { endpointslices: NETWORK },
  'events.k8s.io': { events: harmless },
  'flowcontrol.apiserver.k8s.io': {
    flowschemas: writes('flow-control'),
    'flowschemas/status': writes('flow-control'),
    prioritylevelconfigurations: writes('flow-control'),
    'prioritylevelconfigurations/status': writes('flow-control'),
  },
  'internal.apiserver.k8s.io': { storageversions: EXTENSION, 'storageversions/status': EXTENSION },
  'networking.k8s.io': {
    ingressclasses: NETWORK,
    ingresses: NETWORK,
    'ingresses/status': NETWORK,
    ipaddresses: NETWORK,
    networkpolicies: NETWORK,
    servicecidrs: NETWORK,
    'servicecidrs/status': NETWORK,
  },
  'node.k8s.io': { runtimeclasses: writes('scheduling') },
  policy: { poddisruptionbudgets: open, 'poddisruptionbudgets/status': STATUS },
  'rbac.authorization.k8s.io': { clusterrolebindings: RBAC, clusterroles: RBAC, rolebindings: RBAC, roles: RBAC },
  'resource.k8s.io': {
    deviceclasses: DEVICES,
    devicetaintrules: DEVICES,
    'devicetaintrules/status': DEVICES,
    resourceclaims: DEVICES,
    'resourceclaims/status': DEVICES,
    resourceclaimtemplates: DEVICES,
    resourceslices: DEVICES,
  },
  'scheduling.k8s.io': { priorityclasses: writes('scheduling') },
  'storage.k8s.io': {
    csidrivers: STORAGE,
    csinodes: STORAGE,
    'csinodes/status': STORAGE,
    csistoragecapacities: STORAGE,
    storageclasses: STORAGE,
    volumeattachments: STORAGE,
    'volumeattachments/status': STORAGE,
    volumeattributesclasses: STORAGE,
  },
  'storagemigration.k8s.io': { storageversionmigrations: EXTENSION, 'storageversionmigrations/status': EXTENSION },
};
