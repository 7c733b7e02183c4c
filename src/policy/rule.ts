/** What the guardrails judge: a run with every question answered, or a pack on its own. */
import type { EnvVar, Model, Sidecar, SympoziumPolicySpec } from '../api/generated/types.ts';
import type { Denial } from './verdict.ts';

export interface JudgedPack {
  name: string;
  /** Absent when the pack has none, or none that takes part. */
  sidecar: (Sidecar & { params?: EnvVar[] }) | undefined;
}

export interface JudgedRun {
  namespace: string;
  mode: 'task' | 'server';
  packs: (JudgedPack & { skills: unknown[] })[];
  timeout: string;
  timeoutSeconds: number;
  env: EnvVar[];
  imagePullSecrets: { name: string }[];
  model: Model;
  /** What the instance and the run themselves say of the model. */
  tenantModel: Model;
  agent: { image: string; command: string[] | undefined; resources: { cpu: string; memory: string } };
}

/** Judges what a pack asks for, wherever it is used. */
export type PackRule = (pack: JudgedPack, policy: SympoziumPolicySpec) => Denial[];

/** Judges what a run makes of its packs and of its own fields. */
export type RunRule = (run: JudgedRun, policy: SympoziumPolicySpec) => Denial[];

/** Where a pack's sidecar stands in messages. */
export const sidecarPath = ({ name }: JudgedPack): string => `SkillPack/${name} spec.sidecar`;
