import type { ServiceAccount } from 'kubernetes-types/core/v1.js';
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
