/** The table of stages, and what a status is read back as: a phase is never taken for another one, and an end stays an end. */
import { describe, expect, it } from 'vitest';
import type { AgentRunStatus } from '../../src/api/generated/types.ts';
import { REASONS, type ReasonRow } from '../../src/api/reasons.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { recall } from '../../src/run/memory.ts';
import { STAGES, type Stage } from '../../src/run/stages.ts';
import { isEnded } from '../../src/run/state.ts';
import { desired, History } from '../support/history.ts';
import { TASK_PARTS, task } from '../support/packs.ts';
import { uses } from '../support/request.ts';
import { xrdSchema } from '../support/schema.ts';

const PHASES = xrdSchema('AgentRun').properties?.['status']?.properties?.['phase']?.enum ?? [];
const stagesOf = (phase: string): Stage[] => (Object.keys(STAGES) as Stage[]).filter((stage) => STAGES[stage].phase === phase);

describe('the phases of the XRD', () => {
  it('are the phases of the stages', () => {
    expect([...new Set(Object.values(STAGES).map(({ phase }) => phase))].sort()).toEqual([...PHASES].sort());
  });

  it.each(PHASES)('%s is read back as a stage of this phase, with every reason it may have', (phase) => {
    const reasons = Object.entries<ReasonRow>(REASONS).flatMap(([reason, { phases }]) =>
      phases.some((possible) => possible === phase) ? [reason] : [],
    );
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of [...reasons, 'FromAnotherVersion']) {
      const { state } = recall({ status: { phase, reason, message: 'm', startTime: 's', completionTime: 'c' } });
      expect([reason, state && STAGES[state.stage].phase, state?.reason]).toEqual([reason, phase, reason]);
      expect(isEnded(state)).toBe(stagesOf(phase).every((stage) => STAGES[stage].final));
    }
  });
});

describe('a final stage', () => {
  const finals = (Object.keys(STAGES) as Stage[]).filter((stage) => STAGES[stage].final);
  const reasonOf: Partial<Record<Stage, string>> = { failed: 'AgentFailed', refused: 'PolicyDenied', aborted: 'WorkloadLost' };

  it.each(finals)('%s absorbs: nothing is made, whatever is admitted', (stage) => {
    const { phase } = STAGES[stage];
    const run = new History(task({ skills: uses('tools') }));
    const status: AgentRunStatus = { phase, reason: reasonOf[stage] ?? phase, message: 'm', completionTime: run.time() };
    run.world.composite = { ...run.world.composite, status: status as JsonObject };
    expect(recall(run.world.composite).state?.stage).toBe(stage);
    run.call();
    expect([run.status.phase, run.status.reason, [...run.last.resources.keys()]]).toEqual([phase, status.reason, []]);
  });
});

describe('a phase that this version does not know', () => {
  const cases: [string, JsonObject['x'], string][] = [
    ['of a newer version', 'Expired', '"Expired"'],
    ['that is no text', 5, 'a number'],
    ['in another case', 'succeeded', '"succeeded"'],
  ];

  it.each(cases)('%s is an end, and says so', (_, phase, shown) => {
    const run = new History(task({ skills: uses('tools') }));
    run.world.composite = { ...run.world.composite, status: { phase } as JsonObject };
    const expected: AgentRunStatus = {
      phase: 'Failed',
      reason: 'UnknownPhase',
      message: `The status had phase ${shown}, which this version of the function does not know, so the run has ended`,
      runId: run.call().status.runId ?? '',
      completionTime: run.time(),
    };
    expect([run.status, [...run.last.resources.keys()]]).toEqual([expected, []]);
    expect([run.wait(60).call().status, [...run.last.resources.keys()]]).toEqual([expected, []]);
  });

  it('ends a run that works, and takes its rights', () => {
    const run = new History(task({ skills: uses('tools') })).run();
    expect([...run.objects.keys()].sort()).toEqual(TASK_PARTS);
    run.world.composite = { ...run.world.composite, status: { ...run.status, phase: 'Expired' } as unknown as JsonObject };
    run.call();
    const told = run.last.results.map(({ severity, reason }) => [severity, reason]);
    const { phase, reason, startTime } = run.status;
    expect([phase, reason, startTime !== undefined, told]).toEqual([
      'Failed',
      'UnknownPhase',
      true,
      [['Warning', 'UnknownPhase']],
    ]);
    // The rights leave at once, the rest when the end is recorded, as at every end.
    expect(desired(run)).toEqual(['agentrun-configmap', 'agentrun-job']);
    expect(desired(run.call())).toEqual([]);
    expect([run.last.results, run.status.reason]).toEqual([[], 'UnknownPhase']);
  });
});
