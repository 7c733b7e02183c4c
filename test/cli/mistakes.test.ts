/**
 * The mistakes that people make, with what they are answered: what is wrong, where, what was found, and what to do. Each was made by somebody
 * who tried the product from its documents alone.
 */
import { describe, expect, it } from 'vitest';
import { directoryWith, type Ran, skillpack } from '../support/command.ts';

const HEAD = 'apiVersion: sympozium.ai/v1alpha1\n';
const named = (kind: string, metadata: string, spec: string): string =>
  `${HEAD}kind: ${kind}\nmetadata: ${metadata}\nspec:\n${spec}`;
const run = (spec: string): string =>
  named('AgentRun', '{name: weekly-certs, namespace: team-b}', `  instanceRef: secops\n${spec}`);
const pack = (spec: string, name = 'cert-watch'): string =>
  named(
    'SkillPack',
    `{name: ${name}}`,
    `  skills: [{name: cert-watch, description: Looks at certificates., content: Look.}]\n${spec}`,
  );
const instance = named('SympoziumInstance', '{name: secops, namespace: team-b}', '  skills: [{skillPackRef: cert-watch}]\n');
const policy = (name: string, spec: string): string => named('SympoziumPolicy', `{name: ${name}}`, spec);
const sidecar = (fields: string): string => pack(`  sidecar:\n    image: registry.example.org/certs:1.2.0\n${fields}`);

const GOOD = { 'instance.yaml': instance, 'packs/cert-watch.yaml': pack('') };
const TASK = '  task: Which certificates end soon?\n';

interface Mistake {
  files: Record<string, string | Uint8Array>;
  args: string[];
  code: number;
  /** All of it stands in what is printed, standard error included. */
  says: RegExp[];
  input?: string;
  cwd?: string;
}

/** A run with a good instance and a good pack beside it. */
const aRun = (text: string, says: RegExp[], code = 1, args = ['validate', '.']): Mistake => ({
  files: { ...GOOD, 'run.yaml': text },
  args,
  code,
  says,
});
const aPack = (text: string | Uint8Array, says: RegExp[], code = 1): Mistake => ({
  files: { 'pack.yaml': text },
  args: ['lint', 'pack.yaml'],
  code,
  says,
});

/** A policy with one right for which a human is asked. */
const aPolicy = (right: string, code: number, says: RegExp[]): Mistake => ({
  files: { 'policy.yaml': policy('default', `  approval:\n    rights:\n      - ${right.replace('{', '{scope: Namespace, ')}\n`) },
  args: ['validate', '.'],
  code,
  says,
});
const schedule = (metadata: string): string =>
  named('AgentSchedule', metadata, '  schedule: 0 7 * * *\n  runTemplate:\n    spec: {instanceRef: secops, task: Look.}\n');

/** By the number they have in the findings. */
const MISTAKES: Record<string, Mistake> = {
  '1 instanceref': aRun(named('AgentRun', '{name: a, namespace: team-b}', `  instanceref: secops\n${TASK}`), [
    /run\.yaml:5:3 {2}error {2}schema {2}spec\.instanceref\n {4}found an unknown field\n {4}fix: must not be set; did you mean instanceRef\?/,
    /spec\.instanceRef\n {4}found nothing\n {4}fix: must be set/,
  ]),
  '2 taks': aRun(run('  taks: Look.\n'), [/run\.yaml:6:3 .*spec\.taks\n.*\n.*did you mean task\?/]),
  '3 timeout: 600': aRun(run(`${TASK}  timeout: 600\n`), [
    /run\.yaml:7:3 .*spec\.timeout\n.*a number\n.*must be text; write the number with its unit, such as 600s or 10m/,
  ]),
  '4 cancel: "yes"': aRun(run(`${TASK}  cancel: "yes"\n`), [/spec\.cancel\n {4}found text\n {4}fix: must be true or false/]),
  '5 a field one level too high': aRun(`timeout: 10m\n${run(TASK)}`, [
    /run\.yaml:1:1 .* timeout\n.*\n.*must not be set; what people write stands below spec/,
  ]),
  '5b a field beside the one it belongs to': aRun(run(`${TASK}  provider: anthropic\n`), [
    /spec\.provider\n.*\n.*did you mean spec\.model\.provider\?/,
  ]),
  '6 three spaces': aRun(run('   task: Look.\n'), [
    /run\.yaml:6:1 {2}error {2}yaml\n {4}the line is not below the line above: begin it in the same column/,
  ]),
  '7 a colon in a text without quotes': aRun(run('  task: Look here: now\n'), [
    /run\.yaml:6:9 {2}error {2}yaml\n {4}a text with a colon and a space in it has to be quoted, or to stand below its key after \|/,
  ]),
  '8 another apiVersion of a run': aRun(run(TASK).replace('v1alpha1', 'v1'), [
    /AgentRun weekly-certs is of apiVersion sympozium\.ai\/v1, and no cluster with this product has that: write sympozium\.ai\/v1alpha1/,
  ]),
  '9 another apiVersion of a pack': aPack(pack('').replace('v1alpha1', 'v1'), [
    /SkillPack cert-watch is of apiVersion sympozium\.ai\/v1,/,
  ]),
  '10 kind: Agentrun': aRun(run(TASK).replace('AgentRun', 'Agentrun'), [
    /run\.yaml:1:1 {2}error {2}file\n {4}Agentrun weekly-certs is of no kind of this product: did you mean AgentRun\?/,
  ]),
  '11 a claim instead of its composite': {
    files: { ...GOOD, 'run.yaml': run(TASK) },
    args: ['render', '.', '--configuration', 'claims'],
    code: 0,
    says: [/kind: XAgentRun\n/, /phase: Preparing/],
  },
  '12 what the tenant applies, as it is': {
    files: { ...GOOD, 'tenant.yaml': `${instance}---\n${run(TASK)}` },
    args: ['render', 'tenant.yaml', '-e', 'packs'],
    code: 0,
    says: [/kind: AgentRun\n/, /kind: Job\n/],
  },
  '13 no namespace': aRun(run(TASK).replace(', namespace: team-b', ''), [
    /run\.yaml:3:1 .*metadata\.namespace\n {4}found nothing\n {4}fix: must be set, because everything of a tenant is in a namespace/,
  ]),
  '14 no name': aRun(run(TASK).replace('name: weekly-certs, ', ''), [
    /AgentRun team-b\/\(without a name\): 1 found/,
    /metadata\.name\n {4}found nothing\n {4}fix: must be set: only a cluster makes a name of generateName/,
  ]),
  '14b a name that a cluster makes': aRun(
    run(TASK).replace('name: weekly-certs', 'generateName: weekly-'),
    [/AgentRun team-b\/weekly-\(without a name\): nothing found/],
    0,
  ),
  '15 a name that is none': aRun(run(TASK).replace('weekly-certs', 'Weekly_Certs'), [
    /run\.yaml:3:12 .*metadata\.name\n {4}found "Weekly_Certs"\n {4}fix: must be a Kubernetes name: lower-case/,
  ]),
  '16 files in another order': {
    files: {
      ...GOOD,
      'run.yaml': run(TASK),
      'composition.yaml': `apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nmetadata: {name: agentrun}\nspec:\n  compositeTypeRef: {apiVersion: sympozium.ai/v1alpha1, kind: AgentRun}\n  mode: Pipeline\n  pipeline: [{step: skillpack, functionRef: {name: function-skillpack}}]\n`,
    },
    args: ['render', 'composition.yaml', 'run.yaml', '-e', 'instance.yaml', '-e', 'packs'],
    code: 0,
    says: [/kind: Object\n/],
  },
  '17 one file': {
    files: { ...GOOD, 'run.yaml': run(TASK) },
    args: ['render', 'run.yaml', '-e', 'instance.yaml', '-e', 'packs'],
    code: 0,
    says: [/kind: Job\n/],
  },
  '18 a file that is not there': {
    files: {},
    args: ['render', 'nope.yaml'],
    code: 2,
    says: [/^skillpack: cannot read nope\.yaml: there is no such file or directory\n$/],
  },
  '19 a directory': { files: { ...GOOD, 'run.yaml': run(TASK) }, args: ['render', '.'], code: 0, says: [/kind: Job\n/] },
  '20 a directory in a directory': {
    files: { 'all/run.yaml': run(TASK), 'all/base/instance.yaml': instance, 'all/base/packs/p.yaml': pack('') },
    args: ['render', 'all'],
    code: 0,
    says: [/kind: Job\n/],
  },
  '21 one name twice': {
    files: { 'a.yaml': pack(''), 'b.yaml': pack('') },
    args: ['lint', '.'],
    code: 1,
    says: [/there are two of SkillPack cert-watch: in a\.yaml and in b\.yaml/],
  },
  '22 an amount that is none': aPack(sidecar('    resources: {memory: 128MB}\n'), [
    /pack\.yaml:8:17 .*spec\.sidecar\.resources\.memory\n {4}found "128MB"\n {4}fix: must be an amount of memory such as 512Mi or 2Gi/,
  ]),
  '23 timeout: 10min': aRun(run(`${TASK}  timeout: 10min\n`), [
    /spec\.timeout\n {4}found "10min"\n {4}fix: must be a duration such as 90s, 10m or 1h30m/,
  ]),
  '24 the instance forgotten': {
    files: { 'run.yaml': run(TASK) },
    args: ['render', 'run.yaml', '--strict'],
    code: 1,
    says: [
      /phase: Pending/,
      /SympoziumInstance secops does not exist in namespace team-b/,
      /where it is in another file, give that too, with -e; the files have none/,
    ],
  },
  '25 the pack forgotten': {
    files: { 'run.yaml': run(TASK), 'instance.yaml': instance, 'packs.yaml': pack('', 'other') },
    args: ['validate', 'run.yaml', '-e', 'instance.yaml', '-e', 'packs.yaml'],
    code: 1,
    says: [
      /instance\.yaml:5:3 .*missing {2}spec\.skills\n {4}SkillPack cert-watch does not exist/,
      /the files have SkillPack other/,
    ],
  },
  '26 a policy with the name of the namespace': {
    files: { ...GOOD, 'run.yaml': run(TASK), 'policy.yaml': policy('team-b', '  limits: {timeout: 30m}\n') },
    args: ['render', '.'],
    code: 0,
    says: [/SympoziumPolicy team-b: 1 found\n.*metadata\.name\n {4}found "team-b"\n {4}fix: must be default or ns\.<namespace>/],
  },
  '26b the same, validated': {
    files: { 'policy.yaml': policy('team-b', '  limits: {timeout: 30m}\n') },
    args: ['validate', '.'],
    code: 1,
    says: [/error {2}schema {2}metadata\.name\n {4}found "team-b"\n {4}fix: must be default or ns\.<namespace>/],
  },
  '27 a field of a policy': {
    files: { 'policy.yaml': policy('default', '  images: {registry: [registry.example.org]}\n') },
    args: ['validate', '.'],
    code: 1,
    says: [/spec\.images\.registry\n.*\n.*did you mean registries\?/],
  },
  '28 a quote that is not closed': aRun(run('  task: "Look.\n'), [
    /run\.yaml:\d+:\d+ {2}error {2}yaml\n {4}a quote that was opened before is not closed/,
  ]),
  '29 a tab': aRun(run('\ttask: Look.\n'), [
    /run\.yaml:6:1 {2}error {2}yaml\n {4}the line begins with a tab, and YAML takes spaces only/,
  ]),
  '30 a key twice': aRun(run(`${TASK}${TASK}`), [/run\.yaml:7:3 {2}error {2}yaml\n {4}the key task stands twice in one map/]),
  '31 CRLF, a byte order mark': {
    files: { ...GOOD, 'run.yaml': `\ufeff${run(TASK).replaceAll('\n', '\r\n')}` },
    args: ['validate', '.'],
    code: 0,
    says: [/AgentRun team-b\/weekly-certs: nothing found/],
  },
  '32 an empty file': aRun('', [/run\.yaml:1:1 {2}error {2}file\n {4}it is empty/], 1, ['validate', 'run.yaml']),
  '33 a task of 40 MB': aRun(run(`  task: ${'x'.repeat(40_000_000)}\n`), [
    /spec\.task\n {4}found 40000000\n {4}fix: must have at most 32768 characters/,
  ]),
  '34 UTF-16': aPack(Uint8Array.from([0xff, 0xfe, 0x61, 0x00]), [/pack\.yaml:1:1 {2}error {2}file\n {4}it is no text in UTF-8/]),
  '35 a List, as kubectl get writes it': aPack(
    `apiVersion: v1\nkind: List\nitems:\n- ${pack('').replaceAll('\n', '\n  ').trim()}\n`,
    [/SkillPack cert-watch: nothing found/],
    0,
  ),
  '36 resources.limits': aPack(sidecar('    resources: {limits: {cpu: 100m}}\n'), [
    /spec\.sidecar\.resources\.limits\n.*\n.*cpu and memory stand directly below resources/,
  ]),
  '37 resources: [Certificate]': aPack(
    sidecar('    rbac: [{apiGroups: [cert-manager.io], resources: [Certificate], verbs: [get]}]\n'),
    [/warning {2}matches-nothing {2}spec\.sidecar\.rbac\[0\]\.resources\[0\]\n.*\n.*plural and lower case/],
    0,
  ),
  '38 a credential in env': aPack(sidecar(`    env: [{name: TOKEN, value: ghp_${'a1B2'.repeat(9)}}]\n`), [
    /credential .*spec\.sidecar\.env\[0\]/,
  ]),
  '39 more time than the policy gives': {
    files: { ...GOOD, 'run.yaml': run(`${TASK}  timeout: 2h\n`), 'policy.yaml': policy('default', '  limits: {timeout: 30m}\n') },
    args: ['validate', '.'],
    code: 1,
    says: [/run\.yaml:7:3 {2}high {2}limit {2}spec\.timeout\n.*2h.*\n.*30m at most, or raise spec\.limits\.timeout/],
  },
  '40 an option that is none': {
    files: {},
    args: ['render', '--required-resource', 'a'],
    code: 2,
    says: [/unknown option '--required-resource'\n\(Did you mean --required-resources\?\)/],
  },
  '41 --output yaml': {
    files: { 'pack.yaml': pack('') },
    args: ['lint', 'pack.yaml', '--output', 'yaml'],
    code: 2,
    says: [/Allowed choices are text, json, sarif, github, junit\./],
  },
  '42 two policies': {
    files: {
      'pack.yaml': sidecar(''),
      'a.yaml': policy('default', '  images: {requireDigest: true}\n'),
      'b.yaml': policy('ns.team-b', '  limits: {timeout: 1h}\n'),
    },
    args: ['lint', 'pack.yaml', '-p', 'a.yaml', '-p', 'b.yaml'],
    code: 1,
    says: [/image-digest \(default\)/, /image-digest \(ns\.team-b\)/],
  },
  '45 standard input': {
    files: {},
    args: ['lint', '-'],
    input: pack(''),
    code: 0,
    says: [/SkillPack cert-watch: nothing found/],
  },
  '46 --version': { files: {}, args: ['--version'], code: 0, says: [/^\d+\.\d+\.\d+\n$/] },
  '47 --help': {
    files: {},
    args: ['validate', '--help'],
    code: 0,
    says: [
      /Examples:\n {2}skillpack validate run\.yaml -e packs\n/,
      /Exit codes: 0 fine, 1 something was found, 2 the command could not do what it was asked\./,
    ],
  },
  '49 a server in simulate': {
    files: {
      ...GOOD,
      'run.yaml': run(''),
      'packs/cert-watch.yaml': sidecar('    requiresServer: true\n    ports: [{name: http, containerPort: 8080}]\n'),
    },
    args: ['simulate', '.'],
    code: 0,
    says: [/^AgentRun team-b\/weekly-certs: success, the run is a server, which serves until its AgentRun is deleted\n/],
  },
  '50 thinking: off': aRun(run(`${TASK}  model: {thinking: off}\n`), [
    /AgentRun team-b\/weekly-certs: 1 found\n.*spec\.model\.thinking\n {4}found true or false\n {4}fix: must be text: YAML reads on, off, yes and no as true and false, so put it in quotes/,
  ]),
  '51 a template of Helm': aPack(
    pack('').replace('Look.', '{{ .Values.skill }}').replace('name: cert-watch,', 'name: {{ .Values.name }},'),
    [/pack\.yaml:1:1 {2}error {2}file\n {4}it looks like a template, which has to be rendered first/],
    1,
  ),
  '52 a line without a colon': aRun(run('  task Look.\n'), [
    /run\.yaml:6:3 {2}error {2}yaml\n {4}the line has no colon after its key/,
  ]),
  '52b the last line without a colon': aRun(`${run(TASK)}foo`, [/run\.yaml:7:1 .*yaml\n {4}the line has no colon after its key/]),
  '52c a line one space too far to the right': aRun(run(TASK).replace('spec:', ' spec:'), [
    /error {2}yaml\n {4}the line is not below the line above: begin it in the same column|the line begins in another column/,
  ]),
  '52d a line between two columns': aRun(named('AgentRun', '\n  name: a\n namespace: team-b', TASK), [
    /run\.yaml:5:1 .*yaml\n {4}the line begins in another column than those that it belongs to/,
  ]),
  '52e three thousand brackets': aRun('['.repeat(3000), [/yaml\n {4}it is nested deeper than anything that a cluster takes/]),
  '53 a verb in upper case, for which nobody would be asked': aPolicy(
    '{verbs: [Delete], resources: [pods], apiGroups: [""]}',
    1,
    [/spec\.approval\.rights\[0\]\.verbs\[0\]\n {4}found "Delete"\n {4}fix: must be a verb in lower case, or \*/],
  ),
  '53b a singular': aPolicy('{verbs: [delete], resources: [pod], apiGroups: ["*"]}', 0, [
    /warning {2}matches-nothing {2}spec\.approval\.rights\[0\]\.resources\[0\]\n {4}"pod" matches nothing\n {4}fix: resources are plural: pods/,
  ]),
  '53c a version for a group': aPolicy('{verbs: [delete], resources: [pods], apiGroups: [v1]}', 0, [
    /apiGroups\[0\]\n {4}"v1" matches nothing\n {4}fix: the core group is the empty text ""/,
  ]),
  '53d a resource of another group': aPolicy('{verbs: [delete], resources: [deployments], apiGroups: [""]}', 0, [
    /resources\[0\]\n {4}"deployments" matches nothing\n {4}fix: it is a resource of "apps"/,
  ]),
  '53e a pack that is none': {
    files: {
      ...GOOD,
      'policy.yaml': policy('default', '  approval: {packs: [cert-wach]}\n  packs: [{name: cert-watch, apart: [other]}]\n'),
    },
    args: ['validate', '.'],
    code: 0,
    says: [
      /policy\.yaml:5:22 {2}warning {2}matches-nothing {2}spec\.approval\.packs\[0\]\n {4}there is no SkillPack cert-wach in the files\n {4}fix: did you mean cert-watch\?/,
      /spec\.packs\[0\]\.apart\[0\]\n {4}there is no SkillPack other in the files\n/,
    ],
  },
  '53f a resource of somebody, of any group': aPolicy('{verbs: [get], resources: [widgets], apiGroups: ["*"]}', 0, [
    /^SympoziumPolicy default: nothing found\n/,
  ]),
  '54 an approval without a namespace': {
    files: { 'approval.yaml': named('AgentRunApproval', '{name: Team_A}', '  decision: Maybe\n') },
    args: ['validate', '.'],
    code: 1,
    says: [
      /metadata\.name\n {4}found "Team_A"\n {4}fix: must be a Kubernetes name/,
      /metadata\.namespace\n {4}found nothing\n {4}fix: must be set/,
      /spec\.decision\n {4}found "Maybe"/,
    ],
  },
  '54b a schedule with a namespace that is none': {
    files: { 'schedule.yaml': schedule('{name: Bad_Name, namespace: Team_A}') },
    args: ['validate', '.'],
    code: 1,
    says: [/found "Bad_Name"\n/, /metadata\.namespace\n {4}found "Team_A"\n {4}fix: must be a DNS label/, /2 found/],
  },
  '55 a field of the metadata of a template': {
    files: {
      'schedule.yaml': schedule('{name: a, namespace: team-b}').replace('    spec:', '    metadata: {name: b}\n    spec:'),
    },
    args: ['validate', '.'],
    code: 1,
    says: [/spec\.runTemplate\.metadata\.name\n {4}found an unknown field\n {4}fix: must not be set\n/],
  },
  '51b braces in a text': aPack(pack('').replace('Look.', '"Write {{ name }}."'), [/SkillPack cert-watch: nothing found/], 0),
};

const answered = ({ stdout, stderr }: Ran): string => stderr + stdout;

describe('who makes a mistake is told', () => {
  it.each(Object.entries(MISTAKES))('%s', async (_, { files, args, code, says, input }) => {
    const ran = await skillpack(args, { cwd: directoryWith(files), ...(input !== undefined && { input }) });
    expect(ran.code, answered(ran)).toBe(code);
    for (const words of says) expect(answered(ran)).toMatch(words);
  });

  it('43 nothing when a reader has read enough', async () => {
    const ran = await skillpack(['render'], { reads: 10 });
    expect([ran.code, ran.stderr]).toEqual([0, '']);
  });

  it('44 the same from every directory', async () => {
    const cwd = directoryWith({ 'mine/run.yaml': run(TASK), 'theirs/instance.yaml': instance, 'theirs/pack.yaml': pack('') });
    const ran = await skillpack(['validate', '../mine', '-e', '.'], { cwd: `${cwd}/theirs` });
    expect(ran).toEqual({ code: 0, stdout: 'AgentRun team-b/weekly-certs: nothing found\n', stderr: '' });
  });

  it('48 in colours only where somebody looks, and not with NO_COLOR', async () => {
    const cwd = directoryWith({ 'pack.yaml': pack('').replace('description', 'descripton') });
    const [plain, forced] = await Promise.all([
      skillpack(['lint', 'pack.yaml'], { cwd }),
      skillpack(['lint', 'pack.yaml'], { cwd, env: { FORCE_COLOR: '1' } }),
    ]);
    expect([plain.stdout.includes('\u001b['), forced.stdout.includes('\u001b[31merror\u001b[39m')]).toEqual([false, true]);
  });
});
