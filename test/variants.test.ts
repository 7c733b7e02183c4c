/** What the configurations have in common, and the little in which they differ. */
import { describe, expect, it } from 'vitest';
import { type Rendered, render } from '../src/cli/preview/render.ts';
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../src/kube/json.ts';
import { loadOne } from './support/examples.ts';
import { listDirectory, projectPath, readDocuments } from './support/project.ts';
import { instanceXr, packXr, respondComposed, uses } from './support/request.ts';

const KINDS = listDirectory('package/claims/apis');
const definition = (variant: string, kind: string) => {
  const [xrd = {}] = readDocuments(`package/${variant}/apis/${kind}/definition.yaml`);
  return { apiVersion: textAt(xrd, 'apiVersion'), name: textAt(xrd, 'metadata', 'name'), spec: objectAt(xrd, 'spec') };
};

describe('the definitions', () => {
  it('are of the same kinds', () => {
    expect([listDirectory('package/namespaced/apis'), listDirectory('package/direct/apis')]).toEqual([KINDS, KINDS]);
  });

  it.each(KINDS)('of %s are the same with Objects and without, and their Compositions differ in who composes', (kind) => {
    expect(definition('direct', kind)).toEqual(definition('namespaced', kind));
    const [direct = {}, namespaced = {}] = ['direct', 'namespaced'].map(
      (configuration) => readDocuments(`package/${configuration}/apis/${kind}/composition.yaml`)[0] ?? {},
    );
    const { compose, ...input } = objectAt(listAt(direct, 'spec', 'pipeline')[0], 'input');
    expect(compose).toBe(['agentrun', 'skillpack'].includes(kind) ? 'Resources' : undefined);
    expect(input).toEqual(objectAt(listAt(namespaced, 'spec', 'pipeline')[0], 'input'));
    expect(textAt(direct, 'metadata', 'name')).toBe(textAt(namespaced, 'metadata', 'name'));
  });

  it.each(KINDS)('of %s have the same schema, enforced Composition and names for users', (kind) => {
    const { claimNames, names, scope: own, defaultCompositeDeletePolicy: _, ...claims } = definition('claims', kind).spec;
    const { scope, ...namespaced } = definition('namespaced', kind).spec;
    expect(namespaced).toEqual({ ...claims, names: claimNames ?? names });
    expect(scope).toBe(own ?? (claimNames === undefined ? 'Cluster' : 'Namespaced'));
  });

  it.each(KINDS)('of %s are of the two versions of the API', (kind) => {
    // Nothing is composed for the whole cluster of these, so that they need no claims.
    const version = ['agentrunapproval', 'agentschedule'].includes(kind) ? 'v2' : 'v1';
    expect(definition('claims', kind).apiVersion).toBe(`apiextensions.crossplane.io/${version}`);
    expect(definition('namespaced', kind)).toMatchObject({
      apiVersion: 'apiextensions.crossplane.io/v2',
      name: definition('claims', kind).name?.replace(/^x/, ''),
    });
  });

  it('cannot be installed together, because both own the definition of SkillPack', () => {
    expect(definition('namespaced', 'skillpack').name).toBe(definition('claims', 'skillpack').name);
  });
});

describe('a run', () => {
  const play = (variant: string, folder: string): Rendered =>
    render(
      loadOne({
        paths: [
          projectPath(`examples/${folder}/xr.yaml`),
          projectPath(`package/${variant}/apis/agentrun/composition.yaml`),
          projectPath('examples/functions.yaml'),
        ],
        required: [projectPath('examples/packs'), projectPath(`examples/${folder}/required.yaml`)],
      }),
      new Date('2026-01-01T12:00:00Z'),
    );
  /** With one id for both, and without the digests of what holds it. */
  const parts = ({ composite, composed }: Rendered) => {
    const id = textAt(composite, 'status', 'runId') ?? '';
    const text = JSON.stringify([objectAt(composite, 'status'), composed]).replaceAll(id, 'ID');
    return JSON.parse(text.replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256')) as [JsonObject, JsonObject[]];
  };

  it('is made of the same objects, whatever stands for them', () => {
    const [claims, namespaced] = [play('claims', 'k8s-ops'), play('namespaced', 'namespaced-run')].map(parts);
    const [status, objects] = claims ?? [{}, []];
    const expected = objects.map((object) => ({
      ...object,
      apiVersion: 'kubernetes.m.crossplane.io/v1alpha1',
      metadata: { ...objectAt(object, 'metadata'), namespace: 'team-a' },
      spec: { ...objectAt(object, 'spec'), providerConfigRef: { kind: 'ClusterProviderConfig', name: 'default' } },
    }));
    expect(expected.length).toBe(7);
    expect(namespaced).toEqual([status, expected]);
  });
});

describe('a SkillPack', () => {
  const objectOf = (objectScope: string) => {
    const input = { apiVersion: 'skillpack.fn.crossplane.io/v1beta1', kind: 'Settings', systemNamespace: 'skills', objectScope };
    return respondComposed({ composite: packXr('tools'), input }).resources.get('skillpack-configmap')?.resource;
  };

  it.each([
    ['Cluster', 'kubernetes.crossplane.io/v1alpha2', undefined, { name: 'default' }],
    ['Namespaced', 'kubernetes.m.crossplane.io/v1alpha1', 'skills', { kind: 'ClusterProviderConfig', name: 'default' }],
  ])('is an Object of the scope its Composition says: %s', (scope, apiVersion, namespace, providerConfigRef) => {
    const object = objectOf(scope);
    expect([object?.['apiVersion'], textAt(object, 'metadata', 'namespace')]).toEqual([apiVersion, namespace]);
    expect(valueAt(object, 'spec', 'providerConfigRef')).toEqual(providerConfigRef);
  });

  it('is found by what refers to it in either', () => {
    const composite = instanceXr({ skills: uses('tools') });
    expect(respondComposed({ composite, cluster: [packXr('tools')] }).status.phase).toBe('Ready');
  });
});
