/** What the command line says of an AgentSchedule. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type JsonObject, textAt } from '../../src/kube/json.ts';
import { skillpack } from '../support/command.ts';
import { projectPath, readText } from '../support/project.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const FIRST_RUN = projectPath('examples/first-run');
const SCHEDULE = readText('examples/schedule/schedule.yaml');

/** The schedule of the example, changed, with the platform of the first run. */
const play = (command: string, edit: (text: string) => string, ...flags: string[]) => {
  writeFileSync(join(directory, 'schedule.yaml'), edit(SCHEDULE));
  return skillpack([command, 'schedule.yaml', '-e', FIRST_RUN, ...flags], { cwd: directory });
};

/** A Thursday. */
const NOW = ['--now', '2026-01-01T00:00:00Z'];

const POLICY = (approval: string): string =>
  `apiVersion: sympozium.ai/v1alpha1\nkind: SympoziumPolicy\nmetadata: {name: ns.team-a}\nspec:\n  approval: {${approval}}\n`;

const hourly = (text: string): string => text.replace('0 7 * * mon-fri', '"0 */8 * * *"');

it('simulate plays a day: which runs there are, and what each of them held', async () => {
  expect(await play('simulate', hourly, ...NOW)).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "AgentSchedule team-a/morning-check: a day from 2026-01-01T06:59:00Z to 2026-01-02T06:59:00Z; of each run the agent ends its task after a minute

    TICK                  AGENTRUN                MADE  STARTED  ENDED  PHASE
    2026-01-01T07:00:00Z  morning-check-29454180   1.1      1.4   66.5  Succeeded
    2026-01-01T15:00:00Z  morning-check-29454660   1.6      1.9   67.0  Succeeded
    2026-01-01T23:00:00Z  morning-check-29455140   1.2      1.5   66.6  Succeeded

    3 runs, 0 ticks without one
    Kept at the end of the day: morning-check-29454180, morning-check-29454660, morning-check-29455140

    What becomes of each: Succeeded, Completed
    MADE, STARTED and ENDED are seconds after the tick. What each run held, in seconds after it was made:
    SINCE  UNTIL  SERVICEACCOUNT                                   WHERE             RIGHT              ASKED BY
      0.1   65.4  team-a/agentrun-morning-check-29454180-a783dd58  namespace team-a  list: pods (core)  count-pods

    Left after the AgentSchedule is gone: nothing
    ",
    }
  `);
});

it('simulate tells of the ticks that have no run', async () => {
  const { stdout } = await play(
    'simulate',
    (text) => text.replace('0 7 * * mon-fri', '"*/10 * * * *"'),
    ...NOW,
    '-s',
    'timeout',
    '--output',
    'json',
  );
  const { runs, skipped, kept, left } = JSON.parse(stdout);
  expect({
    runs: runs.length,
    skipped: skipped.length,
    last: skipped.at(-1),
    kept: kept.length,
    left,
    first: runs[0],
  }).toMatchInlineSnapshot(`
    {
      "first": {
        "ended": 672.5,
        "made": 1.1,
        "name": "morning-check-29453770",
        "phase": "Failed",
        "started": 1.4,
        "tick": "2026-01-01T00:10:00Z",
      },
      "kept": 3,
      "last": {
        "tick": "2026-01-02T00:00:00Z",
        "why": "Active",
      },
      "left": [],
      "runs": 72,
      "skipped": 72,
    }
  `);
});

it('simulate begins with the first tick after the moment that is given', async () => {
  const { stdout } = await play('simulate', (text) => text, '--now', '2026-03-28T12:00:00Z');
  expect(stdout).toContain('a day from 2026-03-30T04:59:00Z to 2026-03-31T04:59:00Z');
});

it('simulate plays no day of a schedule that cannot be read, and says once what is wrong', async () => {
  expect(await play('simulate', (text) => text.replace('0 7 * * mon-fri', '0 7'))).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "AgentSchedule team-a/morning-check: 1 found
      schedule.yaml:8:3  error  schema  spec.schedule
        found "0 7"
        fix: must have five fields (minute, hour, day of the month, month, day of the week), and it has 2
    skillpack: the AgentSchedule makes no run: it cannot be read, or nothing is due any more
    ",
      "stdout": "",
    }
  `);
});

it('render prints the run of the next tick, and what is composed for it', async () => {
  const { code, stdout, stderr } = await play('render', (text) => text, '--next-run', ...NOW);
  const documents = parseAllDocuments(stdout).map((document): JsonObject => document.toJS());
  const titles = documents.map((document) => `${document['kind']}/${textAt(document, 'metadata', 'name')}`);
  expect({ code, stderr, titles, run: documents[1] }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "run": {
        "apiVersion": "sympozium.ai/v1alpha1",
        "kind": "AgentRun",
        "metadata": {
          "annotations": {
            "sympozium.ai/scheduled-at": "2026-01-01T06:00:00Z",
          },
          "labels": {
            "sympozium.ai/schedule": "morning-check",
            "team": "sre",
          },
          "name": "morning-check-29454120",
          "namespace": "team-a",
        },
        "spec": {
          "instanceRef": "helper",
          "task": "Which Pods are not ready?",
        },
      },
      "stderr": "",
      "titles": [
        "AgentSchedule/morning-check",
        "AgentRun/morning-check-29454120",
        "AgentRun/morning-check-29454120",
        "ConfigMap/agentrun-morning-check-29454120-a5316883-skills",
        "Job/agentrun-morning-check-29454120-a5316883",
        "Role/agentrun-morning-check-29454120-a5316883",
        "RoleBinding/agentrun-morning-check-29454120-a5316883",
        "ServiceAccount/agentrun-morning-check-29454120-a5316883",
      ],
    }
  `);
  const without = await play('render', (text) => text, ...NOW);
  expect(parseAllDocuments(without.stdout)).toHaveLength(1);
});

it('validate knows who made a schedule, and so its runs', async () => {
  writeFileSync(join(directory, 'policy.yaml'), POLICY('mode: Always, distinct: true'));
  const made = (text: string) => text.replace('  namespace:', '  annotations:\n    sympozium.ai/created-by: alice\n  namespace:');
  const rules = async (edit: (text: string) => string) => {
    const { stdout } = await play('validate', edit, '-e', 'policy.yaml', '--output', 'json');
    return JSON.parse(stdout)[0].findings.map(({ rule, path }: JsonObject) => [rule, path]);
  };
  expect([await rules((text) => text), await rules(made)]).toMatchInlineSnapshot(`
    [
      [
        [
          "schema",
          "metadata.annotations[sympozium.ai/created-by]",
        ],
      ],
      [
        [
          "approval",
          "",
        ],
      ],
    ]
  `);
});

it.each([
  ["schedule: ''", 'spec.schedule', 'must not be empty'],
  ["timeZone: ''", 'spec.timeZone', 'must not be empty'],
  ["timeZone: '+02:00'", 'spec.timeZone', 'must be an IANA time zone such as Europe/Warsaw'],
  ['timeZone: Europe/Nowhere', 'spec.timeZone', 'must be an IANA time zone such as Europe/Warsaw'],
])('validate says one thing of %s', async (line, path, rule) => {
  const edit = (text: string) => text.replace(new RegExp(`${line.split(':')[0]}: .*`), line);
  const { stdout } = await play('validate', edit, '--output', 'json');
  expect(JSON.parse(stdout)[0].findings).toMatchObject([{ path, fix: rule }]);
});

it('simulate of a deletion has each run deleted, and skips nothing for it', async () => {
  const { stdout } = await play('simulate', hourly, ...NOW, '-s', 'delete-while-running', '--output', 'json');
  const { runs, skipped, kept } = JSON.parse(stdout);
  expect([runs.map(({ phase }: JsonObject) => phase), skipped, kept]).toEqual([['deleted', 'deleted', 'deleted'], [], []]);
});

it('simulate says when a human should have decided, of the day that it plays', async () => {
  writeFileSync(join(directory, 'always.yaml'), POLICY('mode: Always'));
  const { stdout } = await play('simulate', (text) => text, ...NOW, '-s', 'unanswered', '-e', 'always.yaml');
  expect(stdout).toContain('Nobody who may approve the run decided by 2026-01-02T06:00:0');
});

it.each([
  ['--now', '2026-02-30T00:00:00Z'],
  ['--now', '2026-02-03'],
])('render takes no time that is none: %s %s', async (...flags) => {
  expect(await play('render', (text) => text, ...flags)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('It must be a time such as 2026-01-31T12:00:00Z.'),
  });
});

it('render says that a suspended schedule would make the run, that nothing is due for ever, and what is no schedule', async () => {
  const suspended = (text: string) => text.replace('  timeZone', '  suspend: true\n  timeZone');
  expect((await play('render', suspended, '--next-run', ...NOW)).stderr).toBe(
    'skillpack: AgentSchedule team-a/morning-check is suspended: this is the run that it would make\n',
  );
  expect((await play('simulate', (text) => text, '--now', '9999-12-31T23:59:59Z')).stderr).toBe(
    'skillpack: the AgentSchedule makes no run: it cannot be read, or nothing is due any more\n',
  );
  expect((await skillpack(['render', '--next-run'])).stderr).toBe(
    'skillpack: --next-run is of an AgentSchedule, and AgentRun team-a/first is none\n',
  );
});

it('one of two schedules of one name is chosen by its namespace', async () => {
  const twice = (text: string) => `${text}---\n${text.replace('team-a', 'team-b')}`;
  const { code, stdout } = await play('render', twice, ...NOW, '--run', 'team-b/morning-check');
  expect([code, parseAllDocuments(stdout).map((document) => document.getIn(['metadata', 'namespace']))]).toEqual([0, ['team-b']]);
});

it('validate says why each run would wait, and strict means that too', async () => {
  writeFileSync(join(directory, 'always.yaml'), POLICY('mode: Always'));
  expect((await play('validate', (text) => text, '-e', 'always.yaml')).stdout).toMatchInlineSnapshot(`
    "AgentSchedule team-a/morning-check: 1 found
      schedule.yaml:2:1  info  approval
        A human has to approve the run, because of SympoziumPolicy spec.approval.mode: Always
        fix: each of its runs waits for that, and its own message has the command
    "
  `);
  expect((await play('render', (text) => text, '-e', 'always.yaml', '--strict')).code).toBe(1);
});

it('simulate draws no day', async () => {
  expect(await play('simulate', hourly, '--output', 'svg')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the day of an AgentSchedule is written as text or json, not as svg'),
  });
});

it('validate finds what is wrong with it, and what its runs would be refused', async () => {
  const broken = (text: string) => text.replace('0 7 * * mon-fri', '0 7 * * 7').replace('task:', 'tasks:');
  expect((await play('validate', broken)).stdout).toMatchInlineSnapshot(`
    "AgentSchedule team-a/morning-check: 2 found
      schedule.yaml:8:3  error  schema  spec.schedule
        found "0 7 * * 7"
        fix: must have as day of the week 0 to 6 or sun to sat, such as *, 1, 1-5, 1,3 or */2, and has "7"
      schedule.yaml:16:7  error  schema  spec.runTemplate.spec.tasks
        found an unknown field
        fix: must not be set; did you mean task?
    "
  `);
  const denied = (text: string) => `${text}      env:\n        - name: NODE_OPTIONS\n          value: --require=x\n`;
  expect((await play('validate', denied)).stdout).toMatchInlineSnapshot(`
    "AgentSchedule team-a/morning-check: 1 found
      schedule.yaml:18:11  high  environment  spec.runTemplate.spec.env[0].name
        NODE_OPTIONS: the interpreter loads what it names
        fix: NODE_OPTIONS in spec.env.allow permits it
    "
  `);
});

it('simulate holds nothing where nothing is made', async () => {
  const { stdout } = await play('simulate', (text) => text.replace('  timeZone', '  suspend: true\n  timeZone'));
  expect(stdout).toContain('no run: Suspended');
  expect(stdout).toContain('in seconds after it was made:\nnothing\n');
});

it.each(['*/15 * * * *', '* * * * *', '@hourly'])('says that %s needs quotes', async (schedule) => {
  const { stdout, stderr } = await play('validate', (text) => text.replace('0 7 * * mon-fri', schedule));
  expect(stdout + stderr).toContain('a text that begins with * or @ has to be quoted');
});
