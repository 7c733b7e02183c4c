/** The table of Kubernetes' own resources: complete, known, and what is said about packs of any size. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/api/settings.ts';
import { parseSkillPack } from '../../src/api/skillpack.ts';
import { lintPack } from '../../src/cli/check/pack.ts';
import { composeSkillPack } from '../../src/composites/skillpack.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { judgePack } from '../../src/policy/guardrails.ts';
import { BUILT_IN } from '../../src/policy/rights/builtin.ts';
import { NOW, packXr, policyXr } from '../support/request.ts';
import served from './kubernetes-1.37.json' with { type: 'json' };

/** What no discovery lists: the API of a node, what certificates are signed for, and what is off by default. */
const NOT_SERVED = [
  ...['checkpoint', 'configz', 'healthz', 'log', 'metrics', 'pods', 'spec', 'stats'].map((name) => `/nodes/${name}`),
  'certificates.k8s.io/signers',
  'coordination.k8s.io/leasecandidates',
  'internal.apiserver.k8s.io/storageversions',
  'internal.apiserver.k8s.io/storageversions/status',
];

const namesOf = (groups: object): string[] =>
  Object.entries(groups).flatMap(([group, resources]) => Object.keys(resources as object).map((name) => `${group}/${name}`));

describe('the table of built-in resources', () => {
  it('has a row for each resource of a Kubernetes 1.37, and for no other', () => {
    expect(namesOf(BUILT_IN).sort()).toEqual([...namesOf(served), ...NOT_SERVED].sort());
  });
});

describe('rules that match nothing', () => {
  const inert = (right: object): string[] => {
    const pack = packXr('p', { sidecar: { image: 'i', rbac: [right as JsonObject] } });
    const found = lintPack(pack, new Map()).filter(({ rule }) => rule === 'matches-nothing');
    return found.map(({ path, message, fix }) => `${path.replace('SkillPack/p spec.sidecar.', '')} ${message}: ${fix}`);
  };
  const right = (apiGroups: string[], resources: string[], verbs = ['get']) => ({ apiGroups, resources, verbs });
  it.each<[string, object, string[]]>([
    [
      'a version',
      right(['apps/v1'], ['deployments']),
      ['rbac[0].apiGroups[0] "apps/v1" matches nothing: a rule names the group without its version: "apps"'],
    ],
    ['core', right(['core'], ['pods']), ['rbac[0].apiGroups[0] "core" matches nothing: the core group is the empty text ""']],
    ['a singular', right([''], ['pod']), ['rbac[0].resources[0] "pod" matches nothing: resources are plural: pods']],
    [
      'a kind',
      right([''], ['Pod']),
      ['rbac[0].resources[0] "Pod" matches nothing: resources are plural and lower case, as kubectl api-resources prints them'],
    ],
    [
      'another group',
      right([''], ['deployments']),
      ['rbac[0].resources[0] "deployments" matches nothing: it is a resource of "apps"'],
    ],
    [
      'two in one',
      right([''], ['pods, services']),
      ['rbac[0].resources[0] "pods, services" matches nothing: Kubernetes 1.37 has no such resource in these groups'],
    ],
    ['capitals', right([''], ['pods'], ['GET']), ['rbac[0].verbs[0] "GET" matches nothing: verbs are lower case: get']],
    ['a product that has them all', right(['', 'apps'], ['pods', 'deployments']), []],
    ['a group of others', right(['', 'example.org'], ['widgets']), []],
  ])('%s', (_, given, found) => {
    expect(inert(given)).toEqual(found);
  });
});

describe('a pack as large as its schema permits', () => {
  const seq = (count: number, name: string): string[] => Array.from({ length: count }, (_, index) => `${name}${index}`);
  const packOf = (count: number, apiGroups: string[], resources: string[], verbs: string[]): JsonObject => {
    const rules = Array(count).fill({ apiGroups, resources, verbs });
    return packXr('p', { sidecar: { image: 'i', rbac: rules, clusterRBAC: rules } });
  };
  const VERBS = ['create', 'update', 'patch', 'delete', ...seq(28, 'v')];

  const cpuOf = (work: () => void): number => {
    const tries = seq(5, '').map(() => {
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      return user + system;
    });
    return Math.min(...tries);
  };
  const judge = (pack: JsonObject, times = 1) => {
    const parsed = parseSkillPack(pack);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    return () => {
      for (let time = 0; time < times; time += 1) judgePack({ name: 'p', ...parsed.value }, {});
    };
  };

  it('is judged by its lists: four times as many groups, resources and verbs are no product of them', () => {
    const small = judge(packOf(32, seq(8, 'g'), seq(16, 'r'), VERBS.slice(0, 8)), 8);
    const large = judge(packOf(32, seq(32, 'g'), seq(64, 'r'), VERBS), 8);
    cpuOf(large);
    // The product grows 64 times. What disturbs one attempt on a busy machine does not disturb all.
    let growth = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 10 && growth >= 16; attempt += 1) growth = Math.min(growth, cpuOf(large) / cpuOf(small));
    expect(growth).toBeLessThan(16);
  });

  it('has findings that a status can hold, however long its names are', () => {
    const groups = seq(32, 'x'.repeat(200)).map((group) => `${group}.crossplane.io`);
    const policies = seq(3, 'ns.t').map((name) => policyXr({}, name));
    const request = {
      composite: packOf(16, groups, seq(64, 'y'.repeat(240)), ['create']),
      observed: new Map(),
      required: new Map([['policies', policies]]),
      input: undefined,
      now: NOW,
    };
    const { status } = composeSkillPack(request, DEFAULT_SETTINGS, 60);
    expect('findings' in status && status.findings?.length).toBe(32);
    expect(JSON.stringify(status).length).toBeLessThan(100 * 1024);
  });
});
