/**
 * What became of the fields of Sympozium that this product does not have, or has in another form. The API server refuses them or drops
 * them; the parsers say where they have gone. Source: api/v1alpha1 of sympozium-ai/sympozium, August 2026.
 */
import type { JsonValue } from '../kube/json.ts';
import type { Fault } from './fault.ts';

/** By kind, then by field; `[]` stands for every entry of a list. */
export const SYMPOZIUM_FIELDS: Record<string, Record<string, string>> = {
  AgentRun: {
    'spec.agentRef': 'it is spec.instanceRef, the name of a SympoziumInstance',
    'spec.agentId': 'leave it out: a run has one agent',
    'spec.sessionKey': 'leave it out: a run begins without what others said',
    'spec.task': 'it is text; a task of a sidecar alone is a pack with requiresServer, or a tool',
    'spec.env': 'it is a list of name and value',
    'spec.parent': 'leave it out: a run makes no other runs',
    'spec.sandbox':
      'leave it out: every Pod is restricted, and the image and size of the agent are defaults.agent of a SympoziumPolicy',
    'spec.agentSandbox': 'a run is a Job; its runtimeClass is spec.placement.runtimeClassName',
    'spec.toolPolicy': 'leave it out: what a run may do are the rights of its packs, which a SympoziumPolicy bounds',
    'spec.dryRun': 'leave it out: simulate shows a run without a cluster',
    'spec.canaryMode': 'leave it out: simulate shows a run without a cluster',
    'spec.lifecycle': 'leave it out: what prepares a run is made before its AgentRun, or is a sidecar',
    'spec.useContext': 'leave it out: it is of the agent runner, and a variable in spec.env can say it',
    'spec.volumes': 'they are sidecar.volumes of a SkillPack; a claim can be spec.workspace.claimName',
    'spec.volumeMounts': 'they are sidecar.volumeMounts of a SkillPack',
    'spec.model.providerHeaders': 'set them at a gateway, and name it in baseURL',
    'spec.model.providerHeadersSecretRef': 'set them at a gateway, and name it in baseURL',
    'spec.model.modelRef': 'name the model in model.model, and its address in baseURL',
    'spec.model.nodeSelector': 'leave it out: the model does not run with the agent',
  },
  SympoziumInstance: {
    'spec.displayName': 'it is an annotation of your own',
    'spec.agents': 'its default is spec.model, spec.timeout and spec.env',
    'spec.channels': 'leave it out: what starts a run makes an AgentRun',
    'spec.policyRef': 'leave it out: the policies default and ns.<namespace> hold without being named',
    'spec.authRefs': 'it is spec.model.authSecretRef, one Secret',
    'spec.memory': 'leave it out: a run begins without what others said',
    'spec.observability': 'set the variables of OpenTelemetry in spec.env, where the policy permits them',
    'spec.mcpServers': 'a server is the sidecar of a SkillPack, or has its address in spec.env',
    'spec.webEndpoint': 'it is a SkillPack with requiresServer',
    'spec.volumes': 'they are sidecar.volumes of a SkillPack; a claim can be spec.workspace.claimName',
    'spec.volumeMounts': 'they are sidecar.volumeMounts of a SkillPack',
  },
  SkillPack: {
    'spec.sidecar.volumes[].hostPath': 'it is sidecar.hostAccess.mounts',
    'spec.sidecar.volumes[].projected.sources[].serviceAccountToken': 'leave it out: a sidecar with rights has its token',
  },
  SympoziumPolicy: {
    'spec.sandboxPolicy':
      'it is defaults.agent, limits and hostAccess, and its runtime classes are defaults.placement and limits.placement',
    'spec.subagentPolicy': 'leave it out: a run makes no other runs',
    'spec.toolGating': 'leave it out: what a run may do are the rights of its packs, bounded by rights',
    'spec.featureGates': 'leave it out: there are none',
    'spec.networkPolicy': 'it is network, with mode: Isolate',
    'spec.modelPolicy': 'it is models',
    'spec.imagePolicy': 'its allowedRegistries are images.registries',
    'spec.lifecyclePolicy': 'leave it out: there are no hooks',
  },
};

/** A fault about such a field, with what became of it. */
export function withHint(kind: JsonValue | undefined, fault: Fault): Fault {
  const fields = SYMPOZIUM_FIELDS[String(kind).replace(/^X/, '')];
  const hint = fields?.[fault.path.replace(/\[\d+\]/g, '[]')];
  const isOfSympozium = fault.found === 'an unknown field' || fault.found === 'a map';
  return hint === undefined || !isOfSympozium ? fault : { ...fault, rule: `${fault.rule}: ${hint}` };
}
