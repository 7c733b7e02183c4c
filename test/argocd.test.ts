/** The health that Argo CD reads of our kinds, by the script that examples/install has for it. */
import { describe, expect, it } from 'vitest';
import type {
  AgentRunApprovalStatus,
  AgentScheduleStatus,
  SkillPackStatus,
  SympoziumInstanceStatus,
  SympoziumPolicyStatus,
} from '../src/api/generated/types.ts';
import type { Phase } from '../src/api/reasons.ts';
import { runHealthCheck } from './support/lua.ts';
import { readText } from './support/project.ts';

const SCRIPT = readText('examples/install/argocd-health.lua');

type PhaseOf<T extends { phase?: string }> = NonNullable<T['phase']>;

/** Every phase of every kind: one that is missing does not compile. */
const HEALTHS: Record<
  | Phase
  | PhaseOf<AgentRunApprovalStatus>
  | PhaseOf<AgentScheduleStatus>
  | PhaseOf<SkillPackStatus>
  | PhaseOf<SympoziumInstanceStatus>
  | PhaseOf<SympoziumPolicyStatus>,
  'Progressing' | 'Healthy' | 'Degraded' | 'Suspended'
> = {
  Pending: 'Progressing',
  Preparing: 'Progressing',
  Running: 'Progressing',
  Serving: 'Healthy',
  Succeeded: 'Healthy',
  Failed: 'Degraded',
  Cancelled: 'Suspended',
  Ready: 'Healthy',
  Waiting: 'Progressing',
  Invalid: 'Degraded',
  Refused: 'Degraded',
  Active: 'Healthy',
  Recorded: 'Healthy',
  Suspended: 'Suspended',
};

describe('Argo CD', () => {
  it.each(Object.entries(HEALTHS))('reads %s as %s, with the message', (phase, status) => {
    const message = `It says "so" \\ in\ntwo lines, ${phase}`;
    expect(runHealthCheck(SCRIPT, { status: { phase, message } })).toEqual({ status, message });
  });

  it.each([[{}], [{ status: {} }]])('reads what has no answer yet as Progressing: %j', (obj) => {
    expect(runHealthCheck(SCRIPT, obj)).toEqual({
      status: 'Progressing',
      message: 'Waiting for the first answer of the function',
    });
  });
});
