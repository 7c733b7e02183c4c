/** The resolved run, the product's domain model: an AgentRun with every question answered. Guardrails judge it, builders build from it. */
import type {
  AgentRunSpec,
  CloudIdentity,
  Destination,
  EnvVar,
  Model,
  Placement,
  PodMetadata,
  Port,
  Results,
  Sidecar,
  Skill,
  Workspace,
} from '../api/generated/types.ts';

/** What a run is called, and where it is. */
export interface RunIdentity {
  /** Unique over time; what every object of the run is named after. See api/names.ts. */
  id: string;
  namespace: string;
  /** The name of the AgentRun its tenant knows: the claim's, or its own. */
  name: string;
}

/** task: an agent runs once as a Job. server: sidecars serve as a Deployment with a Service. */
export const MODES = ['task', 'server'] as const;
export type Mode = (typeof MODES)[number];

/** How long Job and skills stay after a Job that ended by itself. */
export type Remains = Pick<AgentRunSpec, 'cleanup' | 'ttlSecondsAfterFinished'>;

/** What a workspace holds where nobody says otherwise. */
export const DEFAULT_WORKSPACE_SIZE = '1Gi';

/** What an agent and a sidecar may write on their node where that is bounded and nobody says how much. */
export const AGENT_STORAGE = '1Gi';
export const SIDECAR_STORAGE = '256Mi';

export interface ResolvedRun extends RunIdentity {
  instance: string;
  mode: Mode;
  /** The selected packs in the order they were listed. */
  packs: ResolvedPack[];
  /** ConfigMaps of the tenant that are mounted as skills. */
  configMaps: string[];
  task: string | undefined;
  systemPrompt: string | undefined;
  model: Model;
  /** What the instance and the run themselves say of it. */
  tenantModel: Model;
  /** Environment of the agent only. */
  env: EnvVar[];
  imagePullSecrets: { name: string }[];
  /** The timeout as it was written, and in seconds. */
  timeout: string;
  timeoutSeconds: number;
  /** How long its Pod may take to get ready before the run has failed; undefined: as long as its Job may run. */
  startTimeoutSeconds: number | undefined;
  agent: {
    image: string;
    imagePullPolicy: Sidecar['imagePullPolicy'] | undefined;
    command: string[] | undefined;
    resources: Resources;
    resultPath: string | undefined;
    /** Where the skills are below /workspace, too. */
    skillsDirs: string[];
  };
  /** As whom its containers run; what is not set the cluster chooses. */
  securityContext: { runAsUser?: number; runAsGroup?: number; fsGroup?: number };
  /** The volume of its workspace, and what the instance and the run themselves say of it. */
  workspace: Workspace;
  tenantWorkspace: Workspace;
  /** Labels and annotations of its Pod beside those of the product, and what the instance and the run themselves say of them. */
  podMetadata: PodMetadata;
  tenantPodMetadata: PodMetadata;
  /** As whom it acts in a cloud; undefined for nobody. And whom the instance or the run itself names. */
  cloudIdentity: CloudIdentity | undefined;
  tenantCloudIdentity: string | undefined;
  /** What its Pod may reach; undefined for everything. */
  reach: Reach | undefined;
  /** The destinations that the instance or the run itself asks for, by name. */
  tenantEgress: string[];
  /** Where its Pod runs, and what the instance and the run themselves say of it. */
  placement: Placement;
  tenantPlacement: Placement;
  /** What the instance, or the policy, says of how long Job and skills stay. What the run says can change. */
  remains: Remains;
  /** What of its result goes into the status. */
  results: Required<Results>;
}

/** What the Pod of a run may reach: names are asked for everywhere, the API server where it has rights, and what it was given. */
export interface Reach {
  dialect: 'Kubernetes' | 'Cilium';
  dns: { namespace: string; podLabels: Record<string, string>; cidrs: string[]; ports: number[] };
  /** Its addresses; undefined where the run has no rights. Cilium knows them. */
  apiServer: { cidrs: string[]; ports: number[] } | undefined;
  destinations: Destination[];
  /** Who reaches the ports of a server. */
  ingress: 'None' | 'Namespace';
}

export interface ResolvedPack {
  name: string;
  version: string | undefined;
  /** Of the pack's spec as it was used. */
  digest: string;
  skills: Skill[];
  /** Only when the sidecar takes part in the mode of this run. */
  sidecar: ResolvedSidecar | undefined;
}

export interface ResolvedSidecar extends Sidecar {
  /** The params of the pack as environment variables. */
  params: EnvVar[];
}

export interface Resources {
  cpu: string;
  memory: string;
  /** What it may write beside volumes; undefined where nothing of its Pod is bounded, or for a default. */
  ephemeralStorage?: string;
  /** How many of each extended resource. */
  devices?: Record<string, number | undefined>;
}

/** A pack whose sidecar takes part in the run. */
export type PackWithSidecar = ResolvedPack & { sidecar: ResolvedSidecar };

export const packsWithSidecar = (run: ResolvedRun): PackWithSidecar[] =>
  run.packs.filter((pack): pack is PackWithSidecar => pack.sidecar !== undefined);

/** The ports of all sidecars that take part; a server serves at them. */
export const servedPorts = (run: ResolvedRun): Port[] => packsWithSidecar(run).flatMap(({ sidecar }) => sidecar.ports ?? []);

/** Whether a sidecar may use the API server, and so gets a token. */
export const hasRights = (sidecar: Sidecar): boolean => (sidecar.rbac ?? []).length > 0 || (sidecar.clusterRBAC ?? []).length > 0;
