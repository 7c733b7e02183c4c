/** The volumes of a run's Pod and where containers mount them. */
import type { IVolume as Volume, IVolumeMount as VolumeMount } from 'kubernetes-models/v1';
import type { SidecarVolume, Workspace } from '../api/generated/types.ts';
import { runSkillsName, shorten } from '../api/names.ts';
import { CONFIG_MAPS_DIRECTORY, listFiles, type SkillFile } from '../api/skill.ts';
import { TOKEN_DIRECTORY } from '../api/skillpack.ts';
import { type PackTools, writeToolManifest } from '../api/tool.ts';
import { DEFAULT_WORKSPACE_SIZE, hasRights, type PackWithSidecar, packsWithSidecar, type ResolvedRun } from '../model/run.ts';

const SKILLS_DIRECTORY = '/skills';

/**
 * Its empty file makes the directory that a volume is mounted on: /skills is read-only, and without the directory
 * the container runtime fails with "read-only file system" (seen with runc 1.1.5).
 */
const PLACEHOLDER_KEY = 'configmaps.placeholder';

/** The file in which the agent is told of the tools of its sidecars. */
const TOOLS_KEY = 'sidecar-tools.json';
const TOOLS_DIRECTORY = '/config/sidecar-tools';
export const TOOLS_PATH = `${TOOLS_DIRECTORY}/${TOOLS_KEY}`;

/** The tools of the packs that take part; a server has no agent that could call one. */
const toolsOf = (run: ResolvedRun): PackTools[] =>
  run.mode === 'server' ? [] : packsWithSidecar(run).map(({ name, sidecar }) => ({ pack: name, tools: sidecar.tools ?? [] }));

export const hasTools = (run: ResolvedRun): boolean => toolsOf(run).some(({ tools }) => tools.length > 0);

export const toolFiles = (run: ResolvedRun): Record<string, string> =>
  hasTools(run) ? { [TOOLS_KEY]: writeToolManifest(toolsOf(run)) } : {};

/** Of the agent only. */
export const buildToolsMount = (run: ResolvedRun): VolumeMount[] =>
  hasTools(run) ? [{ name: 'tools', mountPath: TOOLS_DIRECTORY, readOnly: true }] : [];

/** What is in the directory of the skills, but for volumes of their own. */
export const skillFiles = (run: ResolvedRun): SkillFile[] => run.packs.flatMap((pack) => pack.skills.flatMap(listFiles));

export const hasSkills = (run: ResolvedRun): boolean =>
  run.configMaps.length > 0 || run.packs.some((pack) => pack.skills.length > 0);

/** The folders below /skills that are volumes of their own. */
const mountedFolders = (run: ResolvedRun): { folder: string; mount: Omit<VolumeMount, 'mountPath'>; volume: Volume }[] => [
  ...run.configMaps.map((name, index) => {
    const volume = `configmap-${index}`;
    return { folder: `${CONFIG_MAPS_DIRECTORY}/${name}`, mount: { name: volume }, volume: { name: volume, configMap: { name } } };
  }),
  ...imagesOf(run).map(({ name: folder, image: { reference, path } }, index) => {
    const volume = `skill-image-${index}`;
    return {
      folder,
      mount: { name: volume, ...(path !== undefined && { subPath: path }) },
      volume: { name: volume, image: { reference, pullPolicy: 'IfNotPresent' as const } },
    };
  }),
];

/** The skills that are in images. */
export const imagesOf = (run: ResolvedRun) =>
  run.packs.flatMap((pack) => pack.skills.flatMap(({ name, image }) => (image === undefined ? [] : [{ name, image }])));

const mountSkills = (run: ResolvedRun, directory: string): VolumeMount[] => [
  { name: 'skills', mountPath: directory, readOnly: true },
  ...mountedFolders(run).map(({ folder, mount }) => ({ ...mount, mountPath: `${directory}/${folder}`, readOnly: true })),
];

export const placeholderFiles = (run: ResolvedRun): Record<string, string> =>
  mountedFolders(run).length === 0 ? {} : { [PLACEHOLDER_KEY]: '' };

/** Every volume that a container of the Pod mounts. */
export function buildVolumes(run: ResolvedRun): Volume[] {
  const packs = packsWithSidecar(run);
  const sharesWorkspace = run.mode === 'task' || packs.some(({ sidecar }) => sidecar.mountWorkspace);
  return [
    ...(sharesWorkspace ? [buildWorkspace(run.workspace)] : []),
    { name: 'ipc', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
    { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
    ...(hasSkills(run) ? [buildSkillsVolume(run)] : []),
    ...(hasTools(run) ? [buildToolsVolume(run)] : []),
    ...mountedFolders(run).map(({ volume }) => volume),
    ...packs.flatMap((pack) => buildPackVolumes(pack, run)),
    ...(packs.some(({ sidecar }) => hasRights(sidecar)) ? [TOKEN_VOLUME] : []),
  ];
}

/** A directory of the node, a volume that lives as long as the Pod, or a claim that outlives it. */
function buildWorkspace({ size = DEFAULT_WORKSPACE_SIZE, storageClassName, accessMode, claimName }: Workspace): Volume {
  const { name } = WORKSPACE_MOUNT;
  if (claimName !== undefined) return { name, persistentVolumeClaim: { claimName } };
  if (storageClassName === undefined) return { name, emptyDir: { sizeLimit: size } };
  const accessModes = [accessMode ?? 'ReadWriteOnce'];
  const spec = { accessModes, storageClassName, resources: { requests: { storage: size } } };
  return { name, ephemeral: { volumeClaimTemplate: { spec } } };
}

/** What the agent and every sidecar see alike. /tmp is each container's own, so that nothing leaks through it. */
export function buildCommonMounts(run: ResolvedRun, container: string): VolumeMount[] {
  return [
    { name: 'ipc', mountPath: '/ipc' },
    { name: 'tmp', mountPath: '/tmp', subPath: container },
    ...(hasSkills(run) ? mountSkills(run, SKILLS_DIRECTORY) : []),
  ];
}

/**
 * The directory of the result. The runtime makes the file there, and would make a directory that is missing root's, so that the agent could
 * write nothing else into it (seen with runc).
 */
export function buildResultMount(resultPath: string | undefined, container: string): VolumeMount[] {
  const [, volume, directory] = /^\/(ipc|workspace|tmp)\/(.+)\/[^/]+$/.exec(resultPath ?? '') ?? [];
  if (volume === undefined || directory === undefined) return [];
  return [
    { name: volume, mountPath: `/${volume}/${directory}`, subPath: volume === 'tmp' ? `${container}/${directory}` : directory },
  ];
}

export const WORKSPACE_MOUNT: VolumeMount = { name: 'workspace', mountPath: '/workspace' };

/**
 * The skills once more, where a runner looks for them in its project. The directories above are mounted for the same reason as that of the
 * result: they stay some that the agent can write into.
 */
export function buildSkillsDirMounts(run: ResolvedRun): VolumeMount[] {
  if (!hasSkills(run)) return [];
  const { skillsDirs } = run.agent;
  const above = new Set(skillsDirs.map((directory) => directory.split('/').slice(0, -1).join('/')).filter((path) => path !== ''));
  return [
    ...[...above].map((subPath) => ({ ...WORKSPACE_MOUNT, mountPath: `/workspace/${subPath}`, subPath })),
    ...skillsDirs.flatMap((directory) => mountSkills(run, `/workspace/${directory}`)),
  ];
}

/** What only the sidecar of one pack sees: its Secret, its directories of the node, its own volumes, its token. */
export function buildPackMounts(pack: PackWithSidecar): VolumeMount[] {
  const { sidecar } = pack;
  const secretPath = sidecar.secretMountPath ?? `/secrets/${sidecar.secretRef}`;
  return [
    ...(sidecar.secretRef === undefined ? [] : [{ name: secretVolume(pack), mountPath: secretPath, readOnly: true }]),
    ...hostMounts(pack).map(({ mountPath, readOnly }, index) => ({ name: hostVolume(pack, index), mountPath, readOnly })),
    ...(sidecar.volumeMounts ?? []).map(({ name, ...mount }) => ({ name: ownVolume(pack, name), ...mount })),
    ...(hasRights(sidecar) ? [{ name: TOKEN_VOLUME.name, mountPath: TOKEN_DIRECTORY, readOnly: true }] : []),
  ];
}

function buildPackVolumes(pack: PackWithSidecar, { securityContext }: ResolvedRun): Volume[] {
  const { secretRef } = pack.sidecar;
  // Without a group of its own a volume is root's, so its user has to be anybody; only this sidecar mounts it.
  const defaultMode = securityContext.fsGroup === undefined ? 0o444 : 0o440;
  return [
    ...(secretRef === undefined ? [] : [{ name: secretVolume(pack), secret: { secretName: secretRef, defaultMode } }]),
    ...hostMounts(pack).map(({ hostPath }, index) => ({ name: hostVolume(pack, index), hostPath: { path: hostPath } })),
    ...(pack.sidecar.volumes ?? []).map((volume) => buildOwnVolume(pack, volume)),
  ];
}

/** A volume that the pack brings. What a driver makes is read-only. */
const buildOwnVolume = (pack: PackWithSidecar, { name, csi, ...volume }: SidecarVolume): Volume => ({
  ...volume,
  ...(csi && { csi: { ...(csi as CsiVolume), readOnly: true } }),
  name: ownVolume(pack, name),
});

type CsiVolume = NonNullable<Volume['csi']>;

/** Nothing in hostAccess counts unless it is enabled. */
const hostMounts = ({ sidecar }: PackWithSidecar) => (sidecar.hostAccess?.enabled ? (sidecar.hostAccess.mounts ?? []) : []);

function buildSkillsVolume(run: ResolvedRun): Volume {
  const name = runSkillsName(run.id);
  const files = skillFiles(run);
  const isFlat = files.every(({ key, path }) => key === path);
  const folders = mountedFolders(run);
  if (isFlat && folders.length === 0 && !hasTools(run)) return { name: 'skills', configMap: { name } };
  const items = [
    ...files.map(({ key, path, executable }) => ({ key, path, ...(key !== path && { mode: executable ? 0o555 : 0o444 }) })),
    ...folders.map(({ folder }) => ({ key: PLACEHOLDER_KEY, path: `${folder}/.placeholder` })),
  ];
  return { name: 'skills', configMap: { name, items } };
}

const buildToolsVolume = (run: ResolvedRun): Volume => ({
  name: 'tools',
  configMap: { name: runSkillsName(run.id), items: [{ key: TOOLS_KEY, path: TOOLS_KEY }] },
});

/** What an automounted token would be, but only for containers that mount it: bound to the Pod, renewed each hour. */
const TOKEN_VOLUME: Volume = {
  name: 'token',
  projected: {
    sources: [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
    ],
  },
};

const secretVolume = (pack: PackWithSidecar): string => shorten(`secret-${pack.name}`);
/** Packs may have volumes of one name. */
const ownVolume = (pack: PackWithSidecar, name: string): string => {
  const index = (pack.sidecar.volumes ?? []).findIndex((volume) => volume.name === name);
  return shorten(`own-${index}-${pack.name}`);
};
const hostVolume = (pack: PackWithSidecar, index: number): string => shorten(`host-${index}-${pack.name}`);
