/** What the built-in guardrails say of packs with the rules of public ones. */
import { describe, expect, it } from 'vitest';
import { lintPack } from '../../src/cli/check/pack.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { effectivePolicies } from '../../src/policy/findings.ts';
import { listDirectory, readDocuments } from '../support/project.ts';
import { packXr, policyXr } from '../support/request.ts';

const VERDICTS: Record<string, string[]> = {
  'code-review': [],
  'github-gitops': [],
  'incident-response': [],
  'k8s-ops': [
    'critical rbac-writes rbac[6]',
    'high secrets clusterRBAC[0]',
    'high configmaps rbac[0]',
    'high exec rbac[0]',
    'high network rbac[0]',
    'high secrets rbac[0]',
    'high workloads rbac[0]',
    'high workloads rbac[1]',
    'high workloads rbac[2]',
    'high network rbac[3]',
  ],
  llmfit: [
    'critical host-pid-with-rights hostAccess.hostPID',
    'critical host-pid-with-rights hostAccess.mounts[0]',
    'high host-access hostAccess.hostPID',
    'high host-access hostAccess.mounts[0]',
    'high host-access hostAccess.mounts[1]',
    'high host-access hostAccess.mounts[2]',
    'high host-access hostAccess.mounts[3]',
    'high host-access hostAccess.runAsRoot',
    'high workloads rbac[0]',
  ],
  memory: [],
  'software-dev': [],
  'sre-observability': [],
  'web-endpoint': ['high sympozium rbac[0]'],
};

function lintFile(name: string, ...policies: JsonObject[]): string[] {
  const [pack = {}] = readDocuments(`test/packs/${name}.yaml`);
  const findings = lintPack(pack, effectivePolicies(policies));
  return findings.map(({ severity, rule, path }) => `${severity} ${rule} ${path.replace(/^.*spec\.sidecar\./, '')}`);
}

describe('a public pack', () => {
  it('is here with its verdict', () => {
    expect(listDirectory('test/packs')).toEqual(['README.md', ...Object.keys(VERDICTS).map((name) => `${name}.yaml`)]);
  });

  it.each(Object.entries(VERDICTS))('%s', (name, verdict) => {
    expect(lintFile(name)).toEqual(verdict);
  });

  it('web-endpoint passes where a policy lists what it does', () => {
    const allow = [{ scope: 'Namespace', apiGroups: ['sympozium.ai'], resources: ['agentruns'], verbs: ['create'] }];
    expect(lintFile('web-endpoint', policyXr({ rights: { allow } }))).toEqual([]);
  });
});

describe('what is worth knowing of a pack', () => {
  it('is what its tools run, and what is shown only', () => {
    const pack = packXr('tooled', {
      runtimeRequirements: { image: 'other:1', sandbox: true, minMemory: '1Gi' },
      sidecar: {
        image: 'a',
        tools: [{ name: 'now', description: 'Tells the time.', exec: ['node', 'cli.js'], subcommand: 'now' }],
      },
    });
    const findings = lintPack(pack, effectivePolicies([]));
    expect(findings.map(({ severity, path, message }) => `${severity} ${path}: ${message.split(',')[0]}`)).toEqual([
      'info SkillPack/tooled spec.sidecar.tools[0]: now runs ["node"',
      'info SkillPack/tooled spec.runtimeRequirements.image: other:1 is shown',
      'info SkillPack/tooled spec.runtimeRequirements.sandbox: true is shown',
    ]);
  });

  it('is a skill that some agents will not find', () => {
    const skills = [
      { name: 'bare', content: 'c' },
      { name: 'blank', description: ' \n', content: 'c' },
      { name: 'fits', description: '😀'.repeat(1024), content: 'c' },
      { name: 'long', description: 'd'.repeat(1025), content: 'c' },
    ];
    const findings = lintPack(packXr('p', { skills }), effectivePolicies([]));
    expect(findings.map(({ severity, rule, path, message }) => `${severity} ${rule} ${path}: ${message.split(',')[0]}`)).toEqual([
      'warning no-skill-folder SkillPack/p spec.skills[0].description: without one there is no SKILL.md',
      'warning no-skill-folder SkillPack/p spec.skills[1].description: without one there is no SKILL.md',
      'warning long-description SkillPack/p spec.skills[3].description: it has 1025 characters',
    ]);
  });

  it('is nothing of what the seed of every public pack says', () => {
    const pack = packXr('plain', { source: 'builtin', runtimeRequirements: { sandbox: false, minMemory: '1Gi', minCPU: '1' } });
    expect(lintPack(pack, effectivePolicies([]))).toEqual([]);
  });
});
