import { describe, expect, it } from 'vitest';
import { parseAgentRun } from '../src/api/agentrun.ts';
import { parseAgentRunApproval } from '../src/api/agentrunapproval.ts';
import { parseAgentSchedule } from '../src/api/agentschedule.ts';
import type { Parsed } from '../src/api/fault.ts';
import { PATTERNS } from '../src/api/schema.ts';
import { parseSkillPack } from '../src/api/skillpack.ts';
import { parseSympoziumInstance } from '../src/api/sympoziuminstance.ts';
import { parseSympoziumPolicy } from '../src/api/sympoziumpolicy.ts';
import type { JsonObject } from '../src/kube/json.ts';
import { generate } from '../tools/generate.ts';
import { readDocuments, readText } from './support/project.ts';
import { apiServerErrors, KINDS, type Kind, type Schema, walkSchema, xrdSchema } from './support/schema.ts';

interface Case {
  name: string;
  metadata?: JsonObject;
  spec: JsonObject;
  faults: string[];
  schema?: 'silent';
}

const PARSERS: Record<Kind, (composite: JsonObject) => Parsed<unknown>> = {
  SkillPack: parseSkillPack,
  SympoziumInstance: parseSympoziumInstance,
  AgentRun: parseAgentRun,
  SympoziumPolicy: parseSympoziumPolicy,
  AgentRunApproval: parseAgentRunApproval,
  AgentSchedule: parseAgentSchedule,
};

function loadCases(kind: Kind): Case[] {
  const [cases] = readDocuments(`test/documents/${kind}.yaml`) as unknown as [Case[]];
  for (const item of cases) {
    const unknown = Object.keys(item).filter((key) => !['name', 'metadata', 'spec', 'faults', 'schema'].includes(key));
    if (unknown.length > 0 || !item.name || !Array.isArray(item.faults))
      throw new Error(`bad case in ${kind}.yaml: ${JSON.stringify(item)}`);
  }
  return cases;
}

const kinds = Object.keys(KINDS) as Kind[];

describe.each(kinds)('%s documents', (kind) => {
  const claims = ['AgentRun', 'SympoziumInstance'].includes(kind);
  const documentOf = ({ metadata = { name: 'good' }, spec }: Case): JsonObject => ({ metadata, spec });

  it.each(loadCases(kind))('$name', (item) => {
    const document = documentOf(item);
    const spec = { ...(claims && { claimRef: { namespace: 'team-a', name: 'run' } }), ...item.spec };
    const parsed = PARSERS[kind]({ ...document, spec });
    expect(parsed.ok ? [] : parsed.faults.map(({ path }) => path).sort()).toEqual([...item.faults].sort());
    if (item.schema !== 'silent') expect(apiServerErrors(kind, document).length > 0).toBe(item.faults.length > 0);
  });
});

describe('parsers', () => {
  it('fill in the defaults of the schema', () => {
    const parsed = parseSkillPack({
      metadata: { name: 'a' },
      spec: { skills: [{ name: 'a', content: 'x' }], sidecar: { image: 'i' } },
    });
    expect(parsed).toEqual({
      ok: true,
      value: {
        skills: [{ name: 'a', content: 'x' }],
        sidecar: { image: 'i', mountWorkspace: true, resources: { cpu: '100m', memory: '128Mi' }, requiresServer: false },
      },
    });
  });

  it('say what was found and what has to stand there, and never the value of a variable', () => {
    const spec = {
      claimRef: { namespace: 'n', name: 'r' },
      instanceRef: 'sre',
      mode: 'batch',
      env: [{ name: 'A', value: 12345 }],
    };
    expect(parseAgentRun({ metadata: { name: 'r' }, spec })).toEqual({
      ok: false,
      faults: [
        { path: 'spec.mode', found: '"batch"', rule: 'must be one of task, server' },
        { path: 'spec.env[0].value', found: 'a number', rule: 'must be text' },
      ],
    });
  });

  it('refuse skills that together take more than 512 KiB as JSON', () => {
    const skills = ['a', 'b'].map((name) => ({ name, content: '"'.repeat(140 * 1024) }));
    expect(parseSkillPack({ metadata: { name: 'p' }, spec: { skills } })).toEqual({
      ok: false,
      faults: [
        {
          path: 'spec.skills',
          found: '561 KiB',
          rule: 'must together have at most 512 KiB as JSON; the largest are a.md with 281 KiB, b.md with 281 KiB',
        },
      ],
    });
  });

  it('refuse so many files that no Pod could be told where they are', () => {
    const files = Array.from({ length: 128 }, (_, index) => ({ path: `${'d'.repeat(80)}/${index}`, content: '' }));
    const skills = Array.from({ length: 32 }, (_, index) => ({ name: `skill-${index}`, description: 'd', content: '', files }));
    const parsed = parseSkillPack({ metadata: { name: 'p' }, spec: { skills } });
    expect(parsed).toMatchObject({
      ok: false,
      faults: [{ path: 'spec.skills', found: expect.stringMatching(/^[5-7]\d\d KiB$/) }],
    });
  });

  it('say what became of a field of Sympozium, and of a field in its form', () => {
    const kinds: [JsonObject, (document: JsonObject) => Parsed<unknown>][] = [
      [
        {
          kind: 'XAgentRun',
          spec: {
            claimRef: { namespace: 'a', name: 'b' },
            instanceRef: 'a',
            agentRef: 'sre',
            task: { mode: 'x' },
            env: { A: 'b' },
            other: 1,
          },
        },
        parseAgentRun,
      ],
      [
        { kind: 'XSympoziumInstance', spec: { claimRef: { namespace: 'a', name: 'b' }, policyRef: 'strict' } },
        parseSympoziumInstance,
      ],
      [{ kind: 'SympoziumPolicy', metadata: { name: 'default' }, spec: { imagePolicy: {} } }, parseSympoziumPolicy],
      [
        {
          kind: 'SkillPack',
          metadata: { name: 'p' },
          spec: {
            skills: [{ name: 'a', content: 'x' }],
            sidecar: { image: 'i', volumes: [{ name: 'a', emptyDir: {}, hostPath: { path: '/' } }] },
          },
        },
        parseSkillPack,
      ],
    ];
    const rules = kinds.flatMap(([document, parse]) => {
      const parsed = parse(document);
      return parsed.ok ? [] : parsed.faults.map(({ path, rule }) => `${path} ${rule}`).sort();
    });
    expect(rules).toEqual([
      'spec.agentRef must not be set: it is spec.instanceRef, the name of a SympoziumInstance',
      'spec.env must be a list: it is a list of name and value',
      'spec.other must not be set',
      'spec.task must be text: it is text; a task of a sidecar alone is a pack with requiresServer, or a tool',
      'spec.policyRef must not be set: leave it out: the policies default and ns.<namespace> hold without being named',
      'spec.imagePolicy must not be set: its allowedRegistries are images.registries',
      'spec.sidecar.volumes[0].hostPath must not be set: it is sidecar.hostAccess.mounts',
    ]);
  });

  it('leave the given document as it was', () => {
    const document = { metadata: { name: 'a' }, spec: { skills: [{ name: 'a', content: 'x' }], sidecar: { image: 'i' } } };
    const before = structuredClone(document);
    parseSkillPack(document);
    expect(document).toEqual(before);
  });
});

describe.each(kinds)('the schema of %s', (kind) => {
  const nodes = [...walkSchema(xrdSchema(kind))];

  it('describes every field', () => {
    const undescribed = nodes.filter(([path, schema]) => /\.[^.[\]{}]+$/.test(path) && !schema.description).map(([path]) => path);
    expect(undescribed).toEqual([]);
  });

  it('bounds every list, map and text of the spec', () => {
    const unbounded = nodes.filter(([path, schema]) => path.startsWith('.spec') && !isBounded(schema)).map(([path]) => path);
    expect(unbounded).toEqual([]);
  });

  it('has words for every pattern', () => {
    const silent = nodes.flatMap(([path, { pattern }]) =>
      pattern === undefined || PATTERNS[pattern] ? [] : [`${path}: ${pattern}`],
    );
    expect(silent).toEqual([]);
  });
});

function isBounded(schema: Schema & { maxItems?: number; maxLength?: number; maxProperties?: number; enum?: string[] }): boolean {
  if (schema.type === 'array') return schema.maxItems !== undefined;
  if (schema.type === 'string') return schema.maxLength !== undefined || schema.enum !== undefined;
  return schema.additionalProperties === undefined || schema.maxProperties !== undefined;
}

describe('what AgentRun and SympoziumInstance share', () => {
  it('has one schema, but for immutability and words', () => {
    const run = xrdSchema('AgentRun').properties?.['spec']?.properties ?? {};
    const instance = xrdSchema('SympoziumInstance').properties?.['spec']?.properties ?? {};
    for (const [name, schema] of Object.entries(instance)) expect(essence(run[name])).toEqual(essence(schema));
  });

  const isMutable = (schema: Schema): boolean =>
    !schema['x-kubernetes-validations']?.some(({ rule }) => rule === 'self == oldSelf');

  it('makes every field of a run immutable but cancel, cleanup and ttlSecondsAfterFinished', () => {
    const properties = xrdSchema('AgentRun').properties?.['spec']?.properties ?? {};
    const mutable = Object.entries(properties)
      .filter(([, schema]) => isMutable(schema))
      .map(([name]) => name);
    expect(mutable).toEqual(['ttlSecondsAfterFinished', 'cleanup', 'cancel']);
  });

  it('lets no immutable field be added or removed after creation', () => {
    const spec = xrdSchema('AgentRun').properties?.['spec'];
    const required = (spec as { required?: string[] } | undefined)?.required ?? [];
    // A rule of a field holds only where it was set and is set; one that has a default or is required always is.
    const optional = Object.entries(spec?.properties ?? {})
      .filter(([name, schema]) => schema.default === undefined && !required.includes(name) && !isMutable(schema))
      .map(([name]) => `has(self.${name}) == has(oldSelf.${name})`);
    const [{ rule = '' } = {}] = spec?.['x-kubernetes-validations'] ?? [];
    expect(rule.split(' && ').sort()).toEqual(optional.sort());
  });
});

describe('an AgentRunApproval', () => {
  it('is immutable, whatever of it is optional', () => {
    const spec = xrdSchema('AgentRunApproval').properties?.['spec'];
    const rules = Object.values(spec?.properties ?? {}).map((schema) =>
      schema['x-kubernetes-validations']?.map(({ rule }) => rule),
    );
    expect(rules).toEqual(rules.map(() => ['self == oldSelf']));
    const { required = [] } = spec as { required?: string[] };
    const optional = Object.keys(spec?.properties ?? {}).filter((name) => !required.includes(name));
    const kept = optional.map((name) => `has(self.${name}) == has(oldSelf.${name})`);
    expect(spec?.['x-kubernetes-validations']?.map(({ rule }) => rule)).toEqual(kept);
  });
});

/** A schema without descriptions and transition rules. */
function essence(schema: Schema | undefined): unknown {
  return JSON.parse(
    JSON.stringify(schema, (key, value) => {
      if (key === 'description') return undefined;
      if (key !== 'x-kubernetes-validations') return value;
      const rules = value.filter(({ rule }: { rule: string }) => !rule.includes('oldSelf'));
      return rules.length > 0 ? rules : undefined;
    }),
  );
}

describe('generated code', () => {
  it('is what tools/generate.ts makes of the XRDs', async () => {
    for (const [path, text] of Object.entries(await generate()))
      expect(readText(path) === text, `${path} drifted: npm run generate`).toBe(true);
  });
});
