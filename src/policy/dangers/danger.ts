/** A kind of right that is refused by default, and the shape in which every rule of a pack is judged. */

/** One thing a rule permits: rules are lists, and every combination of their entries counts. */
export interface Grant {
  scope: 'Namespace' | 'Cluster';
  apiGroup: string;
  /** With its subresource, as in `pods/exec`. */
  resource: string;
  verb: string;
}

export interface Danger {
  /** The name of the rule in verdicts. */
  rule: string;
  /** What could be done with it, in one sentence. */
  why: string;
  /** Whether spec.rights.allow of a policy can permit it. */
  permissible: boolean;
  isMet: (grant: Grant) => boolean;
}

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];
const READS = ['get', 'list', 'watch'];

export const isWrite = ({ verb }: Grant): boolean => WRITES.includes(verb);
export const isRead = ({ verb }: Grant): boolean => READS.includes(verb);

/** Whether an object with content of its own comes into being or changes. */
export const isMaking = ({ verb }: Grant): boolean => ['create', 'update', 'patch'].includes(verb);

/** Whether a grant is for one of the resources of a group, whatever the subresource. */
export function isFor({ apiGroup, resource }: Grant, group: string, resources: string[]): boolean {
  const [name = ''] = resource.split('/');
  return apiGroup === group && resources.includes(name);
}
