/** The cluster, through the user's own kubectl: what works in his shell works here. */
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { writeYaml } from '../../src/cli/input/yaml.ts';
import { type JsonObject, listAt, textAt } from '../../src/kube/json.ts';

/** What kubectl wrote to stderr, and nothing of what it was given. */
class KubectlError extends Error {}

/** Runs kubectl; what it does not do is an error with its words. */
function kubectl(args: string[], stdin?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('kubectl', args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new KubectlError(`kubectl ${args.slice(0, 3).join(' ')}: ${stderr.trim() || error.message}`));
    });
    // One that has ended reads no more; how it ended tells the rest.
    child.stdin?.on('error', () => undefined).end(stdin ?? '');
  });
}

/** What became of a command that may be refused: `done`, or what it was refused with. */
export async function attempt(args: string[], stdin?: string): Promise<string> {
  try {
    await kubectl(args, stdin);
    return 'done';
  } catch (error) {
    return (error as Error).message;
  }
}

const inNamespace = (namespace?: string): string[] => (namespace === undefined ? [] : ['-n', namespace]);

export const apply = (...manifests: JsonObject[]): Promise<string> =>
  kubectl(['apply', '-f', '-'], manifests.map(writeYaml).join(''));

/** Gives a user a ClusterRole in a namespace. */
export const bindUser = (user: string, clusterRole: string, namespace: string): Promise<string> =>
  apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: user, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
    subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
  });

export const applyFile = (path: string): Promise<string> => kubectl(['apply', '-f', path]);

export const removeFile = (path: string): Promise<string> =>
  kubectl(['delete', '-f', path, '--ignore-not-found', '--wait=false']);

export async function get(kind: string, name: string, namespace?: string): Promise<JsonObject | undefined> {
  const text = await kubectl(['get', kind, name, ...inNamespace(namespace), '-o', 'json', '--ignore-not-found']);
  return text === '' ? undefined : (JSON.parse(text) as JsonObject);
}

/** What of a kind there is; nothing where the kind itself is not there. */
export async function list(
  kind: string,
  { namespace, labels }: { namespace?: string; labels?: string } = {},
): Promise<JsonObject[]> {
  const where = namespace === undefined ? ['-A'] : ['-n', namespace];
  try {
    const text = await kubectl(['get', kind, ...where, ...(labels === undefined ? [] : ['-l', labels]), '-o', 'json']);
    return listAt(JSON.parse(text), 'items') as JsonObject[];
  } catch (error) {
    if (error instanceof KubectlError && /doesn't have a resource type|could not find the requested resource/.test(error.message))
      return [];
    throw error;
  }
}

export const remove = (kind: string, name: string, namespace?: string, ...flags: string[]): Promise<string> =>
  kubectl(['delete', kind, name, ...inNamespace(namespace), '--ignore-not-found', '--wait=false', ...flags]);

export const patch = (
  kind: string,
  name: string,
  namespace: string | undefined,
  change: JsonObject,
  ...flags: string[]
): Promise<string> =>
  kubectl(['patch', kind, name, ...inNamespace(namespace), '--type', 'merge', '-p', JSON.stringify(change), ...flags]);

/** A patch as RFC 6902 has it. */
export const patchJson = (kind: string, name: string, operations: JsonObject[]): Promise<string> =>
  kubectl(['patch', kind, name, '--type', 'json', '-p', JSON.stringify(operations)]);

/** Runs a shell script in a container. */
export const exec = (pod: string, container: string, namespace: string, script: string): Promise<string> =>
  kubectl(['exec', pod, '-c', container, '-n', namespace, '--', 'sh', '-c', script]);

/** Whose a token is. */
export async function whoIs(token: string): Promise<string> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  return (
    textAt(
      JSON.parse(await kubectl(['create', '-f', '-', '-o', 'json'], JSON.stringify(review))),
      'status',
      'user',
      'username',
    ) ?? ''
  );
}

export const annotate = (kind: string, name: string, namespace: string, annotation: string): Promise<string> =>
  kubectl(['annotate', kind, name, '-n', namespace, '--overwrite', annotation]);

/** As a drain of its node does it. */
export const evict = (pod: string, namespace: string): Promise<string> =>
  kubectl(
    ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`, '-f', '-'],
    JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } }),
  );

/** What the API server answers under a path. */
export const raw = (path: string): Promise<string> => kubectl(['get', '--raw', path]);

/** A right as the authorizer is asked for it. */
export interface Access {
  verb: string;
  resource: string;
  group?: string;
  namespace?: string;
}

export interface Question {
  user: string;
  access: Access;
}

/** What the authorizer of the cluster answers at this moment, one answer for each question. */
export async function mayDo(questions: Question[]): Promise<boolean[]> {
  if (questions.length === 0) return [];
  const reviews = questions.map(({ user, access: { verb, resource, group = '', namespace } }) => ({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, resourceAttributes: { verb, resource, group, ...(namespace !== undefined && { namespace }) } },
  }));
  const answers = await kubectl(
    ['create', '-f', '-', '-o', 'jsonpath={.status.allowed}{"\\n"}'],
    reviews.map(writeYaml).join(''),
  );
  const allowed = answers.trim().split('\n');
  if (allowed.length !== questions.length) throw new Error(`${questions.length} questions had ${allowed.length} answers`);
  return allowed.map((answer) => answer === 'true');
}

export interface Watch {
  isAlive(): boolean;
  stop(): void;
}

/**
 * Calls back with every line of a watch until it is stopped. The API server ends each after half an hour or an hour; it is begun again then, and
 * lists what there is. One that ends otherwise is not alive any more.
 */
export function watch(args: string[], onLine: (line: string) => void): Watch {
  const begin = () => {
    const begun = spawn('kubectl', ['get', ...args, '--watch'], { stdio: ['ignore', 'pipe', 'ignore'] });
    createInterface({ input: begun.stdout }).on('line', onLine);
    begun.on('exit', (code) => {
      if (code === 0) child = begin();
    });
    return begun;
  };
  let child = begin();
  return { isAlive: () => child.exitCode === null && child.signalCode === null, stop: () => child.kill() };
}
