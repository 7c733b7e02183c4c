import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { MODEL_KEYS } from '../api/variables.ts';
import { secretsOfVolume } from '../api/volume.ts';
import type { ResolvedRun } from '../model/run.ts';
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

/** A key goes where the run says: a tenant names one of the usual ones, or of a Secret that the policy lists. */
function judgeKey({ model, tenantModel }: ResolvedRun, { defaults, secrets }: SympoziumPolicySpec): Denial[] {
  const { authSecretKey: key } = tenantModel;
  if (key === undefined || key !== model.authSecretKey || MODEL_KEYS.some((usual) => usual === key)) return [];
  const home = defaults?.model;
  const isOfPolicy = model.authSecretRef === home?.authSecretRef;
  if (isOfPolicy ? key === home?.authSecretKey : secrets?.includes(model.authSecretRef ?? '')) return [];
  return [
    {
      rule: 'secret',
      path: 'spec.model.authSecretKey',
      found: key,
      why: 'any key of a Secret would go to the address that the run says',
      permit: isOfPolicy ? 'leave it out: the policy says which key it is' : `${model.authSecretRef} in spec.secrets permits it`,
      permissible: !isOfPolicy,
    },
  ];
}

export const denyRunSecrets: RunRule = (run, policy) => [
  ...judgeSecret(run.model.authSecretRef, 'spec.model.authSecretRef', policy),
  ...judgeKey(run, policy),
  ...run.imagePullSecrets.flatMap(({ name }, index) =>
    (policy.defaults?.imagePullSecrets ?? []).some((own) => own.name === name)
      ? []
      : judgeSecret(name, `spec.imagePullSecrets[${index}].name`, policy),
  ),
];
