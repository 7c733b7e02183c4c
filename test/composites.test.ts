/** SkillPack, SympoziumInstance and SympoziumPolicy as composites of their own. */
import { describe, expect, it } from 'vitest';
import type { SkillPackStatus } from '../src/api/generated/types.ts';
import { compose } from '../src/function.ts';
import type { JsonObject } from '../src/kube/json.ts';
import { anonymous, instanceXr, manifestOf, NOW, packXr, policyXr, respondComposed, uses } from './support/request.ts';
import { BY_OBJECTS } from './support/variant.ts';

const withStatus = (composite: JsonObject, status: object): JsonObject => ({ ...composite, status: status as JsonObject });

describe('a SkillPack', () => {
  const skills = [
    { name: 'a', description: 'When', content: 'How\n' },
    { name: 'b', content: '---\nnot: frontmatter' },
  ];
  const pack = packXr('k8s-ops', { skills });
  const first = respondComposed({ composite: pack });
  const observed = (...conditions: JsonObject[]): Map<string, JsonObject> =>
    new Map([['skillpack-configmap', { ...first.resources.get('skillpack-configmap')?.resource, status: { conditions } }]]);

  it('becomes a ConfigMap in the system namespace, a file for each skill', () => {
    expect(manifestOf(first, 'skillpack-configmap')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'skillpack-k8s-ops',
        namespace: 'sympozium-system',
        labels: { 'app.kubernetes.io/managed-by': 'function-skillpack', 'sympozium.ai/skillpack': 'k8s-ops' },
      },
      data: { 'a.md': '# a\n\n> When\n\nHow\n', 'b.md': '# b\n\n---\nnot: frontmatter' },
    });
  });

  it('goes to the namespace the input names', () => {
    const input = { apiVersion: 'skillpack.fn.crossplane.io/v1beta1', kind: 'Settings', systemNamespace: 'platform' };
    expect(manifestOf(respondComposed({ composite: pack, input }), 'skillpack-configmap')).toMatchObject({
      metadata: { namespace: 'platform' },
    });
  });

  const SKILLS = {
    skillCount: 2,
    skills: [
      { name: 'a', files: 1, bytes: 38, digest: 'sha256:0b6fe510bd8c3e1cb10a51cc658567b20b0c1b99429e312362898f722436253e' },
      { name: 'b', files: 1, bytes: 25, digest: 'sha256:c4b48ebf1c091ac8bb4e8924b271354fe6f6b0a0769da52dfa60072c4fa82d04' },
    ],
    findings: [
      {
        rule: 'no-skill-folder',
        path: 'SkillPack/k8s-ops spec.skills[1].description',
        message:
          'without one there is no SKILL.md, so agents that look for folders do not find b; say what the skill does and when to use it; agents that read the files in /skills find it all the same',
      },
    ],
  };

  it('is Pending until its ConfigMap is there, then Ready', () => {
    expect(first.status).toEqual({
      phase: 'Pending',
      message: 'ConfigMap skillpack-k8s-ops is being created',
      configMapName: 'skillpack-k8s-ops',
      ...SKILLS,
    });
    const ready = respondComposed({
      composite: pack,
      observed: observed({ type: 'Synced', status: 'True' }, { type: 'Ready', status: 'True' }),
    });
    expect([ready.status, ready.ready, ready.resources.get('skillpack-configmap')?.ready]).toEqual([
      {
        phase: 'Ready',
        message: 'ConfigMap skillpack-k8s-ops holds the skills',
        configMapName: 'skillpack-k8s-ops',
        ...SKILLS,
      },
      true,
      true,
    ]);
  });

  it.runIf(BY_OBJECTS)("tells the provider's own error", () => {
    const failed = respondComposed({
      composite: pack,
      observed: observed({ type: 'Synced', status: 'False', message: 'namespaces "x" not found' }),
    });
    expect(failed.status).toMatchObject({
      phase: 'Pending',
      message: 'ConfigMap skillpack-k8s-ops cannot be created: namespaces "x" not found',
    });
  });

  it('keeps its ConfigMap as it is while it is invalid', () => {
    const exists = observed({ type: 'Synced', status: 'True' });
    const edited = withStatus(packXr('k8s-ops', { skills: [] }), first.status);
    const invalid = respondComposed({ composite: edited, observed: exists });
    expect(invalid.status).toEqual({
      phase: 'Invalid',
      message: 'spec.skills: must not be empty, found nothing',
      configMapName: 'skillpack-k8s-ops',
      skillCount: 2,
    });
    expect(invalid.resources.get('skillpack-configmap')?.resource).toEqual(first.resources.get('skillpack-configmap')?.resource);
    expect(invalid.conditions).toEqual([
      { type: 'Valid', status: 'False', reason: 'InvalidSpec', message: invalid.status.message },
    ]);
  });

  it('tells which policy would refuse it, and why', () => {
    const composite = packXr('wide', {
      sidecar: { image: 'evil.example.org/a:1', clusterRBAC: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] },
    });
    const find = (...cluster: JsonObject[]) =>
      ((respondComposed({ composite, cluster }).status as SkillPackStatus).findings ?? []).map(
        ({ policy, rule, path }) => `${policy}: ${rule} ${path}`,
      );
    const secrets = 'secrets SkillPack/wide spec.sidecar.clusterRBAC[0]';
    expect(find()).toEqual([`built-in: ${secrets}`]);
    const allow = [{ scope: 'Cluster', apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
    expect(find(policyXr({ rights: { allow } }), policyXr({ images: { registries: ['ghcr.io'] } }, 'ns.team-a'))).toEqual([
      'ns.team-a: image-registry SkillPack/wide spec.sidecar.image',
    ]);
    expect(find(policyXr({ nonsense: 1 }))).toEqual([`built-in: ${secrets}`]);
  });

  it('is Refused when every policy refuses something of it, and not when one permits all', () => {
    const sidecar = { image: 's', rbac: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }] };
    const composite = packXr('k8s-ops', { skills, sidecar });
    const exists = observed({ type: 'Synced', status: 'True' }, { type: 'Ready', status: 'True' });
    const play = (...cluster: JsonObject[]) => respondComposed({ composite, cluster, observed: exists });
    const refused = play();
    expect([refused.status, refused.ready, refused.resources.size]).toMatchObject([
      {
        phase: 'Refused',
        message:
          'ConfigMap skillpack-k8s-ops holds the skills, and every policy refuses what its sidecar asks for: see status.findings',
        skillCount: 2,
      },
      false,
      1,
    ]);
    expect(refused.conditions).toEqual([{ type: 'Valid', status: 'True', reason: 'Refused', message: refused.status.message }]);
    const allow = [{ scope: 'Namespace', apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }];
    const permitting = policyXr({ rights: { allow } }, 'ns.team-a');
    expect(play(permitting).status.phase).toBe('Ready');
    expect(play(permitting).status).toHaveProperty('findings');
  });

  it('composes nothing while it was never valid', () => {
    expect(respondComposed({ composite: packXr('a', { skills: [] }) }).resources.size).toBe(0);
  });
});

describe('a SympoziumInstance', () => {
  it('is Ready with the versions of its packs when all exist', () => {
    const { status, ready, resources } = respondComposed({
      composite: instanceXr({ skills: [...uses('a', 'b'), { configMapRef: 'rules' }] }),
      cluster: [packXr('a', { version: '1.0.0' }), packXr('b')],
    });
    expect([status, ready, resources.size]).toEqual([
      { phase: 'Ready', message: 'Every reference was found', skills: [{ pack: 'a', version: '1.0.0' }, { pack: 'b' }] },
      true,
      0,
    ]);
  });

  it('is Refused when a pack of it says that every policy refuses it', () => {
    const { status, ready } = respondComposed({
      composite: instanceXr({ skills: uses('a', 'b') }),
      cluster: [packXr('a'), withStatus(packXr('b'), { phase: 'Refused' })],
    });
    expect([status, ready]).toEqual([
      {
        phase: 'Refused',
        message: 'Every policy refuses SkillPack b: ask the platform team, or select other packs',
        skills: [{ pack: 'a' }, { pack: 'b' }],
      },
      false,
    ]);
  });

  it('waits for a pack and names it', () => {
    const { status, ready } = respondComposed({ composite: instanceXr({ skills: uses('b', 'a') }), cluster: [] });
    expect([status, ready]).toEqual([
      {
        phase: 'Waiting',
        message:
          'SkillPack b does not exist: ask the platform team, or correct spec.skills; SkillPack a does not exist: ask the platform team, or correct spec.skills',
        skills: [],
      },
      false,
    ]);
  });

  it('waits for a pack that is invalid, as its runs would', () => {
    const { status } = respondComposed({ composite: instanceXr({ skills: uses('a') }), cluster: [packXr('a', { skills: [] })] });
    expect(status).toMatchObject({ phase: 'Waiting', message: expect.stringMatching(/^SkillPack a is invalid: spec.skills: /) });
  });

  it('waits without an event while Crossplane has still to fetch a pack', () => {
    const request = {
      composite: instanceXr({ skills: uses('a') }),
      observed: new Map(),
      required: new Map(),
      input: undefined,
      now: NOW,
    };
    expect(compose(request, { ttlSeconds: 60, requirePolicy: false })).toMatchObject({
      status: { phase: 'Waiting', message: 'Waiting for Crossplane to fetch SkillPack a' },
      results: [],
    });
  });

  it('is Invalid without a namespace, and asks for nothing', () => {
    const { status, requirements } = respondComposed({ composite: anonymous(instanceXr({ skills: uses('a') })) });
    expect([status.phase, requirements]).toEqual(['Invalid', {}]);
  });
});

describe('a SympoziumPolicy', () => {
  it('is Active when it can be read', () => {
    expect(respondComposed({ composite: policyXr({ defaults: { timeout: '1h' } }) }).status).toEqual({
      phase: 'Active',
      message: 'In force',
    });
  });

  it('is Invalid under a name that is never looked up', () => {
    expect(respondComposed({ composite: policyXr({}, 'strict') }).status).toEqual({
      phase: 'Invalid',
      message: 'metadata.name: must be default or ns.<namespace>, found "strict"',
    });
  });

  it('tells of a change once', () => {
    const composite = policyXr();
    const { status, results } = respondComposed({ composite });
    expect(results).toEqual([{ severity: 'Normal', reason: 'Active', message: 'In force' }]);
    expect(respondComposed({ composite: withStatus(composite, status) }).results).toEqual([]);
  });
});
