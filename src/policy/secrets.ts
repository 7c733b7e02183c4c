import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { secretsOfVolume } from '../api/volume.ts';
import { type PackRule, type RunRule, sidecarPath } from './rule.ts';
import type { Denial } from './verdict.ts';

function judgeSecret(name: string | undefined, path: string, { secrets }: SympoziumPolicySpec): Denial[] {
  if (name === undefined || secrets === undefined || secrets.includes(name)) return [];
  return [
    {
      rule: 'secret',
      path,
      found: name,
      why: 'whoever names a Secret gets what is in it',
      permit: `${name} in spec.secrets permits it`,
      permissible: true,
    },
  ];
}

/** Where the policy lists Secrets, only these are named. */
export const denyPackSecrets: PackRule = (pack, policy) => [
  ...judgeSecret(pack.sidecar?.secretRef, `${sidecarPath(pack)}.secretRef`, policy),
  ...(pack.sidecar?.env ?? []).flatMap(({ valueFrom }, index) =>
    judgeSecret(valueFrom?.secretKeyRef.name, `${sidecarPath(pack)}.env[${index}].valueFrom.secretKeyRef.name`, policy),
  ),
  ...(pack.sidecar?.volumes ?? []).flatMap((volume, index) =>
    secretsOfVolume(volume).flatMap(({ name, path }) =>
      judgeSecret(name, `${sidecarPath(pack)}.volumes[${index}].${path}`, policy),
    ),
  ),
];

export const denyRunSecrets: RunRule = ({ model, imagePullSecrets }, policy) => [
  ...judgeSecret(model.authSecretRef, 'spec.model.authSecretRef', policy),
  ...imagePullSecrets.flatMap(({ name }, index) => judgeSecret(name, `spec.imagePullSecrets[${index}].name`, policy)),
];
