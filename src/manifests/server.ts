import type { IDeployment as Deployment, IDeploymentStrategy as DeploymentStrategy } from 'kubernetes-models/apps/v1';
import type { IContainer as Container, IService as Service, IServicePort as ServicePort } from 'kubernetes-models/v1';
import type { Port } from '../api/generated/types.ts';
import { RUN } from '../api/labels.ts';
import { runObjectName } from '../api/names.ts';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import { type PackWithSidecar, packsWithSidecar, type ResolvedRun, servedPorts } from '../model/run.ts';
import { buildSidecar } from './containers.ts';
import { podMetadata, runMetadata } from './metadata.ts';
import { buildPodBase } from './pod.ts';
import { buildVolumes } from './volumes.ts';

/** The Deployment of a server run: the serving sidecars as ordinary containers, no agent, and no Pod before release. */
export function buildDeployment(run: ResolvedRun): Manifest {
  return toManifest<Deployment>({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: runMetadata(run, runObjectName(run.id)),
    spec: {
      replicas: 0,
      selector: { matchLabels: { [RUN]: run.id } },
      // A new Pod may wait for ever for a claim that the old one holds.
      strategy: hasClaim(run) ? { type: 'Recreate' } : ROLLING,
      template: {
        metadata: podMetadata(run),
        spec: { ...buildPodBase(run), containers: packsWithSidecar(run).map((pack) => buildServer(run, pack)) },
      },
    },
  });
}

/** The default of Kubernetes, said: what it adds by itself stays there, and it refuses it beside Recreate. */
const ROLLING: DeploymentStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } };

const hasClaim = (run: ResolvedRun): boolean => buildVolumes(run).some((volume) => volume.persistentVolumeClaim !== undefined);

/** The Service of a server run, with the ports of all its packs. */
export function buildService(run: ResolvedRun): Manifest {
  const ports = servedPorts(run);
  return toManifest<Service>({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: runMetadata(run, runObjectName(run.id)),
    spec: { selector: { [RUN]: run.id }, ports: ports.map((port) => servicePort(port, ports)) },
  });
}

function buildServer(run: ResolvedRun, pack: PackWithSidecar): Container {
  const port = pack.sidecar.ports?.find(({ protocol }) => protocol === 'TCP')?.containerPort;
  const probe = port === undefined ? undefined : { tcpSocket: { port }, periodSeconds: 10 };
  return { ...buildSidecar(run, pack), ...(probe && { readinessProbe: probe, livenessProbe: probe }) };
}

/** A Service names its ports uniquely; two packs may both call theirs `http`, and then all are named by number. */
function servicePort({ name, containerPort, protocol }: Port, all: Port[]): ServicePort {
  const unique = new Set(all.map((port) => port.name)).size === all.length;
  const byNumber = `${protocol.toLowerCase()}-${containerPort}`;
  return { name: unique ? name : byNumber, port: containerPort, targetPort: containerPort, protocol };
}
