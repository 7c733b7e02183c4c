/** The table of parts, and what has to agree with it: the limits, what may be waited for, and the rights of the provider. */
import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject, listAt, textAt } from '../../src/kube/json.ts';
import { GRANTS, KEPT_FOR_LOGS, PARTS, partOf, partsOf, RIGHTS } from '../../src/run/parts.ts';
import { holds } from '../../src/simulation/cel.ts';
import { task } from '../support/packs.ts';
import { readDocuments } from '../support/project.ts';
import { manifestOf, policyXr, respondComposed, uses } from '../support/request.ts';

/** Some of the roles that stand there, as one. */
function rolesOf(file: string, maker: string, names: string[]): JsonObject {
  const named = names.map((name) => `function-skillpack:${maker}-${name}`);
  const roles = readDocuments(file).filter((role) => named.includes(textAt(role, 'metadata', 'name') ?? ''));
  return { rules: roles.flatMap((role) => listAt(role, 'rules')) };
}

const PROVIDER = 'examples/install/3-provider-rights.yaml';
const providerKinds = rolesOf(PROVIDER, 'provider', ['runs', 'rights', 'cluster-rights', 'servers']);
const providerNetwork = rolesOf(PROVIDER, 'provider', ['network']);
const crossplaneKinds = rolesOf('examples/install/direct/3-crossplane-rights.yaml', 'crossplane', ['runs', 'rights', 'servers']);
/** What the bound of what a run reaches is made of: roles of its own, for those who isolate. */
const OPEN = PARTS.filter(({ dialect }) => dialect === undefined);
const isolate = (dialect: string) => policyXr({ network: { mode: 'Isolate', dialect, apiServer: { cidrs: ['10.0.0.1/32'] } } });

/** What a role permits, as `group/resource verb`. */
const permitted = (role: JsonObject): Set<string> =>
  new Set(
    listAt(role, 'rules')
      .filter(isObject)
      .flatMap((rule) =>
        listAt(rule, 'apiGroups').flatMap((group) =>
          listAt(rule, 'resources').flatMap((resource) => listAt(rule, 'verbs').map((verb) => `${group}/${resource} ${verb}`)),
        ),
      ),
  );

describe('the parts of a run', () => {
  it('are 8 at most for a task and 9 for a server, in one dialect', () => {
    expect([partsOf('task').length, partsOf('server').length]).toEqual([8 + 1, 9 + 1]);
  });

  it('have one workload for each mode, which is the last', () => {
    const workloads = (['task', 'server'] as const).map((mode) => partsOf(mode).filter(({ isWorkload }) => isWorkload));
    expect(workloads.map((parts) => parts.map(({ key }) => key))).toEqual([['agentrun-job'], ['agentrun-deployment']]);
    expect(partsOf('task').at(-1)?.isWorkload && partsOf('server').at(-1)?.isWorkload).toBe(true);
  });

  it('build the kind that their row names', () => {
    const worlds = [task({ skills: uses('tools') }), task({ mode: 'server', task: 'Look', skills: uses('web', 'tools') })];
    const built = worlds.flatMap((world) =>
      ['Kubernetes', 'Cilium'].flatMap((dialect) => {
        const composed = respondComposed({ ...world, cluster: [...(world.cluster ?? []), isolate(dialect)] });
        return [...composed.resources.keys()].map((key) => [key, manifestOf(composed, key)] as const);
      }),
    );
    expect([...new Set(built.map(([key]) => key))].sort()).toEqual(PARTS.map(({ key }) => key).sort());
    for (const [key, { apiVersion, kind }] of built) {
      const { apiGroup, resource } = partOf(key) ?? {};
      const [group] = String(apiVersion).includes('/') ? String(apiVersion).split('/') : [''];
      expect([key, group, `${String(kind).toLowerCase()}s`.replace(/ys$/, 'ies')]).toEqual([key, apiGroup, resource]);
    }
  });

  it('can be created, changed and deleted by the provider', () => {
    for (const { key, verbs } of PARTS)
      expect([key, verbs]).toEqual([key, expect.arrayContaining(['get', 'create', 'patch', 'delete'])]);
  });

  it('carry a right where they are RBAC objects, and nowhere else', () => {
    const rbac = PARTS.filter(({ apiGroup }) => apiGroup === 'rbac.authorization.k8s.io').map(({ key }) => key);
    expect([...GRANTS]).toEqual(rbac);
    expect([...RIGHTS]).toEqual(['agentrun-serviceaccount', ...rbac]);
  });

  it('are kept for logs only where they carry no right', () => {
    expect(KEPT_FOR_LOGS.filter((key) => RIGHTS.some((right) => right === key))).toEqual([]);
  });

  it('wait only for a part that comes before', () => {
    const late = PARTS.filter(({ madeAfter }, index) => madeAfter && !PARTS.slice(0, index).some(({ key }) => key === madeAfter));
    expect(late).toEqual([]);
  });
});

describe('when a part is ready', () => {
  const conditioned = (type: string, status: string): JsonObject => ({ status: { conditions: [{ type, status }] } });
  const LOOKS: JsonObject[] = [
    {},
    { status: {} },
    { status: { conditions: [] } },
    ...['Suspended', 'FailureTarget', 'SuccessCriteriaMet', 'Complete', 'Failed'].flatMap((type) => [
      conditioned(type, 'True'),
      conditioned(type, 'False'),
    ]),
    { status: { availableReplicas: 0 } },
    { status: { availableReplicas: 1 } },
  ];
  const queried = PARTS.filter(({ readyWhen }) => readyWhen !== undefined);

  it.each(queried.map((part) => [part.key, part] as const))('the provider and the function agree: %s', (_, { readyWhen }) => {
    const { celQuery = '', isMet } = readyWhen ?? {};
    const verdicts = LOOKS.map((look) => isMet?.(look));
    expect(verdicts).toEqual(LOOKS.map((look) => holds(celQuery, look)));
    expect([...new Set(verdicts)].sort()).toEqual([false, true]);
  });
});

describe('the rights in examples/install', () => {
  it('permit what every part needs', () => {
    const needed = OPEN.flatMap(({ apiGroup, resource, verbs }) => verbs.map((verb) => `${apiGroup}/${resource} ${verb}`));
    const given = permitted(providerKinds);
    expect(needed.filter((right) => !given.has(right))).toEqual([]);
  });

  it('permit what bounds the network, by a role of its own', () => {
    const verbs = partOf('agentrun-networkpolicy')?.verbs ?? [];
    const needed = [...verbs.map((verb) => `networkpolicies ${verb}`), 'networkpolicies/finalizers update'];
    const given = permitted(providerNetwork);
    expect(needed.filter((right) => !given.has(`networking.k8s.io/${right}`))).toEqual([]);
  });

  it('permit no other kind', () => {
    const kinds = new Set(OPEN.map(({ apiGroup, resource }) => `${apiGroup}/${resource}`));
    expect([...permitted(providerKinds)].filter((right) => !kinds.has(right.split(' ')[0] ?? ''))).toEqual([]);
  });

  it('permit Crossplane every kind in a namespace, and no other', () => {
    const composed = OPEN.filter(({ scope }) => scope === 'Namespaced').map(
      ({ apiGroup, resource }) => `${apiGroup}/${resource}`,
    );
    const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
    expect([...permitted(crossplaneKinds)].sort()).toEqual(
      composed.flatMap((kind) => verbs.map((verb) => `${kind} ${verb}`)).sort(),
    );
  });

  it('are not narrowed to fewer API groups by the admission policy', () => {
    const [policy = {}] = readDocuments('examples/install/10-provider-admission.yaml');
    const expressions = listAt(policy, 'spec', 'validations').map((item) => textAt(item, 'expression') ?? '');
    const [, groups = ''] = expressions.flatMap((text) => /^request\.resource\.group in \[(.*)\]$/.exec(text) ?? []);
    const listed = [...groups.matchAll(/'([^']*)'/g)].map(([, group]) => group);
    expect(listed).toEqual([...new Set(PARTS.map(({ apiGroup }) => apiGroup))].sort());
  });
});
