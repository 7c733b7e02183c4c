import type { IServiceAccount as ServiceAccount } from 'kubernetes-models/v1';
import { runObjectName } from '../api/names.ts';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import type { ResolvedRun } from '../model/run.ts';
import { runMetadata } from './metadata.ts';

/** The identity of one run. It mounts no token by itself; see buildTokenVolume. */
export function buildServiceAccount(run: ResolvedRun): Manifest {
  return toManifest<ServiceAccount>({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: runMetadata(run, runObjectName(run.id)),
    automountServiceAccountToken: false,
  });
}
