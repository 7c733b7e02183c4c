import type { IServiceAccount as ServiceAccount } from 'kubernetes-models/v1';
import { ANNOTATIONS } from '../api/labels.ts';
import { runObjectName } from '../api/names.ts';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import type { ResolvedRun } from '../model/run.ts';
import { runMetadata } from './metadata.ts';

/** The identity of one run. It mounts no token by itself; see buildTokenVolume. The webhook of a cloud reads who it is there. */
export function buildServiceAccount(run: ResolvedRun): Manifest {
  const metadata = runMetadata(run, runObjectName(run.id));
  // Of a map no value is undefined, which its generated type cannot say.
  const ofCloud = run.cloudIdentity?.serviceAccountAnnotations as Record<string, string> | undefined;
  const annotations = ofCloud && { ...ofCloud, ...metadata.annotations, [ANNOTATIONS]: Object.keys(ofCloud).sort().join() };
  return toManifest<ServiceAccount>({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { ...metadata, ...(annotations && { annotations }) },
    automountServiceAccountToken: false,
  });
}
