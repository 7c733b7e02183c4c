/** The admission policies of examples/install, evaluated as the API server would. */
import { evaluate } from '@marcbachmann/cel-js';
import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject, type JsonValue, listAt, objectAt, valueAt } from '../../src/kube/json.ts';
import { PARTS } from '../../src/run/parts.ts';
import { listExamples } from '../support/examples.ts';
import { readDocuments } from '../support/project.ts';

type Resource = { metadata?: JsonObject; spec?: JsonObject };

/** Whether every policy of a file that looks at an operation, as `DELETE agentruns`, lets it pass. */
function permits(
  file: string,
  operation: string,
  { object = null, oldObject = null, options = {}, params = null }: JsonObject,
): boolean {
  const policies = readDocuments(file).filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  const rules = policies
    .filter((policy) => {
      const [rule] = listAt(policy, 'spec', 'matchConstraints', 'resourceRules');
      const looksAt = [...listAt(rule, 'operations'), ...listAt(rule, 'resources')];
      return operation.split(' ').every((word) => looksAt.includes(word));
    })
    .flatMap((policy) => listAt(policy, 'spec', 'validations') as JsonObject[]);
  if (rules.length === 0) throw new Error(`${file} does not look at ${operation}`);
  return rules.every(
    ({ expression }) => evaluate(String(expression), { object, oldObject, params, request: { options } }) === true,
  );
}

const creates = (file: string, { metadata = {}, spec = {} }: Resource): boolean =>
  permits(file, 'CREATE agentruns', { object: { metadata, spec } });
const changes = (file: string, before: Required<Resource>, change: Resource): boolean =>
  permits(file, 'UPDATE agentruns', { oldObject: before, object: { ...before, ...change } });

describe('the admission policy about who made a run', () => {
  const [policy = {}] = readDocuments('examples/install/13-approval.yaml').filter(
    (document) =>
      valueAt(document, 'metadata', 'name') === 'function-skillpack-created-by' &&
      listAt(document, 'spec', 'variables').length > 0,
  );
  const annotated = (createdBy: string | undefined): JsonObject => ({
    metadata: createdBy === undefined ? {} : { annotations: { 'sympozium.ai/created-by': createdBy } },
  });
  const scheduled = (createdBy: string | undefined, task: string): JsonObject => ({
    ...annotated(createdBy),
    spec: { runTemplate: { spec: { task } } },
  });
  const isTaken = (oldObject: JsonObject | null, object: JsonObject, username: string): boolean => {
    const request = {
      userInfo: { username },
      resource: { resource: object['spec'] === undefined ? 'agentruns' : 'agentschedules' },
    };
    const variables = Object.fromEntries(
      (listAt(policy, 'spec', 'variables') as JsonObject[]).map(({ name, expression }) => [
        name,
        evaluate(String(expression), { object, oldObject, request }),
      ]),
    );
    const rules = listAt(policy, 'spec', 'validations') as JsonObject[];
    return rules.every(({ expression }) => evaluate(String(expression), { object, oldObject, request, variables }) === true);
  };

  it.each<[string, JsonObject | null, JsonObject, boolean]>([
    ['takes a run that does not say it', null, annotated(undefined), true],
    ['takes the name of who makes it', null, annotated('anna'), true],
    ['refuses the name of another', null, annotated('ben'), false],
    ['takes a change of something else', annotated('ben'), annotated('ben'), true],
    ['refuses to add it later', annotated(undefined), annotated('anna'), false],
    ['refuses to take it away', annotated('ben'), annotated(undefined), false],
    ['refuses to change it', annotated('ben'), annotated('anna'), false],
    ['takes a change of a schedule beside its template', scheduled('ben', 'a'), scheduled('ben', 'a'), true],
    ['refuses another template in the name of another', scheduled('ben', 'a'), scheduled('ben', 'b'), false],
    ['takes another template in the name of who writes it', scheduled('ben', 'a'), scheduled('anna', 'b'), true],
    ["takes another template in nobody's name", scheduled('ben', 'a'), scheduled(undefined, 'b'), true],
  ])('%s', (_, before, after, expected) => {
    expect(isTaken(before, after, 'anna')).toBe(expected);
  });
});

describe('the admission policy for claims refuses a tenant', () => {
  const FILE = 'examples/install/claims/8-admission.yaml';
  /** What Crossplane adds to the schema of every claim. */
  const CROSSPLANES: [string, JsonValue][] = [
    ['resourceRef', { name: 'another' }],
    ['compositionRef', { name: 'another' }],
    ['compositionRevisionRef', { name: 'another' }],
    ['compositionSelector', { matchLabels: { a: 'b' } }],
    ['compositionRevisionSelector', { matchLabels: { a: 'b' } }],
    ['compositionUpdatePolicy', 'Manual'],
    ['compositeDeletePolicy', 'Background'],
    ['writeConnectionSecretToRef', { name: 'a' }],
  ];
  const spec = {
    instanceRef: 'sre',
    compositeDeletePolicy: 'Foreground',
    resourceRef: { name: 'run-x' },
    compositionRef: { name: 'agentrun' },
    compositionRevisionRef: { name: 'agentrun-1' },
  };
  const bound = { metadata: {}, spec };

  it.each(CROSSPLANES)('%s, when he makes a claim and when he changes one', (field, value) => {
    expect(creates(FILE, { spec: { instanceRef: 'sre', [field]: value } })).toBe(false);
    expect(changes(FILE, bound, { spec: { ...spec, [field]: value } })).toBe(false);
  });

  it.each([
    { annotations: { 'crossplane.io/paused': 'true' } },
    { annotations: { 'crossplane.io/poll-interval': '1ms' } },
    { annotations: { 'anything.crossplane.io/new': '' } },
    { labels: { 'crossplane.io/composite': 'Foo' } },
    { labels: { 'crossplane.io/claim-name': 'another' } },
  ])('metadata with %j', (metadata) => {
    expect(creates(FILE, { metadata, spec: { instanceRef: 'sre' } })).toBe(false);
    expect(changes(FILE, bound, { metadata })).toBe(false);
    expect(changes(FILE, { ...bound, metadata }, { metadata: {} })).toBe(false);
    expect(changes(FILE, { ...bound, metadata }, { spec: { ...spec, cancel: true } })).toBe(true);
  });

  it('the removal of the finalizer that leads to its composite, and of no other', () => {
    const finalizers = ['finalizer.apiextensions.crossplane.io', 'foregroundDeletion'];
    const held = { ...bound, metadata: { finalizers } };
    expect(changes(FILE, held, { metadata: {} })).toBe(false);
    expect(changes(FILE, held, { metadata: { finalizers: ['foregroundDeletion'] } })).toBe(false);
    expect(changes(FILE, held, { metadata: { finalizers: finalizers.slice(0, 1) } })).toBe(true);
    const withHis = { finalizers: [...finalizers, 'example.org/mine'] };
    expect(changes(FILE, held, { metadata: withHis })).toBe(true);
    expect(changes(FILE, { ...held, metadata: withHis }, { metadata: { finalizers } })).toBe(true);
  });

  it.each(['resourceRef', 'compositionRef', 'compositionRevisionRef'])('the removal of %s', (field) => {
    const { [field as keyof typeof spec]: _, ...rest } = spec;
    expect(changes(FILE, bound, { spec: rest })).toBe(false);
  });

  it('nothing else', () => {
    expect(creates(FILE, { spec: { instanceRef: 'sre', compositeDeletePolicy: 'Foreground' } })).toBe(true);
    const metadata = {
      annotations: { 'crossplane.io/reconcile-requested-at': 'now', a: 'b' },
      labels: { 'example.org/crossplane.io': 'c' },
    };
    expect(creates(FILE, { metadata, spec: { instanceRef: 'sre' } })).toBe(true);
    expect(changes(FILE, bound, { spec: { ...spec, cancel: true } })).toBe(true);
  });
});

describe('the admission policy for namespaced composites refuses a tenant', () => {
  const FILE = 'examples/install/namespaced/8-admission.yaml';
  const spec = { instanceRef: 'sre' };
  const crossplane = { compositionRef: { name: 'agentrun' }, resourceRefs: [{ name: 'run-x' }] };
  const finalizers = ['composite.apiextensions.crossplane.io'];
  const made = { metadata: { name: 'run', finalizers }, spec: { ...spec, crossplane } };
  const paused = { 'crossplane.io/paused': 'true' };

  const cases: [string, Resource][] = [
    ['names of his choice', { metadata: { name: 'run', finalizers, labels: { 'crossplane.io/composite': 'Foo' } } }],
    ['another composition', { spec: { ...spec, crossplane: { compositionRef: { name: 'another' } } } }],
    ['Objects of another run', { spec: { ...spec, crossplane: { ...crossplane, resourceRefs: [{ name: 'run-y' }] } } }],
    ['a run that Crossplane leaves alone', { metadata: { finalizers, annotations: paused } }],
    [
      'what it is not asked for',
      { metadata: { name: 'run', finalizers, annotations: { 'crossplane.io/poll-interval': '1ms' } } },
    ],
    [
      'another composition revision by a label',
      { metadata: { name: 'run', finalizers, labels: { 'crossplane.io/channel': 'old' } } },
    ],
    ['a finalizer of his own', { metadata: { finalizers: [...finalizers, 'example.org/mine'] } }],
    ['to leave the Objects of a run behind', { metadata: { finalizers: [...finalizers, 'orphan'] } }],
  ];
  it.each(cases)('%s, when he makes a composite and when he changes one', (_, change) => {
    expect(creates(FILE, { spec, ...change })).toBe(false);
    expect(changes(FILE, made, change)).toBe(false);
  });

  it('the removal of what Crossplane has written, and of a pause', () => {
    expect(changes(FILE, made, { spec })).toBe(false);
    const held = { ...made, metadata: { ...made.metadata, annotations: paused } };
    expect(changes(FILE, held, { metadata: made.metadata })).toBe(false);
    expect(changes(FILE, held, { spec: { ...made.spec, cancel: true } })).toBe(true);
  });

  it.each([{ propagationPolicy: 'Orphan' }, { orphanDependents: true }])('a deletion with %j', (options) => {
    expect(permits(FILE, 'DELETE agentruns', { oldObject: made, options })).toBe(false);
  });

  it('nothing else', () => {
    expect(creates(FILE, { metadata: { annotations: { a: 'b' } }, spec })).toBe(true);
    expect(changes(FILE, made, { spec: { ...made.spec, cancel: true } })).toBe(true);
    expect(changes(FILE, made, { metadata: { name: 'run' } })).toBe(true);
    for (const options of [
      {},
      { propagationPolicy: 'Background' },
      { propagationPolicy: 'Foreground' },
      { orphanDependents: false },
    ])
      expect(permits(FILE, 'DELETE agentruns', { oldObject: made, options })).toBe(true);
  });
});

it('the admission policy for namespaced composites keeps a namespace as long as a run has an Object in it', () => {
  const FILE = 'examples/install/namespaced/8-admission.yaml';
  expect(permits(FILE, 'DELETE namespaces', { params: { kind: 'Object' } })).toBe(false);
  expect(permits(FILE, 'DELETE namespaces', { params: null })).toBe(true);
});

describe('the admission policy for the provider', () => {
  const FILE = 'examples/install/10-provider-admission.yaml';
  const NAMES: Record<string, string> = {
    ConfigMap: 'configmaps',
    ServiceAccount: 'serviceaccounts',
    Service: 'services',
    Deployment: 'deployments',
    Job: 'jobs',
    Role: 'roles',
    RoleBinding: 'rolebindings',
    ClusterRole: 'clusterroles',
    ClusterRoleBinding: 'clusterrolebindings',
  };
  const [policy] = readDocuments(FILE);
  const rules = listAt(policy, 'spec', 'validations') as JsonObject[];
  const mayMake = (object: JsonObject, resource = NAMES[String(object['kind'])] ?? '', subResource = ''): boolean => {
    const { name = '', namespace } = object['metadata'] as JsonObject;
    // As the API server says it of what is in no namespace.
    const group = String(object['apiVersion'] ?? '').includes('/') ? String(object['apiVersion']).split('/')[0] : '';
    const request = { name, resource: { group, resource }, subResource, ...(namespace !== undefined && { namespace }) };
    return rules.every(({ expression }) => evaluate(String(expression), { object, oldObject: null, request }) === true);
  };
  const inObjects = (path: string): JsonObject[] =>
    readDocuments(path).flatMap((document) => {
      const manifest = valueAt(document, 'spec', 'forProvider', 'manifest');
      return isObject(manifest) ? [manifest] : [];
    });
  const examples = listExamples();

  it.each(examples)('lets it make everything of the example %s', (name) => {
    for (const manifest of inObjects(`examples/${name}/expected.txt`))
      expect([manifest['kind'], mayMake(manifest)]).toEqual([manifest['kind'], true]);
  });

  const [job = {}] = inObjects('examples/k8s-ops/expected.txt').filter(({ kind }) => kind === 'Job');
  const binding = (fields: JsonObject): JsonObject => ({
    kind: 'ClusterRoleBinding',
    metadata: { name: 'agentrun:a:b' },
    roleRef: { name: 'agentrun:a:b' },
    subjects: [{ kind: 'ServiceAccount', name: 'agentrun-b', namespace: 'a' }],
    ...fields,
  });
  it.each<[string, JsonObject]>([
    ['a name of its own', { ...job, metadata: { name: 'nice-job', namespace: 'team-a' } }],
    ['a Job in the namespace of the cluster', { ...job, metadata: { ...objectAt(job, 'metadata'), namespace: 'kube-system' } }],
    ['a Pod under another identity', { ...job, metadata: { name: 'agentrun-other', namespace: 'team-a' } }],
    ['a Pod under no identity', { ...job, spec: { template: { spec: { containers: [] } } } }],
    ['the ConfigMap of a pack elsewhere', { kind: 'ConfigMap', metadata: { name: 'skillpack-a', namespace: 'team-a' } }],
    ['a binding to another role', binding({ roleRef: { name: 'cluster-admin' } })],
    ['a binding of somebody else', binding({ subjects: [{ kind: 'User', name: 'agentrun-b' }] })],
  ])('refuses %s', (_, object) => {
    expect(mayMake(object)).toBe(false);
  });

  it('refuses to make a kind that no run is made of', () => {
    const metadata = { name: 'agentrun-a', namespace: 'team-a' };
    expect(mayMake({ kind: 'Secret', metadata }, 'secrets')).toBe(false);
    expect(mayMake({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata }, 'horizontalpodautoscalers')).toBe(
      false,
    );
  });

  it('refuses every subresource, of a run too', () => {
    const metadata = { name: 'agentrun-a', namespace: 'team-a' };
    expect(mayMake({ kind: 'ConfigMap', metadata }, 'configmaps')).toBe(true);
    expect(mayMake({ apiVersion: 'apps/v1', kind: 'Scale', metadata }, 'deployments', 'scale')).toBe(false);
    expect(mayMake({ kind: 'PodExecOptions', metadata }, 'pods', 'exec')).toBe(false);
  });
});

describe('the admission policy for the Jobs of runs', () => {
  const FILE = 'examples/install/11-born-suspended.yaml';
  const [policy] = readDocuments(FILE);
  const [condition] = listAt(policy, 'spec', 'matchConditions');
  const [validation] = listAt(policy, 'spec', 'validations');
  const asks = (rule: JsonValue | undefined, object: JsonObject): boolean =>
    evaluate(String(valueAt(rule, 'expression')), { object }) === true;
  const mayCreate = (object: JsonObject): boolean => !asks(condition, object) || asks(validation, object);
  const jobs = listExamples()
    .flatMap((name) => readDocuments(`examples/${name}/expected.txt`))
    .map((document) => objectAt(document, 'spec', 'forProvider', 'manifest'))
    .filter(({ kind }) => kind === 'Job');
  const withSuspend = (job: JsonObject, suspend: boolean): JsonObject => ({
    ...job,
    spec: { ...objectAt(job, 'spec'), suspend },
  });

  it('lets every Job of the examples be created suspended, and none at work', () => {
    expect(jobs.length).toBeGreaterThan(5);
    for (const job of jobs)
      expect([mayCreate(withSuspend(job, true)), mayCreate(withSuspend(job, false))]).toEqual([true, false]);
  });

  it('refuses one that does not say, and has nothing to say to the Jobs of others', () => {
    const { suspend: _, ...spec } = objectAt(jobs[0], 'spec');
    expect(mayCreate({ ...jobs[0], spec })).toBe(false);
    expect(mayCreate({ metadata: { name: 'agentrun-like', labels: { app: 'a' } }, spec: {} })).toBe(true);
    expect(mayCreate({ metadata: { name: 'other' }, spec: {} })).toBe(true);
  });

  it('looks at the creation of Jobs and at nothing else, so that a Job can be released', () => {
    expect(listAt(policy, 'spec', 'matchConstraints', 'resourceRules')).toEqual([
      { apiGroups: ['batch'], apiVersions: ['*'], resources: ['jobs'], operations: ['CREATE'] },
    ]);
  });
});

describe('the admission policy for what is composed directly', () => {
  const FILE = 'examples/install/direct/12-composed.yaml';
  const [policy] = readDocuments(FILE);
  const part = { metadata: { labels: { 'sympozium.ai/part': 'agentrun-job' } } };
  const other = { metadata: { labels: { 'sympozium.ai/run': 'run-1' } } };
  const CROSSPLANE = 'system:serviceaccount:crossplane-system:crossplane';
  /** Whether it refuses, for somebody who is not of the platform team. */
  const refuses = (username: string, object: JsonObject, oldObject: JsonObject | null = null): boolean =>
    (listAt(policy, 'spec', 'matchConditions') as JsonObject[])
      .map(({ expression }) => String(expression))
      .filter((expression) => !expression.includes('authorizer'))
      .every((expression) => evaluate(expression, { object, oldObject, request: { userInfo: { username } } }) === true);

  it.each([
    ['a tenant who makes one', 'tenant', part, null, true],
    ['a tenant who changes one', 'tenant', part, part, true],
    ['a tenant who takes its label', 'tenant', { metadata: {} }, part, true],
    ['a tenant and what is his', 'tenant', { metadata: {} }, null, false],
    ['a provider and what it makes', 'system:serviceaccount:crossplane-system:provider', other, null, false],
    ['Crossplane', CROSSPLANE, part, part, false],
    ['the garbage collector', 'system:serviceaccount:kube-system:generic-garbage-collector', part, part, false],
  ] as const)('%s', (_, username, object, oldObject, isRefused) => {
    expect(refuses(username, object as JsonObject, oldObject as JsonObject | null)).toBe(isRefused);
  });

  it('looks at every kind in a namespace that a run is made of', () => {
    const rules = listAt(policy, 'spec', 'matchConstraints', 'resourceRules') as JsonObject[];
    const kinds = rules.flatMap((rule) =>
      listAt(rule, 'resources').map((resource) => `${listAt(rule, 'apiGroups')[0]}/${resource}`),
    );
    const parts = PARTS.filter(({ scope }) => scope === 'Namespaced').map(({ apiGroup, resource }) => `${apiGroup}/${resource}`);
    expect(kinds.sort()).toEqual(parts.sort());
    expect(listAt(policy, 'spec', 'validations').map((item) => valueAt(item, 'expression'))).toEqual(['false']);
  });
});

it('the admission policies of direct for composites are those of namespaced, without the one for namespaces', () => {
  const [direct, namespaced] = ['direct', 'namespaced'].map((name) => readDocuments(`examples/install/${name}/8-admission.yaml`));
  const isOther = (item: JsonObject): boolean => valueAt(item, 'metadata', 'name') !== 'function-skillpack-namespaces';
  expect(direct).toEqual(namespaced?.filter(isOther));
});
