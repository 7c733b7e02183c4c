/** Runs that cannot be and runs that wait: nothing is composed, and the cause is named. */
import { describe, expect, it } from 'vitest';
import { CLAIMS } from '../../src/api/kinds.ts';
import { type JsonObject, objectAt } from '../../src/kube/json.ts';
import { plain, RUN_ID, task } from '../support/packs.ts';
import { anonymous, instanceXr, packXr, policyXr, respondComposed, runXr, uses, type World } from '../support/request.ts';
import { VARIANT } from '../support/variant.ts';

describe('a run that cannot be', () => {
  const collides = packXr('collides', { sidecar: { image: 'c', env: [{ name: 'SKILL_A', value: '1' }] } });
  const twin = packXr('twin', { skills: [{ name: 'words', content: 'x' }] });
  const silent = packXr('silent', { sidecar: { image: 's', requiresServer: true } });
  const rival = packXr('rival', { sidecar: { image: 'r', requiresServer: true, ports: [{ name: 'web', containerPort: 8080 }] } });
  const big = (name: string) => packXr(name, { skills: [{ name, content: 'x'.repeat(300 * 1024) }] });
  const loud = (name: string) =>
    packXr(name, {
      sidecar: { image: 'l', env: Array.from({ length: 64 }, (_, index) => ({ name: `V${index}`, value: 'x'.repeat(8000) })) },
    });
  const host = packXr('host', { sidecar: { image: 'h', hostAccess: { enabled: true, hostNetwork: true } } });
  const wild = packXr('wild', {
    sidecar: { image: 'w', rbac: [{ apiGroups: [''], resources: ['pods', '*/scale'], verbs: ['*'] }] },
  });

  const cases: [string, World, string, string][] = [
    [
      'does not tell its namespace',
      { composite: anonymous(runXr()) },
      'InvalidSpec',
      `${VARIANT.noIdentity.path}: ${VARIANT.noIdentity.rule}, found nothing`,
    ],
    [
      'has a field that stands one level too high',
      { composite: { ...runXr(), timeout: '5m' } },
      'InvalidSpec',
      'timeout: must not be set; what people write stands below spec, found an unknown field',
    ],
    ['has no task', task({ task: null }), 'InvalidSpec', 'spec.task: must be set in task mode, found nothing'],
    [
      'is a server without a serving pack',
      task({ mode: 'server', skills: uses('plain') }),
      'InvalidSpec',
      'spec.skills: must select a pack with sidecar.requiresServer in server mode, found no such pack',
    ],
    [
      'is a server without ports',
      task({ skills: uses('silent') }, silent),
      'InvalidSpec',
      'SkillPack/silent spec.sidecar.ports: must list a port in server mode, found none',
    ],
    [
      'has two packs on one port',
      task({ skills: uses('web', 'rival') }, rival),
      'InvalidSpec',
      'SkillPack/rival spec.sidecar.ports: must not be a port of SkillPack web: both run in one Pod, found 8080',
    ],
    [
      'has two skills of one name',
      task({ skills: uses('words', 'twin') }, twin),
      'InvalidSpec',
      'SkillPack words and SkillPack twin both have it, found skill "words" twice',
    ],
    [
      'has two params that meet',
      task({ skills: [{ skillPackRef: 'plain', params: { 'a-b': '1', A_B: '2' } }] }),
      'InvalidSpec',
      'spec.skills[0].params.a-b: must not become the same environment variable as param A_B, found SKILL_A_B',
    ],
    [
      'has a param that hits a variable of the pack',
      task({ skills: [{ skillPackRef: 'collides', params: { a: '1' } }] }, collides),
      'InvalidSpec',
      'spec.skills[0].params.a: must not be a variable that SkillPack collides sets itself, found SKILL_A',
    ],
    [
      'has over 512 KiB of skills',
      task({ skills: uses('big-1', 'big-2') }, big('big-1'), big('big-2')),
      'InvalidSpec',
      'spec.skills: must together have at most 512 KiB as JSON; the largest are big-1.md with 301 KiB, big-2.md with 301 KiB, found 601 KiB',
    ],
    [
      'has a skill whose folder is in the place of ConfigMaps',
      task(
        { skills: [...uses('maps'), { configMapRef: 'rules' }] },
        packXr('maps', { skills: [{ name: 'configmaps', description: 'd', content: 'c' }] }),
      ),
      'InvalidSpec',
      'spec.skills: must not have a configMapRef beside SkillPack maps, whose skill configmaps has the folder for it, found skill "configmaps"',
    ],
    [
      'has params of its instance that meet',
      {
        composite: runXr(),
        cluster: [instanceXr({ skills: [{ skillPackRef: 'plain', params: { a: '1', A: '2' } }] }), plain],
      },
      'InvalidSpec',
      'SympoziumInstance/sre spec.skills[0].params.a: must not become the same environment variable as param A, found SKILL_A',
    ],
    [
      'would make a Job too large for the API server',
      task({ skills: uses('loud-1', 'loud-2') }, loud('loud-1'), loud('loud-2')),
      'InvalidSpec',
      'spec: must make a Job of at most 640 KiB: shorten env, params and commands, have fewer files in skills, or select fewer packs, found 1',
    ],
    [
      'asks for the node',
      task({ skills: uses('host') }, host),
      'PolicyDenied',
      'SkillPack/host spec.sidecar.hostAccess.hostNetwork: true is refused by host-access',
    ],
    [
      'asks for a wildcard verb',
      task({ skills: uses('wild') }, wild),
      'PolicyDenied',
      'SkillPack/wild spec.sidecar.rbac[0].verbs: "*" is refused by wildcard-rights',
    ],
    [
      'asks for a wildcard resource',
      task({ skills: uses('wild') }, wild),
      'PolicyDenied',
      'SkillPack/wild spec.sidecar.rbac[0].resources: "*/scale" is refused by wildcard-rights',
    ],
  ];

  it.each(cases)('%s: fails, says why, and composes nothing', (_, world, reason, message) => {
    const { status, resources, conditions } = respondComposed(world);
    expect(status).toMatchObject({
      phase: 'Failed',
      reason,
      message: expect.stringContaining(message),
      completionTime: '2026-01-01T12:00:00Z',
    });
    expect(resources.size).toBe(0);
    expect(conditions.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'Admitted=False',
      'Prepared=False',
      'RightsHeld=False',
      'Succeeded=False',
      'Finished=True',
      'Reconciling=False',
      'Stalled=True',
    ]);
  });
});

describe('a run that waits', () => {
  const badPack = packXr('bad', { skills: [] });
  const badPolicy = policyXr({ nonsense: 1 });

  const cases: [string, World, string, string][] = [
    [
      'an instance that does not exist',
      { composite: runXr() },
      'InstanceNotFound',
      'SympoziumInstance sre does not exist in namespace team-a',
    ],
    [
      'an instance in another namespace',
      { composite: runXr(), cluster: [instanceXr({}, { namespace: 'team-b' })] },
      'InstanceNotFound',
      'SympoziumInstance sre does not exist in namespace team-a',
    ],
    [
      'an invalid instance',
      { composite: runXr(), cluster: [instanceXr({ timeout: 'soon' })] },
      'InstanceInvalid',
      'SympoziumInstance sre is invalid: spec.timeout: must be a duration',
    ],
    ['a missing pack', task({ skills: uses('gone') }), 'SkillPackNotFound', 'SkillPack gone does not exist'],
    [
      'an invalid pack',
      task({ skills: uses('bad') }, badPack),
      'SkillPackInvalid',
      'SkillPack bad is invalid: spec.skills: must not be empty',
    ],
    [
      'an unreadable policy',
      task({}, badPolicy),
      'PolicyInvalid',
      'SympoziumPolicy default is invalid: spec.nonsense: must not be set',
    ],
    [
      'any policy, where one is required',
      { ...task(), options: { requirePolicy: true } },
      'PolicyNotFound',
      'No SympoziumPolicy exists',
    ],
  ];

  it.each(cases)('for %s says so and composes nothing', (_, world, reason, message) => {
    const { status, resources, conditions, ttlSeconds } = respondComposed(world);
    expect(status).toEqual({ phase: 'Pending', reason, message: expect.stringContaining(message), runId: RUN_ID });
    expect(resources.size).toBe(0);
    expect(ttlSeconds).toBe(10);
    expect(conditions.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'Admitted=Unknown',
      'Prepared=False',
      'RightsHeld=False',
      'Succeeded=Unknown',
      'Finished=False',
      'Reconciling=True',
    ]);
  });

  it('for several things names them all', () => {
    expect(respondComposed({ composite: runXr({ skills: uses('a', 'b') }) }).status.message).toMatch(
      /sre does not exist.*; SkillPack a does not exist.*; SkillPack b does not/,
    );
  });

  it('goes on when a policy that is required exists', () => {
    const world = task({}, policyXr());
    const input = { apiVersion: 'skillpack.fn.crossplane.io/v1beta1', kind: 'Settings', requirePolicy: true };
    expect(respondComposed({ ...world, input }).status.phase).toBe('Preparing');
  });
});

describe.runIf(VARIANT === CLAIMS)('the instance behind a claim', () => {
  const twice = [instanceXr(), { ...instanceXr(), metadata: { ...objectAt(instanceXr(), 'metadata'), name: 'sre-2' } }];
  const forged = { ...instanceXr(), spec: { claimRef: { namespace: 'team-b', name: 'sre' } } };
  const stateWith = (cluster: JsonObject[]) => {
    const { phase, message } = respondComposed({ composite: runXr(), cluster }).status;
    return [phase, message];
  };

  it('is not one whose labels lie', () => {
    const missing = expect.stringContaining('SympoziumInstance sre does not exist in namespace team-a');
    expect(stateWith([forged])).toEqual(['Pending', missing]);
    expect(stateWith([forged, instanceXr()])[0]).toBe('Preparing');
  });

  it('is one only', () => {
    expect(stateWith(twice)).toEqual(['Pending', 'There are 2 of SympoziumInstance sre: ask the platform team']);
  });
});
