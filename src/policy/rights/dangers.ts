/** The dangers of rights, by the name of the rule in verdicts. Each says what could be done, in one sentence. */

export interface Danger {
  why: string;
  /** Whether spec.rights.allow of a policy can permit it. */
  permissible: boolean;
}

const never = (why: string): Danger => ({ why, permissible: false });
const unlessListed = (why: string): Danger => ({ why, permissible: true });

/**
 * Read against Kubernetes' own page (https://kubernetes.io/docs/concepts/security/rbac-good-practices/), the 24 rules of
 * rbac-police (https://github.com/PaloAltoNetworks/rbac-police) and the fixes of CVE-2020-8554 and CVE-2021-25740.
 */
export const DANGERS = {
  impersonation: never('who may escalate, bind or impersonate can give himself any right'),
  identities: never('whoever issues tokens or certificates, or says whom to trust, can become somebody else'),
  nodes: never('the API of a node runs commands in every Pod on it, and a node that is changed draws other Pods to itself'),
  'rbac-writes': never('whoever writes roles and bindings hands out rights, to himself too'),
  'api-extensions': never(
    'a webhook, an admission policy, an API service or a definition sees and changes what everybody writes',
  ),
  'special-verbs': unlessListed(
    'a verb beside get, list, watch, create, update, patch, delete and deletecollection is a power of its own, and some of them are of the whole cluster',
  ),
  exec: unlessListed("a command, a connection or a container in another Pod has that Pod's rights, Secrets and files"),
  workloads: unlessListed('a Pod can mount any Secret and use any ServiceAccount of its namespace'),
  'pod-control': unlessListed('whoever binds, evicts, resizes or reports on Pods decides where and whether those of others run'),
  secrets: unlessListed(
    'Secrets of the whole cluster hold the keys to everything, and a Secret that is written can fetch the token of any ServiceAccount',
  ),
  serviceaccounts: unlessListed('a ServiceAccount that is made again under its name inherits the rights bound to the name'),
  configmaps: unlessListed(
    'a ConfigMap that others read steers them: the skills of another run, the DNS of the cluster, on some clusters who is its administrator',
  ),
  namespaces: unlessListed('the labels of a namespace decide which Pods it admits, and with it everything in it is deleted'),
  network: unlessListed('whoever writes it leads the traffic of others to himself, or opens what a policy has closed'),
  storage: unlessListed('volumes reach the directories of nodes and the data of others, and their drivers run on every node'),
  devices: unlessListed('devices are of the nodes: who writes them takes them from others or reaches them as an administrator'),
  quotas: unlessListed('a quota or limit that is changed lets one namespace take what all share'),
  leases: unlessListed('a lease says which replica of a controller works, and whether a node lives'),
  scheduling: unlessListed('these classes decide which Pods push out others, and under which runtime they run'),
  'flow-control': unlessListed('these decide whose requests the API server answers, and whose it lets wait'),
  status: unlessListed('controllers believe what a status says'),
  'node-logs': unlessListed('the logs of a node are of everything that runs on it'),
  crossplane: unlessListed("whoever writes Crossplane's resources, or those of its providers, has the rights of the providers"),
  sympozium: unlessListed('whoever creates runs has the rights of any pack, and whoever writes packs or policies any right'),
  'foreign-writes': unlessListed(
    'what a controller does with an object of its own kind is not known here; many make Pods, hand out rights or hold cloud accounts',
  ),
  'unknown-resources': unlessListed(
    'Kubernetes 1.37 has no such resource, so nobody has judged what it permits; to read a subresource may be to connect to it',
  ),
  'cluster-writes': unlessListed('in the whole cluster it changes or deletes what belongs to every tenant'),
} as const satisfies Record<string, Danger>;

export type DangerName = keyof typeof DANGERS;
