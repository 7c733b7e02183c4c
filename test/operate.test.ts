/** Whether examples/operate speaks of what there is: metrics, their labels and values, fields of the XRDs, files. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLAIMS, NAMESPACED, SKILL_PACK, SYMPOZIUM_POLICY } from '../src/api/kinds.ts';
import { REASONS, type ReasonRow } from '../src/api/reasons.ts';
import type { Composed } from '../src/call/response.ts';
import { readYaml } from '../src/cli/input/yaml.ts';
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../src/kube/json.ts';
import type { Report } from '../src/server/handler.ts';
import { createMetrics } from '../src/server/metrics.ts';
import { listDirectory, projectPath, readDocuments, readText } from './support/project.ts';
import { KINDS, type Kind, type Schema, xrdSchema } from './support/schema.ts';

const FOLDER = 'examples/operate';
const texts = (list: unknown): string[] => list as string[];

interface Resource {
  groupVersionKind: { group: string; version: string; kind: Kind };
  metricNamePrefix: string;
  labelsFromPath: Record<string, string[]>;
  metrics: {
    name: string;
    each: { type: string } & Record<string, { path?: string[]; labelsFromPath?: Record<string, string[]> }>;
  }[];
}

const [configMap = {}, clusterRole = {}] = readDocuments(`${FOLDER}/kube-state-metrics.yaml`);
const [config = {}] = readYaml(textAt(configMap, 'data', 'config.yaml') ?? '', 'config.yaml') as JsonObject[];
const resources = listAt(config, 'spec', 'resources') as unknown as Resource[];

/** Every metric of kube-state-metrics with the paths its labels and its value come from, from the top of the resource. */
const stateMetrics = resources.flatMap(({ groupVersionKind: { kind }, metricNamePrefix, labelsFromPath, metrics }) =>
  metrics.map(({ name, each }) => {
    const { path = [], labelsFromPath: own = {} } = each[each.type.toLowerCase()] ?? {};
    const labels = Object.entries(own).map(([label, below]) => [label, [...path, ...below]] as const);
    return { name: `${metricNamePrefix}_${name}`, kind, path, labels: { ...labelsFromPath, ...Object.fromEntries(labels) } };
  }),
);

const schemas = new Map(Object.keys(KINDS).map((kind) => [kind, xrdSchema(kind as Kind)]));

/** The schema of a field. */
const schemaAt = (kind: Kind, path: readonly string[]): Schema | undefined =>
  path.reduce<Schema | undefined>((schema, key) => schema?.properties?.[key], schemas.get(kind));

/** What a label may say; a metric with a label that is not here may say anything, such as a name. */
type Values = Record<string, readonly string[] | undefined>;

const PHASES = schemaAt('AgentRun', ['status', 'phase'])?.enum ?? [];
const reasonsOf = (isOf: (row: ReasonRow) => boolean): string[] =>
  Object.entries<ReasonRow>(REASONS).flatMap(([reason, row]) => (isOf(row) ? [reason] : []));
const COMPOSITES = [SKILL_PACK, SYMPOZIUM_POLICY, ...[CLAIMS, NAMESPACED].flatMap((v) => [v.agentRun, v.sympoziumInstance])];
const OUTCOMES: Parameters<Report>[0]['kind'][] = ['composed', 'fatal', 'malformed', 'bug'];

const ofState = ({ kind, path, labels }: (typeof stateMetrics)[number]): Values =>
  Object.fromEntries(
    Object.entries(labels).map(([label, from]): [string, readonly string[] | undefined] => {
      if (path.includes('[type=RightsHeld]') && label === 'status') return [label, ['True', 'False', 'Unknown']];
      // Of a condition, or of the status of a run.
      if (label === 'reason') return [label, reasonsOf(({ phases }) => path.length > 0 === (phases.length === 0))];
      if (label === 'phase') return [label, [...(schemaAt(kind, from)?.enum ?? []), '']];
      return [label, undefined];
    }),
  );

/** Every metric of the function with its labels, as it serves them after a call that made a series of each. */
async function ofFunction(): Promise<Map<string, Values>> {
  const { registry, report } = createMetrics(() => 0);
  const results = [{ reason: 'PolicyDenied' }];
  const response = { status: { phase: 'Failed' }, results, deniedBy: ['image'] } as unknown as Composed;
  const conditions = [{ type: 'Responsive', status: 'False', reason: 'WatchCircuitOpen' }];
  report({ kind: 'composed', composite: { kind: NAMESPACED.agentRun, status: { conditions } }, response }, 0.001, {});
  const known: Values = { kind: [...COMPOSITES, ''], outcome: OUTCOMES, phase: PHASES, reason: Object.keys(REASONS) };
  const series = [...(await registry.metrics()).matchAll(/^(\w+)(?:\{(.*)\})? /gm)];
  // What every series of a target has.
  const target = ['job', 'instance'];
  return new Map(
    series.map(([, name = '', labels = '']) => {
      const own = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
      return [name, Object.fromEntries([...target, ...own].map((label) => [label, known[label]]))];
    }),
  );
}

const served = await ofFunction();
const everyMetric = new Map<string, Values>([
  ...served,
  ...stateMetrics.map((metric) => [metric.name, ofState(metric)] as const),
]);

interface Selector {
  metric: string;
  label: string;
  operator: string;
  value: string;
}

/** The words of PromQL that the expressions use; what is another word is a metric or a label. */
const FUNCTIONS =
  /^(?:max|sum|count|absent|delta|increase|rate|time|vector|histogram_quantile|and|or|unless|on|by|offset|group_left)$/;

/** What a PromQL expression names. It understands no more of the language than the expressions use. */
function named(expression: string): { metrics: string[]; selectors: Selector[]; grouped: string[] } {
  const selectors: Selector[] = [];
  const groups = [...expression.matchAll(/\b(?:by|on|group_left) \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, ?/));
  const rest = expression
    .replace(/\b(by|on|group_left) \([^)]*\)/g, '$1')
    .replace(/(\w+)\{([^}]*)\}/g, (_, metric: string, matchers: string) => {
      for (const [, label = '', operator = '', value = ''] of matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g))
        selectors.push({ metric, label, operator, value });
      return metric;
    })
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\boffset \w+/g, '');
  const words = (rest.match(/\b[a-z_]\w*\b/g) ?? []).filter((word) => !FUNCTIONS.test(word));
  return { metrics: [...new Set(words)], selectors, grouped: groups.filter((label) => label !== '') };
}

/** What an expression names that is not there. */
function missingFrom(expression: string): string[] {
  const { metrics, selectors, grouped } = named(expression);
  const unknown = metrics.filter((metric) => !everyMetric.has(metric));
  const labels = metrics.flatMap((metric) => Object.keys(everyMetric.get(metric) ?? {}));
  return [
    ...unknown,
    ...grouped.filter((label) => !labels.includes(label)),
    ...selectors.flatMap(({ metric, label, operator, value }) => {
      const values = everyMetric.get(metric) ?? {};
      if (!Object.hasOwn(values, label)) return [`${metric}{${label}}`];
      const alternatives = operator.endsWith('~') ? value.split('|') : [value];
      const isOne = (text: string): boolean => values[label]?.some((one) => new RegExp(`^(?:${text})$`).test(one)) ?? true;
      return alternatives.filter((text) => !isOne(text)).map((text) => `${metric}{${label}="${text}"}`);
    }),
  ];
}

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string; runbook: string };
}

const [prometheusRule = {}] = readDocuments(`${FOLDER}/rules.yaml`);
const rules = listAt(prometheusRule, 'spec', 'groups').flatMap((group) => listAt(group, 'rules')) as unknown as Rule[];

describe('the alerts', () => {
  it('begin with the one that a right outlives its run', () => {
    const [{ alert, expr, labels } = {} as Rule] = rules;
    const { metrics, selectors } = named(expr);
    expect({ alert, metrics, selectors, ...labels }).toEqual({
      alert: 'AgentRunRightOutlivesRun',
      severity: 'critical',
      metrics: ['sympozium_agentrun_status_info', 'sympozium_agentrun_rights_held_info'],
      selectors: [
        { metric: 'sympozium_agentrun_status_info', label: 'phase', operator: '=~', value: 'Succeeded|Failed|Cancelled' },
        { metric: 'sympozium_agentrun_rights_held_info', label: 'status', operator: '=', value: 'True' },
      ],
    });
  });

  it.each(rules)('$alert names only what exists', ({ expr }) => {
    expect(named(expr).metrics).not.toEqual([]);
    expect(missingFrom(expr)).toEqual([]);
  });

  it.each(rules)('$alert says what to do, of labels that it has', ({ expr, labels, annotations }) => {
    expect(labels.severity).toMatch(/^(?:critical|warning)$/);
    expect(annotations).toEqual({
      summary: expect.stringMatching(/\.$/),
      description: expect.stringMatching(/\.$/),
      runbook: expect.stringMatching(/docs\/reasons\.md|README\.md/),
    });
    const said = Object.values(annotations).join(' ');
    const has = named(expr).grouped;
    expect(
      [...said.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label).filter((label) => !has.includes(label ?? '')),
    ).toEqual([]);
    const reasons = [...annotations.runbook.matchAll(/`([A-Z]\w+)`/g)].map(([, reason = '']) => reason);
    expect(reasons.filter((reason) => !Object.hasOwn(REASONS, reason))).toEqual([]);
  });

  it('is told apart from what does not exist', () => {
    const cases = {
      'sum(function_skillpack_call_total)': ['function_skillpack_call_total'],
      'sum by (code) (function_skillpack_calls_total{outcome="bug"})': ['code'],
      'function_skillpack_calls_total{outcome="bugs"} offset 5m': ['function_skillpack_calls_total{outcome="bugs"}'],
      'rate(function_skillpack_transitions_total{phase=~"Failed|Done"}[5m])': [
        'function_skillpack_transitions_total{phase="Done"}',
      ],
      'sympozium_agentrun_status_info{reason="Held"}': ['sympozium_agentrun_status_info{reason="Held"}'],
      'sympozium_agentrun_status_info{task="x"}': ['sympozium_agentrun_status_info{task}'],
    };
    expect(Object.fromEntries(Object.keys(cases).map((expression) => [expression, missingFrom(expression)]))).toEqual(cases);
  });
});

describe('the dashboard', () => {
  const dashboard = JSON.parse(readText(`${FOLDER}/dashboard.json`)) as JsonObject;
  const panels = listAt(dashboard, 'panels') as unknown as {
    id: number;
    type: string;
    title: string;
    gridPos: { x: number; y: number; w: number; h: number };
    datasource?: { type: string; uid: string };
    targets?: { expr: string; datasource: { type: string; uid: string } }[];
  }[];
  const drawn = panels.filter(({ type }) => type !== 'row');

  it.each(drawn)('$title names only what exists', ({ targets = [] }) => {
    expect(targets).not.toEqual([]);
    expect(targets.flatMap(({ expr }) => missingFrom(expr.replaceAll('$namespace', '.*')))).toEqual([]);
  });

  it('takes the data source that is chosen', () => {
    const sources = drawn.flatMap(({ datasource, targets = [] }) => [datasource, ...targets.map((target) => target.datasource)]);
    const others = sources.filter((source) => source?.type !== 'prometheus' || !/^\$\{datasource\}$/.test(source.uid));
    expect(others).toEqual([]);
    const variables = listAt(dashboard, 'templating', 'list').map((variable) => [
      textAt(variable, 'name'),
      textAt(variable, 'type'),
    ]);
    expect(variables).toEqual([
      ['datasource', 'datasource'],
      ['namespace', 'query'],
    ]);
  });

  it('has panels of their own numbers and places', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(cells.filter((cell, index) => cells.indexOf(cell) !== index)).toEqual([]);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });
});

describe('what kube-state-metrics is told', () => {
  it.each(stateMetrics)('$name reads fields that exist', ({ kind, path, labels }) => {
    const paths = [path, ...Object.values(labels)].filter(([top]) => top === 'spec' || top === 'status');
    // Crossplane's own, which no XRD declares.
    const declared = paths.filter((from) => from[1] !== 'conditions');
    expect(declared.filter((from) => schemaAt(kind, from) === undefined)).toEqual([]);
  });

  it('is of every kind, and never a text of a tenant or an agent', () => {
    expect(resources.map(({ groupVersionKind }) => groupVersionKind.kind).sort()).toEqual(Object.keys(KINDS).sort());
    const fields = new Set(stateMetrics.flatMap(({ labels }) => Object.values(labels).map((path) => path.join('.'))));
    expect([...fields].sort()).toEqual([
      'metadata.name',
      'metadata.namespace',
      'spec.instanceRef',
      'status.conditions.[type=RightsHeld].reason',
      'status.conditions.[type=RightsHeld].status',
      'status.mode',
      'status.phase',
      'status.reason',
      'status.runId',
    ]);
  });

  it('is what it may read', () => {
    const plurals = Object.values(KINDS).map((folder) => {
      const [xrd = {}] = readDocuments(`package/direct/apis/${folder}/definition.yaml`);
      return textAt(xrd, 'spec', 'names', 'plural');
    });
    const [rule] = listAt(clusterRole, 'rules');
    expect({ resources: texts(listAt(rule, 'resources')).toSorted(), verbs: listAt(rule, 'verbs') }).toEqual({
      resources: plurals.toSorted(),
      verbs: ['list', 'watch'],
    });
  });
});

describe('the manifests', () => {
  const functionName = (): JsonObject => {
    const [, fn = {}] = readDocuments('examples/install/6-function.yaml');
    return { 'pkg.crossplane.io/function': textAt(fn, 'metadata', 'name') ?? '' };
  };

  it('select the Pods that the NetworkPolicy of the installation selects', () => {
    const selectorOf = (file: string, ...path: string[]) => objectAt(readDocuments(file)[0] ?? {}, ...path, 'matchLabels');
    const [runtime = {}] = readDocuments(`${FOLDER}/runtime.yaml`);
    const spread = listAt(runtime, 'spec', 'deploymentTemplate', 'spec', 'template', 'spec', 'topologySpreadConstraints');
    expect([
      selectorOf('examples/install/9-network.yaml', 'spec', 'podSelector'),
      selectorOf(`${FOLDER}/disruption.yaml`, 'spec', 'selector'),
      selectorOf(`${FOLDER}/podmonitor.yaml`, 'spec', 'selector'),
      ...spread.map((constraint) => objectAt(constraint, 'labelSelector', 'matchLabels')),
    ]).toEqual(Array.from({ length: 5 }, functionName));
  });

  it('differ from the installation in nothing but where Pods run', () => {
    const [installed = {}] = readDocuments('examples/install/6-function.yaml');
    const [runtime = {}] = readDocuments(`${FOLDER}/runtime.yaml`);
    const pod = valueAt(runtime, 'spec', 'deploymentTemplate', 'spec', 'template', 'spec') as JsonObject;
    delete pod['topologySpreadConstraints'];
    expect(runtime).toEqual(installed);
  });

  it('are all in the index, which names files that exist', () => {
    const index = readText(`${FOLDER}/README.md`);
    const links = [...index.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(projectPath(`${FOLDER}/${link}`)))).toEqual([]);
    expect(listDirectory(FOLDER).filter((file) => file !== 'README.md' && !links.includes(file))).toEqual([]);
  });
});
