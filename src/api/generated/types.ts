/** Generated from the XRDs in package by tools/generate.ts; do not edit. */

export interface Schemas {
  Settings: Settings;
  SkillPackSpec: SkillPackSpec;
  SkillPackStatus: SkillPackStatus;
  SympoziumInstanceSpec: SympoziumInstanceSpec;
  SympoziumInstanceStatus: SympoziumInstanceStatus;
  AgentRunSpec: AgentRunSpec;
  AgentRunStatus: AgentRunStatus;
  AgentRunApprovalSpec: AgentRunApprovalSpec;
  AgentRunApprovalStatus: AgentRunApprovalStatus;
  AgentScheduleSpec: AgentScheduleSpec;
  AgentScheduleStatus: AgentScheduleStatus;
  SympoziumPolicySpec: SympoziumPolicySpec;
  SympoziumPolicyStatus: SympoziumPolicyStatus;
}
/**
 * Settings tells the function where the platform keeps its things. Nothing security-relevant stands only here.
 */
export interface Settings {
  /**
   * Always skillpack.fn.crossplane.io/v1beta1.
   */
  apiVersion?: string;
  /**
   * Always Settings.
   */
  kind?: string;
  metadata?: {};
  /**
   * The namespace for the ConfigMaps of SkillPacks. It must exist. Default sympozium-system.
   */
  systemNamespace: string;
  /**
   * The ProviderConfig (with namespaced Objects the ClusterProviderConfig) of provider-kubernetes that the Objects use. Default default.
   */
  providerConfigName: string;
  /**
   * How a composite gets what it is made of. Objects has provider-kubernetes make it, Resources has Crossplane itself make it. A run that exists stays as it was made. Default Objects.
   */
  compose: 'Objects' | 'Resources';
  /**
   * Who makes rights in the whole cluster for a run in a namespace whose compose is Resources, because such a run can compose nothing outside its namespace. Provider makes a ClusterRole and its binding by Objects of provider-kubernetes, which has to be installed; Refuse fails such a run. Without meaning elsewhere. Default Refuse.
   */
  clusterRights: 'Provider' | 'Refuse';
  /**
   * Who may read the Pods of runs, so that a run can tell its result and why its Pod does not start. Provider has provider-kubernetes do it, where compose is Objects; Crossplane has Crossplane do it, where compose is Resources. Both need a right for it. Default None.
   */
  podStatus: 'None' | 'Provider' | 'Crossplane';
  /**
   * The scope of the Object that a SkillPack is composed of, Cluster with claims and Namespaced (in systemNamespace, with a ClusterProviderConfig) without. Runs tell theirs by their kind. Default Cluster.
   */
  objectScope: 'Cluster' | 'Namespaced';
  /**
   * Whether runs wait until a SympoziumPolicy exists. Default false.
   */
  requirePolicy: boolean;
  /**
   * How soon Crossplane asks again although nothing changed.
   */
  ttl: {
    /**
     * While a run is Running or Serving, at most; sooner right after its start and while Crossplane's circuit breaker is open. Default 30s.
     */
    active: string;
    /**
     * While a run is Pending or Preparing, at most; sooner in its first 30 s and while its Job is released. Default 10s.
     */
    preparing: string;
  };
}
/**
 * What the pack teaches and which tools and rights it brings.
 */
export interface SkillPackSpec {
  /**
   * A word to group packs by, for example kubernetes. Shown as a column; nothing depends on it.
   */
  category?: string;
  /**
   * The version of this pack, for example 1.0.0. Recorded in the status of every run that uses it.
   */
  version?: string;
  /**
   * Where the pack comes from, for example builtin or the address of a repository. Shown only.
   */
  source?: string;
  runtimeRequirements?: RuntimeRequirements;
  /**
   * The instructions of the pack. In the agent and in every sidecar each is the file /skills/<name>.md and, as an Agent Skill (https://agentskills.io/specification), the folder /skills/<name> with SKILL.md and files.
   */
  skills: Skill[];
  sidecar?: Sidecar;
}
/**
 * What the skills need to run. minMemory and minCPU are lower bounds of what the sidecar is given; image and sandbox are shown only.
 */
export interface RuntimeRequirements {
  /**
   * An image that has what the skills need. Shown only; the agent's image is the policy's.
   */
  image?: string;
  /**
   * Whether the skills ask for a sandbox. Shown only.
   */
  sandbox?: boolean;
  /**
   * The least memory of the sidecar, as a Kubernetes quantity.
   */
  minMemory?: string;
  /**
   * The least CPU of the sidecar, as a Kubernetes quantity.
   */
  minCPU?: string;
}
export interface Skill {
  /**
   * The name of the skill, of its file and of its folder, unique in the pack and among all packs of one run.
   */
  name: string;
  /**
   * What the skill does, and when the agent is to use it. Written as a quotation above the content. Without one the skill has no folder, whose SKILL.md needs it; more than 1,024 characters are told, because the specification permits no more.
   */
  description?: string;
  /**
   * The name of a license, or of the file of the skill that holds it. Written into SKILL.md.
   */
  license?: string;
  /**
   * What the skill needs, for example a product, programs or the network. Written into SKILL.md.
   */
  compatibility?: string;
  /**
   * More about the skill, as texts. Names have 1 to 63 characters. Written into SKILL.md.
   */
  metadata?: {
    [k: string]: string | undefined;
  };
  /**
   * Tools that the agent may use without asking, separated by spaces. Written into SKILL.md as allowed-tools. Advice for the agent; nothing enforces it.
   */
  allowedTools?: string;
  /**
   * The instructions as Markdown. All skills of a pack, and of a run, together may take 512 KiB as JSON, where a content counts twice: in /skills/<name>.md and in SKILL.md. Above 256 KiB apply the pack with kubectl apply --server-side.
   */
  content?: string;
  /**
   * The other files of the folder, read-only as all of it.
   */
  files?: {
    /**
     * Where the file is in the folder, for example scripts/fill.py. None lies in the place of another one or of SKILL.md.
     */
    path: string;
    /**
     * The content as text.
     */
    content?: string;
    /**
     * The content as base64 (RFC 4648, without line breaks), for what is no text.
     */
    contentBase64?: string;
    /**
     * Whether it can be executed. Its mode is 0555, else 0444.
     */
    executable: boolean;
  }[];
  /**
   * An image, or an artifact, that has the folder, for a skill that is too large for a pack: /skills/<name> is a volume of it, which needs Kubernetes 1.35 (or the feature gate ImageVolume from 1.33) and a runtime that has it. The node pulls it with the pull secrets of the run, and the policy judges it as every image.
   */
  image?: {
    /**
     * Its name with its digest, so that every run has the same files.
     */
    reference: string;
    /**
     * The directory in it that is the folder. Default all of it.
     */
    path?: string;
  };
  /**
   * What the skill expects to find. Information for readers; nothing enforces it.
   */
  requires?: {
    /**
     * Programs the skill calls, for example kubectl.
     */
    bins?: string[];
    /**
     * Agent tools the skill calls, for example execute_command.
     */
    tools?: string[];
  };
}
/**
 * A container with tools that runs beside the agent. The only container that ever holds the rights of this pack.
 */
export interface Sidecar {
  /**
   * The image of the sidecar, best with a digest.
   */
  image: string;
  /**
   * When the image is pulled. Default as Kubernetes has it, Always for the tag latest and IfNotPresent for others.
   */
  imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /**
   * The entry point of the sidecar. Default the entry point of the image.
   */
  command?: string[];
  /**
   * The arguments of the entry point. Default the arguments of the image.
   */
  args?: string[];
  /**
   * Whether the sidecar shares the agent's /workspace. Default true.
   */
  mountWorkspace: boolean;
  /**
   * Environment variables of the sidecar. Never put a credential here; use secretRef.
   */
  env?: SidecarVariable[];
  /**
   * Tools of the sidecar that the agent is told of with their parameters. Each runs in the sidecar, and may do no more than any other command there. The agent reads them in the file that SIDECAR_TOOLS_MANIFEST_PATH names, and cannot write it.
   */
  tools?: SidecarTool[];
  /**
   * What the sidecar is given, as request and as limit.
   */
  resources: {
    /**
     * CPU as a Kubernetes quantity. Default 100m.
     */
    cpu: string;
    /**
     * Memory as a Kubernetes quantity. Default 128Mi.
     */
    memory: string;
    /**
     * What it may write beside volumes, log included. Default not bounded, or 256Mi where another container of the Pod is bounded.
     */
    ephemeralStorage?: string;
    /**
     * Devices by the name of their resource, for example nvidia.com/gpu. A SympoziumPolicy has to permit them.
     */
    devices?: {
      [k: string]: number | undefined;
    };
  };
  /**
   * Rights the sidecar needs in the namespace of the run. They become a Role that lives as long as the run.
   */
  rbac?: Rule[];
  /**
   * Rights the sidecar needs in the whole cluster. They become a ClusterRole that lives as long as the run.
   */
  clusterRBAC?: Rule[];
  /**
   * The name of a Secret in the namespace of the run, mounted in this sidecar only.
   */
  secretRef?: string;
  /**
   * Where the Secret is mounted. Default /secrets/<secretRef>.
   */
  secretMountPath?: string;
  /**
   * Volumes for this sidecar, besides those that every container has. Each is of one kind. A claim and a CSI driver have to be listed in a SympoziumPolicy; directories of the node are asked for by hostAccess.
   */
  volumes?: SidecarVolume[];
  /**
   * Where this sidecar has its volumes.
   */
  volumeMounts?: {
    /**
     * The name of one of the volumes of this pack.
     */
    name: string;
    /**
     * Where it is mounted.
     */
    mountPath: string;
    /**
     * The path in the volume that is mounted. Default its root.
     */
    subPath?: string;
    /**
     * Whether it is only read. Default false.
     */
    readOnly?: boolean;
  }[];
  /**
   * Destinations of the policy that the Pod may reach for the sake of this sidecar, by name. It counts where the policy isolates runs.
   */
  egress?: string[];
  hostAccess?: HostAccess;
  /**
   * Whether the sidecar serves requests, so that a run with this pack is a Deployment and a Service instead of a Job. Default false.
   */
  requiresServer: boolean;
  /**
   * Ports the sidecar listens on. In server mode also the ports of the Service.
   */
  ports?: Port[];
}
export interface SidecarVariable {
  /**
   * The name of the variable.
   */
  name: string;
  /**
   * The value of the variable. Default empty.
   */
  value?: string;
  /**
   * Where the value comes from instead.
   */
  valueFrom?: {
    /**
     * A key of a Secret in the namespace of the run.
     */
    secretKeyRef: {
      /**
       * The Secret.
       */
      name: string;
      /**
       * The key in it.
       */
      key: string;
      /**
       * Whether the sidecar starts without the Secret or its key. Default false.
       */
      optional?: boolean;
    };
  };
}
export interface SidecarTool {
  /**
   * The name of the tool, unique among all packs of one run.
   */
  name: string;
  /**
   * What the tool does and when to use it.
   */
  description: string;
  /**
   * The program and its first arguments.
   */
  exec: string[];
  /**
   * An argument behind exec, for example evaluate-changes. Default none.
   */
  subcommand?: string;
  /**
   * How the program gets its parameters, as arguments, or as a JSON object on its standard input but for positionalArgs. Default args.
   */
  inputMode: 'args' | 'stdin';
  /**
   * Parameters that are arguments, in their order. Each is one of the parameters.
   */
  positionalArgs?: string[];
  /**
   * A JSON Schema of type object, of at most 16 KiB. Default no parameters.
   */
  parameters?: {};
}
export interface Rule {
  /**
   * API groups of the resources; the empty string is the core group.
   */
  apiGroups: string[];
  /**
   * Resources, or resource/subresource, in plural lower case.
   */
  resources: string[];
  /**
   * What may be done with the resources, for example get, list, watch.
   */
  verbs: string[];
  /**
   * The only objects the rule holds for. Default all.
   */
  resourceNames?: string[];
}
export interface SidecarVolume {
  /**
   * The name of the volume in this pack.
   */
  name: string;
  /**
   * An empty directory, gone with the Pod.
   */
  emptyDir?: {
    /**
     * Where it is. Default the disk of the node.
     */
    medium?: '' | 'Memory';
    /**
     * How much it may take. Default no bound of its own.
     */
    sizeLimit?: string;
  };
  /**
   * A ConfigMap in the namespace of the run.
   */
  configMap?: {
    /**
     * The ConfigMap.
     */
    name: string;
    /**
     * Whether the sidecar starts without it. Default false.
     */
    optional?: boolean;
    /**
     * The only keys, each with its file. Default every key.
     */
    items?: {
      /**
       * The key.
       */
      key: string;
      /**
       * The file below mountPath.
       */
      path: string;
      /**
       * The mode of the file, as a decimal number.
       */
      mode?: number;
    }[];
  };
  /**
   * A Secret in the namespace of the run.
   */
  secret?: {
    /**
     * The Secret.
     */
    secretName: string;
    /**
     * Whether the sidecar starts without it. Default false.
     */
    optional?: boolean;
    /**
     * The only keys, each with its file. Default every key.
     */
    items?: {
      /**
       * The key.
       */
      key: string;
      /**
       * The file below mountPath.
       */
      path: string;
      /**
       * The mode of the file, as a decimal number.
       */
      mode?: number;
    }[];
  };
  /**
   * ConfigMaps and Secrets in one directory. Tokens are not among them.
   */
  projected?: {
    /**
     * What is in it, each a ConfigMap or a Secret.
     */
    sources: {
      /**
       * A ConfigMap in the namespace of the run.
       */
      configMap?: {
        /**
         * The ConfigMap.
         */
        name: string;
        /**
         * Whether the sidecar starts without it. Default false.
         */
        optional?: boolean;
        /**
         * The only keys, each with its file. Default every key.
         */
        items?: {
          /**
           * The key.
           */
          key: string;
          /**
           * The file below mountPath.
           */
          path: string;
          /**
           * The mode of the file, as a decimal number.
           */
          mode?: number;
        }[];
      };
      /**
       * A Secret in the namespace of the run.
       */
      secret?: {
        /**
         * The Secret.
         */
        name: string;
        /**
         * Whether the sidecar starts without it. Default false.
         */
        optional?: boolean;
        /**
         * The only keys, each with its file. Default every key.
         */
        items?: {
          /**
           * The key.
           */
          key: string;
          /**
           * The file below mountPath.
           */
          path: string;
          /**
           * The mode of the file, as a decimal number.
           */
          mode?: number;
        }[];
      };
    }[];
  };
  /**
   * A claim in the namespace of the run.
   */
  persistentVolumeClaim?: {
    /**
     * The PersistentVolumeClaim.
     */
    claimName: string;
    /**
     * Whether it is only read. Default false.
     */
    readOnly?: boolean;
  };
  /**
   * A volume that a CSI driver makes for the Pod, read-only.
   */
  csi?: {
    /**
     * The driver.
     */
    driver: string;
    /**
     * It is read-only, whatever this says.
     */
    readOnly?: boolean;
    /**
     * What the driver is told.
     */
    volumeAttributes?: {
      [k: string]: string | undefined;
    };
    /**
     * A Secret in the namespace of the run that the driver is given.
     */
    nodePublishSecretRef?: {
      /**
       * The Secret.
       */
      name: string;
    };
  };
}
/**
 * Access to the node. Nothing in it counts unless enabled is true, and a SympoziumPolicy has to permit it.
 */
export interface HostAccess {
  /**
   * Whether the pack asks for access to the node at all. Default false.
   */
  enabled: boolean;
  /**
   * Use the network of the node. Reaches every container of the Pod. Default false.
   */
  hostNetwork: boolean;
  /**
   * See the processes of the node. Reaches every container of the Pod. Default false.
   */
  hostPID: boolean;
  /**
   * Run this sidecar as root with every capability. Default false.
   */
  privileged: boolean;
  /**
   * Run this sidecar as root in its container, without capabilities. Default false.
   */
  runAsRoot: boolean;
  /**
   * Directories of the node to mount in this sidecar.
   */
  mounts?: HostMount[];
}
export interface HostMount {
  /**
   * The directory on the node.
   */
  hostPath: string;
  /**
   * Where it is mounted in the sidecar.
   */
  mountPath: string;
  /**
   * Whether the sidecar may only read it. Default true.
   */
  readOnly: boolean;
}
export interface Port {
  /**
   * The name of the port, unique in the pack.
   */
  name: string;
  /**
   * The port number.
   */
  containerPort: number;
  /**
   * The transport protocol. Default TCP.
   */
  protocol: 'TCP' | 'UDP' | 'SCTP';
}
/**
 * What became of the pack.
 */
export interface SkillPackStatus {
  /**
   * Pending until the ConfigMap exists, then Ready; Invalid when the pack cannot be used.
   */
  phase?: 'Pending' | 'Ready' | 'Refused' | 'Invalid';
  /**
   * Why the pack is not Ready, for people.
   */
  message?: string;
  /**
   * The ConfigMap with the skills, in the system namespace.
   */
  configMapName?: string;
  /**
   * How many skills the pack has.
   */
  skillCount?: number;
  /**
   * What each skill consists of.
   */
  skills?: {
    /**
     * The name of the skill.
     */
    name?: string;
    /**
     * How many files its folder has, SKILL.md included; absent of an image.
     */
    files?: number;
    /**
     * How many bytes they have; absent of an image.
     */
    bytes?: number;
    /**
     * sha256 of the skill as the pack has it: it changes with any part of it.
     */
    digest?: string;
  }[];
  /**
   * What a SympoziumPolicy would refuse about this pack, then rights that match nothing and texts that look like credentials, which nothing refuses.
   */
  findings?: {
    /**
     * The policy that refuses; none where nothing is refused.
     */
    policy?: string;
    /**
     * The rule that refuses or tells.
     */
    rule?: string;
    /**
     * The field of the pack.
     */
    path?: string;
    /**
     * What was found, why it matters and what to do.
     */
    message?: string;
  }[];
}
/**
 * What runs of this instance get unless they say otherwise. Edits reach runs created later.
 */
export interface SympoziumInstanceSpec {
  /**
   * The skills of this run. When given, they replace the selection of the instance; the params of a pack listed in both are merged, the value of the run winning.
   */
  skills?: SkillUse[];
  /**
   * What the agent is told before the task.
   */
  systemPrompt?: string;
  model?: Model;
  /**
   * Environment variables of the agent only. Names the product sets, PATH, HOME and LD_* are refused, and by default what spec.env of SympoziumPolicy tells of. Never put a credential here.
   */
  env?: EnvVar[];
  /**
   * Secrets in the namespace of the run that let the node pull the images.
   */
  imagePullSecrets?: {
    /**
     * The name of the Secret.
     */
    name: string;
  }[];
  /**
   * How long the agent may run, from 1s to 24h, for example 10m, from its own start. A minute later its node ends it. Default from the instance, then the policy, then 10m. Does not apply in server mode.
   */
  timeout?: string;
  /**
   * How long the Pod may take to get ready after the Job started, from 30s to 1h, for example for a large image; then the run has failed, and its rights end. Default from the instance, then the policy, then as long as the Job may run, in which the start counts for 5 minutes. Does not apply in server mode.
   */
  startTimeout?: string;
  /**
   * How many seconds the Job and its logs stay after the run ended by itself; after any other end nothing stays. Default from the instance, then the policy, then 300. Does not apply in server mode.
   */
  ttlSecondsAfterFinished?: number;
  /**
   * What happens after ttlSecondsAfterFinished. delete removes the Job, its Pod and the skills; keep leaves them until the AgentRun goes. Default from the instance, then the policy, then delete.
   */
  cleanup?: 'delete' | 'keep';
  workspace?: Workspace;
  podMetadata?: PodMetadata;
  /**
   * As whom the run acts in a cloud, by a name that its policy lets it choose. Default that of the instance, then that of the policy.
   */
  cloudIdentity?: string;
  /**
   * Destinations of the policy that the Pod may reach beside those of its packs, by name. It counts where the policy isolates runs. Default those of the instance.
   */
  egress?: string[];
  placement?: Placement;
  /**
   * Directories below /workspace where the agent finds /skills too, for runners that look for skills in their project, for example .claude/skills or .agents/skills. None in another one. Default from the instance, then from the policy. Does not apply in server mode.
   */
  skillsDirs?: string[];
}
export interface SkillUse {
  /**
   * The name of a SkillPack.
   */
  skillPackRef?: string;
  /**
   * The name of a ConfigMap in the namespace of the run, mounted at /skills/configmaps/<name>. Unlike a pack it is not copied, so later edits reach the run.
   */
  configMapRef?: string;
  /**
   * Values for the sidecar of the pack. REPO becomes the environment variable SKILL_REPO; characters other than letters and digits become an underscore. Never put a credential here.
   */
  params?: {
    [k: string]: string | undefined;
  };
}
/**
 * The language model. Unset fields come from the instance, then from the policy's defaults; authSecretRef only for the same provider and baseURL, or where spec.models of the policy lists them.
 */
export interface Model {
  /**
   * The provider of the model, for example anthropic, openai or ollama.
   */
  provider?: string;
  /**
   * The name of the model as the provider knows it.
   */
  model?: string;
  /**
   * The address of the provider, for a gateway or a model of your own.
   */
  baseURL?: string;
  /**
   * How much the model may think before it answers.
   */
  thinking?: 'off' | 'low' | 'medium' | 'high';
  /**
   * The name of a Secret in the namespace of the run. The agent gets the keys of it that are called API_KEY, ANTHROPIC_API_KEY, AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AZURE_OPENAI_API_KEY, LLM_API_KEY, OPENAI_API_KEY or PROVIDER_API_KEY. One that has none of them gives no key, and nobody can tell; with authSecretKey Kubernetes does.
   */
  authSecretRef?: string;
  /**
   * The key in authSecretRef that holds the provider's key, which then reaches the agent as API_KEY. A Secret without it keeps the Pod from starting, which the run tells. Default the usual names, as far as the Secret has them.
   */
  authSecretKey?: string;
}
export interface EnvVar {
  /**
   * The name of the variable.
   */
  name: string;
  /**
   * The value of the variable. Default empty.
   */
  value: string;
}
/**
 * The directory /workspace of the agent and of the sidecars that mount it. A SympoziumPolicy says what may be chosen; without one, no more than it holds by default.
 */
export interface Workspace {
  /**
   * How much it holds, as a Kubernetes quantity; who says it has no claim of a wider scope. Default 1Gi.
   */
  size?: string;
  /**
   * A StorageClass, of which the Pod gets a volume that is made and deleted with it. Without one, and without a claim, it is a directory of the node.
   */
  storageClassName?: string;
  /**
   * How that volume may be mounted. Default ReadWriteOnce.
   */
  accessMode?: 'ReadWriteOnce' | 'ReadWriteOncePod';
  /**
   * A PersistentVolumeClaim in the namespace of the run. Runs that name one share it, and what a run leaves in it stays.
   */
  claimName?: string;
}
/**
 * Labels and annotations of the Pod. A SympoziumPolicy says which may be set; without one, none.
 */
export interface PodMetadata {
  /**
   * Its labels.
   */
  labels?: {
    [k: string]: string | undefined;
  };
  /**
   * Its annotations.
   */
  annotations?: {
    [k: string]: string | undefined;
  };
}
/**
 * Where the Pod runs. A SympoziumPolicy says what may be chosen; without one, nothing. What the run says wins over the instance, and that over the policy.
 */
export interface Placement {
  /**
   * The RuntimeClass of the Pod, for example of a sandbox.
   */
  runtimeClassName?: string;
  /**
   * The PriorityClass of the Pod.
   */
  priorityClassName?: string;
  /**
   * Labels that the node has to have. Those of a wider scope hold as well, and a key has the value of the narrower one.
   */
  nodeSelector?: {
    [k: string]: string | undefined;
  };
  /**
   * Taints of nodes that do not keep the Pod away. Those of a wider scope hold as well.
   */
  tolerations?: {
    /**
     * The key of the taint; every one without a key.
     */
    key?: string;
    /**
     * Whether the value counts. Default Equal.
     */
    operator?: 'Exists' | 'Equal';
    /**
     * The value of the taint.
     */
    value?: string;
    /**
     * The effect of the taint; every one without it.
     */
    effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
    /**
     * How long a taint with the effect NoExecute is tolerated.
     */
    tolerationSeconds?: number;
  }[];
}
/**
 * Whether runs can use the instance.
 */
export interface SympoziumInstanceStatus {
  /**
   * Ready when every reference was found, Waiting when one is missing, Invalid when the spec has faults.
   */
  phase?: 'Ready' | 'Waiting' | 'Refused' | 'Invalid';
  /**
   * Why the instance is not Ready, for people.
   */
  message?: string;
  /**
   * The packs the instance refers to, as far as they exist.
   */
  skills?: {
    /**
     * The name of the SkillPack.
     */
    pack?: string;
    /**
     * The version the pack states.
     */
    version?: string;
  }[];
}
/**
 * What is to be done, and with which skills. Immutable but for cancel, cleanup and ttlSecondsAfterFinished.
 */
export interface AgentRunSpec {
  /**
   * The SympoziumInstance, in the same namespace, whose settings the run takes.
   */
  instanceRef: string;
  /**
   * What the agent is asked to do. Needed unless the run is a server.
   */
  task?: string;
  /**
   * task runs an agent once as a Job; server runs the serving sidecars as a Deployment and a Service. Default server when a selected pack requires a server, else task; an explicit task leaves such sidecars out.
   */
  mode?: 'task' | 'server';
  /**
   * The skills of this run. When given, they replace the selection of the instance; the params of a pack listed in both are merged, the value of the run winning.
   */
  skills?: SkillUse[];
  /**
   * What the agent is told before the task.
   */
  systemPrompt?: string;
  model?: Model;
  /**
   * Environment variables of the agent only. Names the product sets, PATH, HOME and LD_* are refused, and by default what spec.env of SympoziumPolicy tells of. Never put a credential here.
   */
  env?: EnvVar[];
  /**
   * Secrets in the namespace of the run that let the node pull the images.
   */
  imagePullSecrets?: {
    /**
     * The name of the Secret.
     */
    name: string;
  }[];
  /**
   * How long the agent may run, from 1s to 24h, for example 10m, from its own start. A minute later its node ends it. Default from the instance, then the policy, then 10m. Does not apply in server mode.
   */
  timeout?: string;
  /**
   * How long the Pod may take to get ready after the Job started, from 30s to 1h, for example for a large image; then the run has failed, and its rights end. Default from the instance, then the policy, then as long as the Job may run, in which the start counts for 5 minutes. Does not apply in server mode.
   */
  startTimeout?: string;
  workspace?: Workspace;
  podMetadata?: PodMetadata;
  /**
   * As whom the run acts in a cloud, by a name that its policy lets it choose. Default that of the instance, then that of the policy.
   */
  cloudIdentity?: string;
  /**
   * Destinations of the policy that the Pod may reach beside those of its packs, by name. It counts where the policy isolates runs. Default those of the instance.
   */
  egress?: string[];
  placement?: Placement;
  /**
   * Directories below /workspace where the agent finds /skills too, for runners that look for skills in their project, for example .claude/skills or .agents/skills. None in another one. Default from the instance, then from the policy. Does not apply in server mode.
   */
  skillsDirs?: string[];
  /**
   * How many seconds the Job and its logs stay after the run ended by itself; after any other end nothing stays. Default from the instance, then the policy, then 300. Does not apply in server mode.
   */
  ttlSecondsAfterFinished?: number;
  /**
   * What happens after ttlSecondsAfterFinished. delete removes the Job, its Pod and the skills; keep leaves them until the AgentRun goes. Default from the instance, then the policy, then delete.
   */
  cleanup?: 'delete' | 'keep';
  /**
   * Set to true to end the run now and for good. Default false.
   */
  cancel: boolean;
}
/**
 * What became of the run.
 */
export interface AgentRunStatus {
  /**
   * One word for the whole. Pending waits for what the run refers to; Preparing makes its objects; Running and Serving hold a Pod; Succeeded, Failed and Cancelled are final, and the condition Finished is true with each of them.
   */
  phase?: 'Pending' | 'Preparing' | 'Running' | 'Serving' | 'Succeeded' | 'Failed' | 'Cancelled';
  /**
   * Why the run is in its phase, as one word.
   */
  reason?: string;
  /**
   * Why the run is in its phase and what to do, for people.
   */
  message?: string;
  /**
   * What the objects of the run are named after; unique over time.
   */
  runId?: string;
  /**
   * The mode the run got.
   */
  mode?: 'task' | 'server';
  /**
   * The Job, or in server mode the Deployment, in the namespace of the run. Set once everything it needs exists and its start is decided.
   */
  workloadName?: string;
  /**
   * The uid of that Job. A Job of the same name with another uid is not this run's.
   */
  workloadUID?: string;
  /**
   * When everything the run needs existed and its start was decided.
   */
  preparedTime?: string;
  /**
   * When the Job started, or in server mode when the Deployment was first seen available.
   */
  startTime?: string;
  /**
   * When the Pod was seen ready: at once where the run has a startTimeout, else not before a minute after its start, or half of its timeout. Absent from a run that was shorter.
   */
  readyTime?: string;
  /**
   * When the run ended.
   */
  completionTime?: string;
  /**
   * With which code the agent ended, when that is known.
   */
  exitCode?: number;
  /**
   * The Pod of the run, when it is known.
   */
  podName?: string;
  /**
   * When the Pod was looked at after the end of the run, where the platform permits that. Result and usage are from then.
   */
  podObservedTime?: string;
  /**
   * What the agent left as its result, where a policy captures it: the last 4096 bytes, without control characters and with what looks like a credential masked. It is text of the agent's, to be trusted no more than the agent.
   */
  result?: string;
  /**
   * Whether some of the result is missing.
   */
  resultTruncated?: boolean;
  usage?: Usage;
  startFailure?: StartFailure;
  service?: ServerAddress;
  /**
   * A digest of everything the run was prepared with.
   */
  frozenDigest?: string;
  approval?: Approval;
  /**
   * The packs the run was given.
   */
  skills?: UsedPack[];
  /**
   * Which rights the run was given, and for which pack.
   */
  rights?: Right[];
}
/**
 * What the agent says that it used, where a policy captures it.
 */
export interface Usage {
  /**
   * Tokens that were sent to the model.
   */
  inputTokens?: number;
  /**
   * Tokens that came from the model.
   */
  outputTokens?: number;
  /**
   * Both together.
   */
  totalTokens?: number;
  /**
   * How often a tool was called.
   */
  toolCalls?: number;
  /**
   * How long the agent worked, in milliseconds.
   */
  durationMs?: number;
  /**
   * What it cost, in US dollars, for example 0.0213.
   */
  costUSD?: string;
}
/**
 * Why the Pod is not ready, or was not when the run ended.
 */
export interface StartFailure {
  /**
   * One word for it, as in reason.
   */
  reason?: string;
  /**
   * What Kubernetes says of it.
   */
  message?: string;
  /**
   * The container it is about, when it is known.
   */
  container?: string;
  /**
   * Since when it is known.
   */
  since?: string;
}
/**
 * Where a server is reached, in the namespace of the run.
 */
export interface ServerAddress {
  /**
   * The Service.
   */
  name?: string;
  /**
   * Its ports.
   */
  ports?: {
    /**
     * The name of the port.
     */
    name?: string;
    /**
     * The port.
     */
    port?: number;
    /**
     * The transport protocol.
     */
    protocol?: string;
  }[];
}
/**
 * What a human is asked to approve, where a policy asks for that, and what came of it.
 */
export interface Approval {
  /**
   * Whether the run, as it would be made now, is approved. An end that another thing brought leaves it as it was.
   */
  state?: 'Required' | 'Approved' | 'Denied' | 'Expired';
  /**
   * A digest of contentDigest, because, rights, skills and images. An approval counts for one digest only.
   */
  digest?: string;
  /**
   * A digest of everything the run would be made of. Only while it waits.
   */
  contentDigest?: string;
  /**
   * Why the policy asks for an approval, and what of the run reaches out of its Pod.
   */
  because?: ApprovalCause[];
  /**
   * Which rights the run was given, and for which pack.
   */
  rights?: Right[];
  /**
   * The packs the run was given.
   */
  skills?: UsedPack[];
  /**
   * The images that would run, the agent's first. Only while it waits.
   */
  images?: string[];
  /**
   * Since when the run waits for an approval of this digest.
   */
  requestedTime?: string;
  /**
   * When the run fails if nobody decides.
   */
  expiryTime?: string;
  /**
   * Who decided.
   */
  approver?: string;
  /**
   * When that was.
   */
  decisionTime?: string;
  /**
   * Why
   */
  reason?: string;
}
export interface ApprovalCause {
  /**
   * Which rule of the policy asks
   */
  rule?: 'always' | 'pack' | 'rights' | 'host-access' | 'server' | 'cloud-identity';
  /**
   * The field that it is about.
   */
  path?: string;
  /**
   * What stands there.
   */
  what?: string;
}
export interface Right {
  /**
   * The SkillPack that asked for the right.
   */
  pack?: string;
  /**
   * Whether the right holds in one namespace or in the whole cluster.
   */
  scope?: 'Namespace' | 'Cluster';
  /**
   * The namespace the right holds in.
   */
  namespace?: string;
  /**
   * The API groups of the resources.
   */
  apiGroups?: string[];
  /**
   * The resources.
   */
  resources?: string[];
  /**
   * What may be done.
   */
  verbs?: string[];
  /**
   * The only objects the right holds for.
   */
  resourceNames?: string[];
}
export interface UsedPack {
  /**
   * The name of the SkillPack.
   */
  pack?: string;
  /**
   * The version the pack stated.
   */
  version?: string;
  /**
   * A digest of the spec of the pack as it was used.
   */
  digest?: string;
}
/**
 * What is decided, and by whom. Immutable.
 */
export interface AgentRunApprovalSpec {
  /**
   * Which run is meant, status.runId of the AgentRun. One that is made again under the same name is another.
   */
  runId: string;
  /**
   * What the human has seen, status.approval.digest of the AgentRun. When anything of it changes, the run asks again.
   */
  digest: string;
  /**
   * Whether the run may start. Denied ends it.
   */
  decision: 'Approved' | 'Denied';
  /**
   * The user name of who decides, as the API server knows it. An admission policy of examples/install holds it to that.
   */
  approver: string;
  /**
   * Why, for people. The run shows it.
   */
  reason?: string;
}
/**
 * Whether the approval can be read. Whether it counts, its AgentRun says.
 */
export interface AgentRunApprovalStatus {
  /**
   * Recorded when the approval can be read.
   */
  phase?: 'Recorded' | 'Invalid';
  /**
   * What is wrong with it.
   */
  message?: string;
}
/**
 * When runs are made, and of what.
 */
export interface AgentScheduleSpec {
  /**
   * When, as a CronJob has it: minute, hour, day of the month, month and day of the week, or @hourly, @daily, @weekly, @monthly or @yearly. After a change it counts from then on.
   */
  schedule: string;
  /**
   * The IANA time zone of the schedule, for example Europe/Warsaw. Default Etc/UTC.
   */
  timeZone: string;
  /**
   * Set to true to make no run until it is false again. What is due meanwhile is skipped. Runs that exist go on. Default false.
   */
  suspend: boolean;
  /**
   * What happens at a tick while a run of this schedule has not ended. Forbid skips the tick; Replace cancels the run and makes the new one when it has ended; Allow makes it beside the others, at most 8. Default Forbid.
   */
  concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace';
  /**
   * How many seconds after its tick a run may still be made; then the tick is skipped. Default 300.
   */
  startingDeadlineSeconds: number;
  /**
   * How many runs that succeeded are kept. Older ones are deleted. Default 3.
   */
  successfulRunsHistoryLimit: number;
  /**
   * How many runs that failed or were cancelled are kept. Older ones are deleted. Default 3.
   */
  failedRunsHistoryLimit: number;
  runTemplate: RunTemplate;
}
/**
 * The AgentRuns to make. A change reaches those that are made after it.
 */
export interface RunTemplate {
  /**
   * Labels and annotations of the AgentRuns.
   */
  metadata?: {
    /**
     * Labels, but for those of the product, of Crossplane and of Jobs.
     */
    labels?: {
      [k: string]: string | undefined;
    };
    /**
     * Annotations, but for those of the product, of Crossplane and of Jobs.
     */
    annotations?: {
      [k: string]: string | undefined;
    };
  };
  /**
   * The spec of the AgentRuns, without cancel.
   */
  spec: {
    /**
     * The SympoziumInstance, in the same namespace, whose settings the run takes.
     */
    instanceRef: string;
    /**
     * What the agent is asked to do. Needed unless the run is a server.
     */
    task?: string;
    /**
     * task runs an agent once as a Job; server runs the serving sidecars as a Deployment and a Service. Default server when a selected pack requires a server, else task; an explicit task leaves such sidecars out.
     */
    mode?: 'task' | 'server';
    /**
     * The skills of this run. When given, they replace the selection of the instance; the params of a pack listed in both are merged, the value of the run winning.
     */
    skills?: SkillUse[];
    /**
     * What the agent is told before the task.
     */
    systemPrompt?: string;
    model?: Model;
    /**
     * Environment variables of the agent only. Names the product sets, PATH, HOME and LD_* are refused, and by default what spec.env of SympoziumPolicy tells of. Never put a credential here.
     */
    env?: EnvVar[];
    /**
     * Secrets in the namespace of the run that let the node pull the images.
     */
    imagePullSecrets?: {
      /**
       * The name of the Secret.
       */
      name: string;
    }[];
    /**
     * How long the agent may run, from 1s to 24h, for example 10m, from its own start. A minute later its node ends it. Default from the instance, then the policy, then 10m. Does not apply in server mode.
     */
    timeout?: string;
    /**
     * How long the Pod may take to get ready after the Job started, from 30s to 1h, for example for a large image; then the run has failed, and its rights end. Default from the instance, then the policy, then as long as the Job may run, in which the start counts for 5 minutes. Does not apply in server mode.
     */
    startTimeout?: string;
    workspace?: Workspace;
    podMetadata?: PodMetadata;
    /**
     * As whom the run acts in a cloud, by a name that its policy lets it choose. Default that of the instance, then that of the policy.
     */
    cloudIdentity?: string;
    /**
     * Destinations of the policy that the Pod may reach beside those of its packs, by name. It counts where the policy isolates runs. Default those of the instance.
     */
    egress?: string[];
    placement?: Placement;
    /**
     * Directories below /workspace where the agent finds /skills too, for runners that look for skills in their project, for example .claude/skills or .agents/skills. None in another one. Default from the instance, then from the policy. Does not apply in server mode.
     */
    skillsDirs?: string[];
    /**
     * How many seconds the Job and its logs stay after the run ended by itself; after any other end nothing stays. Default from the instance, then the policy, then 300. Does not apply in server mode.
     */
    ttlSecondsAfterFinished?: number;
    /**
     * What happens after ttlSecondsAfterFinished. delete removes the Job, its Pod and the skills; keep leaves them until the AgentRun goes. Default from the instance, then the policy, then delete.
     */
    cleanup?: 'delete' | 'keep';
  };
}
/**
 * What was made, and what is next.
 */
export interface AgentScheduleStatus {
  /**
   * Active makes runs, Suspended skips its ticks, Invalid cannot be read and makes none.
   */
  phase?: 'Active' | 'Suspended' | 'Invalid';
  /**
   * What is wrong with it, or what comes next.
   */
  message?: string;
  /**
   * The schedule and the time zone that nextScheduleTime is of.
   */
  schedule?: string;
  /**
   * The next tick.
   */
  nextScheduleTime?: string;
  /**
   * The tick whose run is being made.
   */
  pendingTick?: string;
  /**
   * The last tick of which a run was made.
   */
  lastScheduleTime?: string;
  /**
   * When a run of this schedule last succeeded.
   */
  lastSuccessfulTime?: string;
  /**
   * The runs that have not ended, by name.
   */
  active?: string[];
  /**
   * The runs that exist, the newest first.
   */
  runs?: ScheduledRun[];
  /**
   * How many ticks had no run.
   */
  skipped?: number;
  lastSkipped?: SkippedTick;
}
export interface ScheduledRun {
  /**
   * The name of the AgentRun.
   */
  name: string;
  /**
   * Which tick it was made of.
   */
  tick: string;
  /**
   * Its phase as it was last seen.
   */
  phase?: string;
  /**
   * When it ended.
   */
  completionTime?: string;
}
/**
 * The last tick that had no run.
 */
export interface SkippedTick {
  /**
   * When it was.
   */
  tick: string;
  /**
   * Active: another run had not ended, or 8 with Allow. Deadline: it was too late for it, or for it and a later tick at once. NameTaken: somebody else made an AgentRun of its name. Suspended: the schedule was suspended.
   */
  why: 'Active' | 'Deadline' | 'NameTaken' | 'Suspended';
}
/**
 * What is permitted and what is given by default. An empty spec means the built-in guardrails.
 */
export interface SympoziumPolicySpec {
  /**
   * What a run gets where neither it nor its instance say otherwise.
   */
  defaults?: {
    /**
     * The agent container. Only a policy can choose it.
     */
    agent?: {
      /**
       * The image of the agent. Default the public agent runner, pinned by version.
       */
      image?: string;
      /**
       * When the node pulls the image. Default as Kubernetes has it.
       */
      imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
      /**
       * The entry point of the agent. Default the entry point of the image.
       */
      command?: string[];
      /**
       * Directories below /workspace where the agent finds /skills too, for runners that look for skills in their project, for example .claude/skills or .agents/skills. Used where the instance says nothing. None in another one.
       */
      skillsDirs?: string[];
      /**
       * The file in which the agent leaves its result. Its last 4096 bytes become the termination message of the container, which kubectl describe pod shows. Default /dev/termination-log, and with the default image /ipc/output/result.json where results are captured.
       */
      resultPath?: string;
      /**
       * What the agent is given, as request and as limit. Default 500m and 512Mi.
       */
      resources?: {
        /**
         * CPU as a Kubernetes quantity, for example 500m.
         */
        cpu?: string;
        /**
         * Memory as a Kubernetes quantity, for example 512Mi.
         */
        memory?: string;
        /**
         * What it may write beside volumes, log included; the sizes of the volumes on the node are added to it. Default not bounded, or 1Gi where a sidecar is bounded.
         */
        ephemeralStorage?: string;
        /**
         * Devices by the name of their resource, for example nvidia.com/gpu.
         */
        devices?: {
          [k: string]: number | undefined;
        };
      };
    };
    model?: Model;
    /**
     * How long the agent of a run may run, from 1s to 24h, from its own start. Default 10m.
     */
    timeout?: string;
    /**
     * How long the Pod of a run may take to get ready, from 30s to 1h. Default as long as its Job may run, in which the start counts for 5 minutes.
     */
    startTimeout?: string;
    /**
     * How many seconds Job and logs of a run stay after it ended by itself. Default 300.
     */
    ttlSecondsAfterFinished?: number;
    /**
     * What happens after ttlSecondsAfterFinished. delete removes Job, Pod and skills of a run; keep leaves them until the AgentRun goes. Default delete.
     */
    cleanup?: 'delete' | 'keep';
    /**
     * The directory /workspace of the agent and of the sidecars that mount it.
     */
    workspace?: {
      /**
       * How much it holds, as a Kubernetes quantity. Default 1Gi.
       */
      size?: string;
      /**
       * A StorageClass, of which the Pod gets a volume that is made and deleted with it. Without one, and without a claim, it is a directory of the node.
       */
      storageClassName?: string;
      /**
       * How that volume may be mounted. Default ReadWriteOnce.
       */
      accessMode?: 'ReadWriteOnce' | 'ReadWriteOncePod';
      /**
       * A PersistentVolumeClaim in the namespace of the run. Runs that name one share it, and what a run leaves in it stays.
       */
      claimName?: string;
    };
    podMetadata?: PodMetadata;
    /**
     * One of cloudIdentities, by name, for every run that chooses no other. Default none.
     */
    cloudIdentity?: string;
    /**
     * Where Pods run.
     */
    placement?: {
      /**
       * Whether runs may not choose another runtime class, priority class or value of a label where this says one. Default false.
       */
      required?: boolean;
      /**
       * The RuntimeClass of the Pod, for example of a sandbox.
       */
      runtimeClassName?: string;
      /**
       * The PriorityClass of the Pod.
       */
      priorityClassName?: string;
      /**
       * Labels that the node has to have. Those of a wider scope hold as well, and a key has the value of the narrower one.
       */
      nodeSelector?: {
        [k: string]: string | undefined;
      };
      /**
       * Taints of nodes that do not keep the Pod away. Those of a wider scope hold as well.
       */
      tolerations?: {
        /**
         * The key of the taint; every one without a key.
         */
        key?: string;
        /**
         * Whether the value counts. Default Equal.
         */
        operator?: 'Exists' | 'Equal';
        /**
         * The value of the taint.
         */
        value?: string;
        /**
         * The effect of the taint; every one without it.
         */
        effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
        /**
         * How long a taint with the effect NoExecute is tolerated.
         */
        tolerationSeconds?: number;
      }[];
    };
    /**
     * As whom the containers of a run run. In every choice they are what the Restricted Pod Security Standard asks for, but for what hostAccess permits.
     */
    securityContext?: {
      /**
       * Fixed numbers, or none, so that the cluster chooses them, as OpenShift does by namespace. Default Fixed.
       */
      identity?: 'Fixed' | 'FromNamespace';
      /**
       * The user. Default 1000.
       */
      runAsUser?: number;
      /**
       * The group. Default 1000.
       */
      runAsGroup?: number;
      /**
       * The group that volumes are given. Default 1000.
       */
      fsGroup?: number;
    };
    /**
     * Secrets in the namespace of the run that let the node pull the images, where neither run nor instance has a list of its own.
     */
    imagePullSecrets?: {
      /**
       * The name of the Secret.
       */
      name: string;
    }[];
  };
  /**
   * The most a run may ask for; more is refused.
   */
  limits?: {
    /**
     * The longest timeout of a run, from 1s to 24h.
     */
    timeout?: string;
    /**
     * The longest startTimeout of a run, from 30s to 1h. It is also what a run gets that names none.
     */
    startTimeout?: string;
    /**
     * The most skills of all packs together.
     */
    skills?: number;
    /**
     * The most environment variables of the agent.
     */
    env?: number;
    /**
     * The most the agent may be given.
     */
    agent?: {
      /**
       * CPU as a Kubernetes quantity, for example 500m.
       */
      cpu?: string;
      /**
       * Memory as a Kubernetes quantity, for example 512Mi.
       */
      memory?: string;
      /**
       * Storage on the node beside volumes, as a Kubernetes quantity.
       */
      ephemeralStorage?: string;
      /**
       * Devices by the name of their resource. Default any.
       */
      devices?: {
        [k: string]: number | undefined;
      };
    };
    /**
     * The most each sidecar may be given.
     */
    sidecar?: {
      /**
       * CPU as a Kubernetes quantity, for example 500m.
       */
      cpu?: string;
      /**
       * Memory as a Kubernetes quantity, for example 512Mi.
       */
      memory?: string;
      /**
       * Storage on the node beside volumes, as a Kubernetes quantity.
       */
      ephemeralStorage?: string;
      /**
       * Devices by the name of their resource. Default none.
       */
      devices?: {
        [k: string]: number | undefined;
      };
    };
    /**
     * What an instance or run may choose of where its Pod runs, beside what the defaults say. Default nothing.
     */
    placement?: {
      /**
       * The RuntimeClasses, by name.
       */
      runtimeClasses?: string[];
      /**
       * The PriorityClasses, by name.
       */
      priorityClasses?: string[];
      /**
       * The labels of nodes.
       */
      nodeSelectorKeys?: string[];
      /**
       * The keys of taints.
       */
      tolerationKeys?: string[];
    };
    /**
     * What an instance or run may choose of its workspace. What it does not choose the defaults say.
     */
    workspace?: {
      /**
       * The most it may hold. Default what the defaults say.
       */
      size?: string;
      /**
       * The StorageClasses, by name. Default none.
       */
      storageClasses?: string[];
      /**
       * The PersistentVolumeClaims, by name; a star at the end stands for any ending. Default none.
       */
      claims?: string[];
    };
    /**
     * Which labels and annotations of its Pod an instance or run may set. Default none.
     */
    podMetadata?: {
      /**
       * The labels, by key.
       */
      labels?: string[];
      /**
       * The annotations, by key.
       */
      annotations?: string[];
    };
    /**
     * The cloudIdentities that an instance or run may choose, by name. Default none.
     */
    cloudIdentities?: string[];
    /**
     * The destinations of spec.network that an instance or run may ask for, by name. Default none beside those that its packs ask for.
     */
    egress?: string[];
  };
  /**
   * As whom runs may act in a cloud. What its services gave out to a run they take back on their own time, not at the end of the run.
   */
  cloudIdentities?: CloudIdentity[];
  network?: Network;
  results?: Results;
  /**
   * Which images may run.
   */
  images?: {
    /**
     * Registries, or registries with the beginning of a path, that images may come from. Default any.
     */
    registries?: string[];
    /**
     * Whether every image has to be pinned by digest. Default false.
     */
    requireDigest?: boolean;
    /**
     * Replacements for the beginning of image names, for sites without the internet.
     */
    rewrites?: {
      /**
       * The registry or beginning of a name to replace.
       */
      from: string;
      /**
       * What replaces it.
       */
      to: string;
    }[];
  };
  /**
   * Packs that only some namespaces may use, or not every other pack beside. A pack not listed is for all.
   */
  packs?: {
    /**
     * The name of the SkillPack.
     */
    name: string;
    /**
     * The namespaces that may use it, by exact name, or * for all. Default all.
     */
    namespaces?: string[];
    /**
     * The SkillPacks that no run may have beside it, because the packs of a run share one ServiceAccount.
     */
    apart?: string[];
  }[];
  /**
   * Which language models runs may use, and where. A key that the policy or an instance names does not follow a run to another address or provider, unless it is listed here.
   */
  models?: {
    /**
     * The only providers, by name. Default any.
     */
    providers?: string[];
    /**
     * The only addresses, each an address or the beginning of one. Scheme, host and port have to be the same, and the path has to go on with whole components. Default any.
     */
    baseURLs?: string[];
    /**
     * Whether an instance or run may name an address at all. Default true.
     */
    tenantBaseURL?: boolean;
  };
  /**
   * Which environment variables an instance or run may set. Refused by default is what leads the agent elsewhere or loads code into it, such as proxies, addresses of providers, trusted certificates, options of interpreters and Git, and the agent runner's own variables.
   */
  env?: {
    /**
     * Names that may be set though they are refused by default. A star at the end stands for any ending.
     */
    allow?: string[];
    /**
     * Names that may not be set either. A star at the end stands for any ending.
     */
    deny?: string[];
  };
  /**
   * The only Secrets a pack, instance or run may name. Default any in the namespace of the run.
   */
  secrets?: string[];
  /**
   * Volumes of packs that nothing else permits.
   */
  volumes?: {
    /**
     * The PersistentVolumeClaims that a pack may mount, by name, in the namespace of its run. Default none.
     */
    claims?: string[];
    /**
     * The CSI drivers that a pack may have volumes of. Default none.
     */
    drivers?: string[];
  };
  /**
   * Exceptions to the credentials that are refused by their form.
   */
  credentials?: {
    /**
     * Fields that may hold what looks like a credential and is none, each as the refusal names it, for example SkillPack/web spec.sidecar.args[1]. A field of a run is named without the run, so it is permitted to every run the policy holds for. What is only told is silenced too.
     */
    allow?: string[];
  };
  /**
   * Which access to the node a pack may ask for. Default none.
   */
  hostAccess?: {
    /**
     * Whether the network of the node may be used. Default false.
     */
    hostNetwork?: boolean;
    /**
     * Whether the processes of the node may be seen. Default false.
     */
    hostPID?: boolean;
    /**
     * Whether a sidecar may be privileged. Default false.
     */
    privileged?: boolean;
    /**
     * Whether a sidecar may be root in its container. Default false.
     */
    runAsRoot?: boolean;
    /**
     * Whether a run with rights may have a privileged sidecar, or one that mounts the directory of the kubelet. Default false.
     */
    besideRights?: boolean;
    /**
     * Directories of the node that may be mounted, with everything below them.
     */
    paths?: {
      /**
       * The directory.
       */
      prefix: string;
      /**
       * Whether it may only be read. Default true.
       */
      readOnly?: boolean;
    }[];
  };
  /**
   * Exceptions to the rights that are refused by default.
   */
  rights?: {
    /**
     * Rights a pack may ask for though they are refused by default. No wildcards.
     */
    allow?: {
      /**
       * Whether the right may hold in the namespace of the run or in the whole cluster.
       */
      scope: 'Namespace' | 'Cluster';
      /**
       * API groups; the empty string is the core group.
       */
      apiGroups: string[];
      /**
       * Resources or resource/subresource.
       */
      resources: string[];
      /**
       * What may be done.
       */
      verbs: string[];
      /**
       * Required when a human has to approve each run that asks for one of these, whatever spec.approval says. Default not.
       */
      approval?: 'Required';
    }[];
  };
  /**
   * Which runs a human has to approve, by an AgentRunApproval, before anything of them exists. Default none.
   */
  approval?: {
    /**
     * Matching asks for runs that meet one of rights, packs, hostAccess and servers. Default Matching where spec.approval is given.
     */
    mode?: 'Never' | 'Matching' | 'Always';
    /**
     * A run whose packs ask for one of these has to be approved. A star stands for everything, as in a Role.
     */
    rights?: RightPattern[];
    /**
     * A run with one of these SkillPacks has to be approved. A star stands for every pack.
     */
    packs?: string[];
    /**
     * Whether a run with a pack that reaches its node has to be approved. Default true.
     */
    hostAccess?: boolean;
    /**
     * Whether a run that is a server has to be approved. Default false.
     */
    servers?: boolean;
    /**
     * How long a run waits for its approval before it has failed, from 1m to 720h. Default 24h.
     */
    timeout?: string;
    /**
     * Whether the approver has to be somebody else than who made the run, by its annotation sympozium.ai/created-by, which an admission policy of examples/install holds to the truth. Default false.
     */
    distinct?: boolean;
  };
}
export interface CloudIdentity {
  /**
   * What it is chosen by.
   */
  name: string;
  /**
   * Whether the agent may use it too, for example for a model of the cloud. Without it the webhooks of AWS and Azure are told to leave the agent out. Default false.
   */
  agent?: boolean;
  /**
   * Annotations of the ServiceAccount of the run, for example eks.amazonaws.com/role-arn.
   */
  serviceAccountAnnotations?: {
    [k: string]: string | undefined;
  };
  /**
   * Labels of its Pod, for example azure.workload.identity/use.
   */
  podLabels?: {
    [k: string]: string | undefined;
  };
}
/**
 * What the Pods of runs may reach. Policies of a network only ever add: what another NetworkPolicy of the namespace permits them they may reach as well. Without a network plugin that enforces policies it has no effect.
 */
export interface Network {
  /**
   * Isolate makes a network policy for each run, before its Pod. Default Open.
   */
  mode?: 'Open' | 'Isolate';
  /**
   * Whether it is a NetworkPolicy or a CiliumNetworkPolicy, which knows names of hosts. Default Kubernetes.
   */
  dialect?: 'Kubernetes' | 'Cilium';
  /**
   * Where the Pods of runs ask for names. Whoever answers there can be told anything in a name.
   */
  dns?: {
    /**
     * The namespace of the Pods that answer. Default kube-system.
     */
    namespace?: string;
    /**
     * The labels of the Pods that answer. Default k8s-app with the value kube-dns.
     */
    podLabels?: {
      [k: string]: string | undefined;
    };
    /**
     * Addresses that answer beside them, for example of a cache on each node.
     */
    cidrs?: string[];
    /**
     * The ports on which they answer, those of the Pods. Default 53.
     */
    ports?: number[];
  };
  /**
   * Where the API server is, for the runs that have rights. Cilium knows its addresses.
   */
  apiServer?: {
    /**
     * Its addresses, those behind its Service.
     */
    cidrs?: string[];
    /**
     * Its ports. Default 443 and 6443.
     */
    ports?: number[];
  };
  /**
   * What packs, instances and runs may ask for, each by its name. What a name means only a policy says. Addresses of metadata services of clouds are left out of every wider range; one that is to be reached is named by itself.
   */
  destinations?: Destination[];
  /**
   * The destinations that every run may reach, by name, such as the address of the model.
   */
  model?: string[];
  /**
   * Who reaches the ports of a server: nobody, or the Pods of its namespace. Default None.
   */
  ingress?: 'None' | 'Namespace';
}
export interface Destination {
  /**
   * What it is asked for as.
   */
  name: string;
  /**
   * Addresses.
   */
  cidrs?: string[];
  /**
   * What of them it does not reach. Each is a part of one of the cidrs.
   */
  except?: string[];
  /**
   * A namespace of the cluster. With podLabels those of its Pods that have them.
   */
  namespace?: string;
  /**
   * Labels of Pods, in the namespace of the run where no other one is said.
   */
  podLabels?: {
    [k: string]: string | undefined;
  };
  /**
   * Names of hosts, with the dialect Cilium only. A star stands for one label at the beginning.
   */
  hosts?: string[];
  /**
   * Its ports. Default all.
   */
  ports?: {
    /**
     * The port.
     */
    port: number;
    /**
     * Its protocol. Default TCP.
     */
    protocol?: 'TCP' | 'UDP';
  }[];
}
/**
 * What of the result of an agent is written into the status of its run. It needs podStatus in the input of the Composition.
 */
export interface Results {
  /**
   * None, the numbers of what it used, or its words too, which whoever reads the AgentRun then reads. Default None.
   */
  capture?: 'None' | 'Usage' | 'Message';
  /**
   * Whether what looks like a credential is masked in the words. Default true.
   */
  redact?: boolean;
}
export interface RightPattern {
  /**
   * Whether the right holds in the namespace of the run or in the whole cluster.
   */
  scope: 'Namespace' | 'Cluster';
  /**
   * API groups; the empty string is the core group.
   */
  apiGroups: string[];
  /**
   * Resources or resource/subresource.
   */
  resources: string[];
  /**
   * What may be done.
   */
  verbs: string[];
}
/**
 * Whether the policy is in force.
 */
export interface SympoziumPolicyStatus {
  /**
   * Active, or Invalid when it cannot be read; new runs then wait.
   */
  phase?: 'Active' | 'Invalid';
  /**
   * What is wrong with the policy, for people.
   */
  message?: string;
}
