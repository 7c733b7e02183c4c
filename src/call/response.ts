/** The answer to one call, free of the wire. */

import type { ConditionType } from '../api/conditions.ts';
import type {
  AgentRunApprovalStatus,
  AgentRunStatus,
  AgentScheduleStatus,
  SkillPackStatus,
  SympoziumInstanceStatus,
  SympoziumPolicyStatus,
} from '../api/generated/types.ts';
import { type ForeignReason, type Reason, severityOf } from '../api/reasons.ts';
import type { JsonObject } from '../kube/json.ts';
import type { Selector } from './request.ts';

/**
 * `fatal` stops the pipeline before anything is applied or collected: only for a broken input, an unknown kind or a
 * bug, never for a user's fault.
 */
export type Response = { kind: 'fatal'; message: string } | ({ kind: 'composed' } & Composed);

export interface Composed {
  /**
   * The complete status of the composite: what is left out is erased. Typed by the XRDs, because one field that they
   * do not declare fails the whole composition.
   */
  status:
    | SkillPackStatus
    | SympoziumInstanceStatus
    | AgentRunStatus
    | AgentRunApprovalStatus
    | AgentScheduleStatus
    | SympoziumPolicyStatus;
  /** Whether the composite is ready. */
  ready: boolean;
  /** Every composed resource that shall exist, by resource name; what is left out is deleted. */
  resources: Map<string, DesiredResource>;
  /** Every condition of ours, in every response. */
  conditions: Condition[];
  /** Events, only when something changed. */
  results: Result[];
  /** The rules of the guardrails that refused a run, only in the response that tells it first. */
  deniedBy?: string[];
  requirements: Record<string, Selector>;
  /** How soon Crossplane shall ask again although nothing changed. Whole seconds, at least 1. */
  ttlSeconds: number;
}

export interface DesiredResource {
  resource: JsonObject;
  ready: boolean;
}

export interface Condition {
  type: ConditionType;
  status: 'True' | 'False' | 'Unknown';
  reason: Reason | ForeignReason;
  /** Stable: no time, nothing that changes while nothing happens. */
  message: string;
}

/** The event of a reason, with the severity that the table of reasons gives it. */
export const eventOf = (reason: Result['reason'], message: string): Result => ({
  severity: severityOf(reason),
  reason,
  message,
});

/** Shown as an event on the composite and, where it has one, on its claim. */
export interface Result {
  severity: 'Normal' | 'Warning';
  reason: Reason | ForeignReason;
  message: string;
}
