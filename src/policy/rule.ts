/** What a guardrail is: its name in denials, and a function that judges a pack or a run under a policy. */
import type { EnvVar, Sidecar, SympoziumPolicySpec } from '../api/generated/types.ts';
import type { ResolvedPack, ResolvedRun } from '../model/run.ts';
import type { DangerName } from './rights/dangers.ts';
import type { Denial } from './verdict.ts';

/** Every guardrail by the name it has in denials, with the fields it looks at; src/policy/rights/dangers.ts names those of rights. */
interface Rules {
  /** SkillPack: sidecar.hostAccess */
  'host-access': true;
  /** SkillPack: sidecar.hostAccess.hostPID, sidecar.hostAccess.mounts, and the rights of every pack of the run */
  'host-pid-with-rights': true;
  /** SkillPack: sidecar.hostAccess.privileged, sidecar.hostAccess.mounts, and the rights of every pack of the run */
  'node-with-rights': true;
  /** AgentRun: skills */
  'packs-apart': true;
  /** SkillPack: sidecar.rbac, sidecar.clusterRBAC */
  'wildcard-rights': true;
  /** SkillPack: sidecar.image, skills[].image; SympoziumPolicy: defaults.agent.image */
  image: true;
  /** SkillPack: sidecar.image, skills[].image; SympoziumPolicy: defaults.agent.image */
  'image-registry': true;
  /** SkillPack: sidecar.image, skills[].image; SympoziumPolicy: defaults.agent.image */
  'image-digest': true;
  /** SkillPack: sidecar.volumes */
  volume: true;
  /** SkillPack: sidecar.secretRef, sidecar.env, sidecar.volumes; AgentRun: model.authSecretRef, model.authSecretKey, imagePullSecrets */
  secret: true;
  /** SkillPack: sidecar; AgentRun: env, model, params, podMetadata; SympoziumPolicy: defaults.agent */
  credential: true;
  /** SkillPack: sidecar.resources; AgentRun: timeout, skills, env; SympoziumPolicy: defaults.agent.resources */
  limit: true;
  /** AgentRun: skills, and its namespace */
  namespace: true;
  /** AgentRun: model.provider, model.baseURL */
  model: true;
  /** AgentRun: workspace */
  workspace: true;
  /** SkillPack: sidecar.egress, sidecar.hostAccess, sidecar.rbac, sidecar.clusterRBAC; AgentRun: egress; SympoziumPolicy: network */
  isolation: true;
  /** AgentRun: podMetadata */
  'pod-metadata': true;
  /** AgentRun: cloudIdentity; SympoziumPolicy: defaults.cloudIdentity */
  'cloud-identity': true;
  /** AgentRun: placement */
  placement: true;
  /** AgentRun: env */
  environment: true;
}

export type RuleName = keyof Rules | DangerName;

/** A name stands for one guardrail: one that is a danger of rights too does not compile. */
true satisfies [Extract<keyof Rules, DangerName>] extends [never] ? true : never;

/** A pack as it is judged, on its own or in a run; `sidecar` is undefined when it has none, or none that takes part. */
export type JudgedPack = Pick<ResolvedPack, 'name' | 'skills'> & { sidecar?: (Sidecar & { params?: EnvVar[] }) | undefined };

/** Judges what a pack asks for, wherever it is used. */
export type PackRule = (pack: JudgedPack, policy: SympoziumPolicySpec) => Denial[];

/** Judges what a run makes of its packs and of its own fields. */
export type RunRule = (run: ResolvedRun, policy: SympoziumPolicySpec) => Denial[];

/** Where a pack's sidecar stands in messages. */
export const sidecarPath = ({ name }: Pick<JudgedPack, 'name'>): string => `SkillPack/${name} spec.sidecar`;
