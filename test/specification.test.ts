/**
 * Crossplane's function specification, clause by clause:
 * https://github.com/crossplane/crossplane/blob/main/contributing/specifications/functions.md
 */
import { Ready, type RunFunctionResponse, Severity, Target } from '@crossplane-org/function-sdk-typescript';
import { describe, expect, it } from 'vitest';
import { CLAIMS } from '../src/api/kinds.ts';
import { type JsonObject, objectAt, textAt } from '../src/kube/json.ts';
import { createRunFunction } from '../src/server/handler.ts';
import { parseServeOptions } from '../src/server/options.ts';
import { desiredOf } from './support/carried.ts';
import { callWith, type PartialRequest, requestOf } from './support/client.ts';
import { readDocuments } from './support/project.ts';
import { instanceXr, NOW, packXr, policyXr, runXr, uses } from './support/request.ts';
import { VARIANT } from './support/variant.ts';

const runFunction = createRunFunction({ ttlSeconds: 60, requirePolicy: false }, () => NOW);

const call = (composite: JsonObject, rest: PartialRequest = {}): RunFunctionResponse =>
  callWith(runFunction, {
    meta: { tag: 'tag' },
    observed: { composite: { resource: composite }, resources: {} },
    ...rest,
  });

const items = (...resources: JsonObject[]) => ({ items: resources.map((resource) => ({ resource })) });
const WORLD = {
  requiredResources: {
    instance: items(instanceXr()),
    'policy/default': items(),
    'policy/ns.team-a': items(),
    policies: items(),
    held: items(),
    'skillpack/k8s-ops': items(
      packXr('k8s-ops', { sidecar: { image: 'i', rbac: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] } }),
    ),
  },
};
const RUN = runXr({ skills: uses('k8s-ops') });
const COMPOSITES: [string, JsonObject][] = [
  ['SkillPack', packXr('a')],
  [VARIANT.sympoziumInstance, instanceXr()],
  [VARIANT.agentRun, RUN],
  ['SympoziumPolicy', policyXr()],
];

describe('a Function MUST copy the tag', () => {
  it.each(COMPOSITES)('of a %s', (_, composite) => {
    expect(call(composite, { ...WORLD, meta: { tag: 'a tag, whatever it holds' } }).meta?.tag).toBe('a tag, whatever it holds');
  });
  it('also with a fatal result', () => {
    expect(call({ kind: 'Other' }).meta?.tag).toBe('tag');
  });
});

describe('a Function SHOULD specify the ttl', () => {
  it.each(COMPOSITES)('of a %s, in whole seconds above 0', (_, composite) => {
    const ttl = call(composite, WORLD).meta?.ttl;
    expect(ttl?.nanos).toBe(0);
    expect(ttl?.seconds).toBeGreaterThanOrEqual(1);
  });
});

describe('a Function MUST pass through desired state it has no opinion on', () => {
  const others = {
    bucket: { resource: { apiVersion: 'v1', kind: 'Bucket', spec: { a: [{ b: 1 }, { b: 1 }] } }, ready: Ready.READY_TRUE },
  };
  const desired = {
    composite: { resource: { status: { theirs: 'kept' } }, connectionDetails: { key: Buffer.from([1, 2, 3]) } },
    resources: others,
  };

  it.each(COMPOSITES)("keeps other steps' resources of a %s, readiness included", (_, composite) => {
    const rsp = call(composite, { ...WORLD, desired });
    expect(rsp.desired?.resources['bucket']).toEqual({ ...others.bucket, connectionDetails: {} });
    expect(rsp.desired?.composite?.resource).toMatchObject({ status: { theirs: 'kept' } });
    expect(rsp.desired?.composite?.connectionDetails).toEqual(desired.composite.connectionDetails);
  });

  it('keeps the context of the pipeline', () => {
    expect(call(RUN, { ...WORLD, context: { theirs: { a: 1 } } }).context).toEqual({ theirs: { a: 1 } });
  });

  it('keeps all of it with a fatal result', () => {
    const request = { observed: { composite: { resource: { kind: 'Other' } } }, desired };
    expect(callWith(runFunction, request).desired).toEqual(requestOf(request).desired);
  });
});

describe('a Function SHOULD avoid conflicting with existing desired resources', () => {
  it('is fatal when another step desires a resource of our name', () => {
    const rsp = call(packXr('a'), { desired: { resources: { 'skillpack-configmap': { resource: { kind: 'Other' } } } } });
    expect(rsp.results).toEqual([
      {
        severity: Severity.SEVERITY_FATAL,
        target: Target.TARGET_COMPOSITE,
        message:
          'cannot compose: an earlier step of the pipeline already desires the resource "skillpack-configmap"; rename it there',
      },
    ]);
  });
});

describe('a Function MUST NOT specify desired spec or metadata of the composite', () => {
  it.each(COMPOSITES)('writes only the status of a %s', (_, composite) => {
    expect(Object.keys(call(composite, WORLD).desired?.composite?.resource ?? {})).toEqual(['status']);
  });
});

describe('the status is complete in every response', () => {
  it('carries phase, reason and message of a run whatever happens', () => {
    const waiting = call(RUN).desired?.composite?.resource as { status: JsonObject };
    expect(Object.keys(waiting.status)).toEqual(['phase', 'reason', 'message', 'runId']);
    const preparing = call(RUN, WORLD).desired?.composite?.resource as { status: JsonObject };
    expect(Object.keys(preparing.status)).toEqual(['phase', 'reason', 'message', 'runId', 'mode', 'skills', 'rights']);
  });

  it('carries every condition of a run, and none of Crossplane', () => {
    for (const rsp of [call(RUN), call(RUN, WORLD), call(runXr({ nonsense: true }))]) {
      expect(rsp.conditions.map(({ type }) => type).filter((type) => type !== 'Stalled')).toEqual([
        'Admitted',
        'Prepared',
        'RightsHeld',
        'Succeeded',
        'Finished',
        'Reconciling',
      ]);
    }
  });
});

describe('a Function MUST NOT specify status, and SHOULD NOT specify metadata.name, of composed resources', () => {
  const composed = [
    ...Object.values(call(RUN, WORLD).desired?.resources ?? {}),
    ...Object.values(call(packXr('a')).desired?.resources ?? {}),
  ];

  it('composes Objects with metadata, spec and nothing else', () => {
    expect(composed.length).toBe(6);
    for (const { resource } of composed) expect(Object.keys(resource ?? {})).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
  });

  it('leaves the name to Crossplane and sets the external name', () => {
    for (const { resource } of composed) {
      expect(resource?.['metadata']).not.toHaveProperty('name');
      const name = textAt(desiredOf(resource), 'metadata', 'name');
      expect(name).toBeDefined();
      expect(textAt(resource, 'metadata', 'annotations', 'crossplane.io/external-name')).toBe(name);
    }
  });

  it('states the readiness of each, and of the composite', () => {
    for (const { ready } of composed) expect(ready).toBe(Ready.READY_FALSE);
    expect(call(RUN, WORLD).desired?.composite?.ready).toBe(Ready.READY_FALSE);
    expect(call(policyXr()).desired?.composite?.ready).toBe(Ready.READY_TRUE);
  });
});

describe('a Function MUST only return a Fatal result to end the pipeline', () => {
  it("answers a user's faults without one", () => {
    for (const composite of [
      runXr({ nonsense: 1 }),
      packXr('a', { skills: 'none' }),
      instanceXr({ timeout: 1 }),
      policyXr({}, 'odd'),
    ]) {
      expect(call(composite, WORLD).results.map(({ severity }) => severity)).toEqual([Severity.SEVERITY_WARNING]);
    }
  });

  it('is fatal for a kind it does not know, naming those it knows', () => {
    expect(call({ apiVersion: 'example.org/v1', kind: 'XBucket' }).results.map(({ message }) => message)).toEqual([
      'cannot compose XBucket (example.org/v1): this function knows SkillPack, XSympoziumInstance, XAgentRun, SympoziumInstance, AgentRun, AgentRunApproval, AgentSchedule, SympoziumPolicy of sympozium.ai/v1alpha1',
    ]);
    expect(call({ apiVersion: 'sympozium.ai/v1alpha1', kind: 'constructor' }).results[0]?.severity).toBe(Severity.SEVERITY_FATAL);
  });

  it('is fatal for an input it cannot read, naming the field', () => {
    const input = {
      apiVersion: 'skillpack.fn.crossplane.io/v1beta1',
      kind: 'Settings',
      systemNamspace: 'x',
      ttl: { active: '0s' },
    };
    expect(call(packXr('a'), { input }).results.map(({ message }) => message)).toEqual([
      'cannot read the function input: input.systemNamspace: must not be set, found an unknown field; input.ttl.active: must be between 1s and 24h, found "0s"',
    ]);
  });

  it('turns a bug into one fatal result with a number and without its text', () => {
    const broken = createRunFunction({ ttlSeconds: 60, requirePolicy: false }, () => {
      throw new Error('secret inside');
    });
    const [result, ...others] = callWith(broken, {}).results;
    expect(others).toEqual([]);
    expect(result?.message).toMatch(
      /^internal error [0-9a-f-]{36}: this is a bug in function-skillpack; its log has the details under this number$/,
    );
  });
});

describe('a Function MUST NOT return a Warning or Normal result every time it is called', () => {
  it.each(COMPOSITES)('tells of a %s once', (_, composite) => {
    const first = call(composite, WORLD);
    expect(first.results).toHaveLength(1);
    expect(first.results[0]?.target).toBe(Target.TARGET_COMPOSITE_AND_CLAIM);
    const status = objectAt(first.desired?.composite?.resource, 'status');
    expect(call({ ...composite, status }, WORLD).results).toEqual([]);
  });
});

describe('a response that asks for more', () => {
  it('tells nothing: Crossplane asks again at once, and uses that answer', () => {
    const { policies, ...others } = WORLD.requiredResources;
    expect(call(packXr('a'), { requiredResources: others }).results).toEqual([]);
    expect(call(packXr('a'), { requiredResources: { ...others, policies } }).results).toHaveLength(1);
  });
});

describe('requirements', () => {
  it('only grow, and are stable in the third round', () => {
    const inherits = runXr();
    const asked = (rsp: RunFunctionResponse) => Object.keys(rsp.requirements?.resources ?? {});
    const first = asked(call(inherits));
    const requiredResources = { ...WORLD.requiredResources, instance: items(instanceXr({ skills: uses('k8s-ops') })) };
    const second = asked(
      call(inherits, { requiredResources: Object.fromEntries(first.map((key) => [key, requiredResources[key as 'instance']])) }),
    );
    const third = asked(call(inherits, { requiredResources }));
    expect(first.sort()).toEqual(['held', 'instance', 'policy/default', 'policy/ns.team-a']);
    expect(second.sort()).toEqual([...first, 'skillpack/k8s-ops']);
    expect(third.sort()).toEqual(second);
  });

  it('ask for the instance by the labels of its claim, or by its name', () => {
    const labels = { 'crossplane.io/claim-name': 'sre', 'crossplane.io/claim-namespace': 'team-a' };
    const match = VARIANT === CLAIMS ? { matchLabels: { labels } } : { matchName: 'sre', namespace: 'team-a' };
    const expected = { apiVersion: 'sympozium.ai/v1alpha1', kind: VARIANT.sympoziumInstance, ...match };
    expect(call(RUN).requirements?.resources['instance']).toEqual(expected);
  });
});

describe('configuration', () => {
  it('MUST support --debug, --insecure and --tls-certs-dir', () => {
    expect(parseServeOptions(['--debug', '--insecure'], {})).toMatchObject({ debug: true, tlsCertsDir: undefined });
    expect(parseServeOptions(['--tls-certs-dir', '/certs'], {})).toMatchObject({ debug: false, tlsCertsDir: '/certs' });
  });

  it('MUST read --tls-certs-dir from TLS_SERVER_CERTS_DIR', () => {
    expect(parseServeOptions([], { TLS_SERVER_CERTS_DIR: '/certs' }).tlsCertsDir).toBe('/certs');
  });

  it('MUST serve insecurely if both flags are given', () => {
    expect(parseServeOptions(['--insecure', '--tls-certs-dir', '/certs'], {}).tlsCertsDir).toBeUndefined();
  });

  it('MUST listen on 9443', () => {
    expect(parseServeOptions(['--insecure'], {}).address.port).toBe(9443);
  });

  it('MUST enable transport security unless --insecure is given', () => {
    expect(() => parseServeOptions([], {})).toThrow(/^no certificates/);
  });
});

describe('packaging', () => {
  it('MUST have a name beginning with function-, and the capability', () => {
    const [meta] = readDocuments('package/function/crossplane.yaml');
    expect(meta).toMatchObject({
      kind: 'Function',
      metadata: { name: 'function-skillpack' },
      spec: { capabilities: ['composition'] },
    });
  });
});
