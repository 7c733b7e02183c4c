import type { ServiceAccount } from 'kubernetes-types/core/v1.js';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import { runObjectName } from '../kube/names.ts';
import { type ResolvedRun, runMetadata } from './run.ts';

/** The identity of one run. It mounts no token by itself; see buildTokenVolume. */
export function buildServiceAccount(run: ResolvedRun): Manifest {
  return toManifest<ServiceAccount>({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: runMetadata(run, runObjectName(run.id)),
    automountServiceAccountToken: false,
  });
}
