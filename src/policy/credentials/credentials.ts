/**
 * Credentials in what a pack or a run carries into an Object or a Pod. In settings they are refused; in what people and
 * agents read they are told only, because prose about tokens looks like tokens.
 */
import type { SympoziumPolicySpec } from '../../api/generated/types.ts';
import { type PackRule, type RunRule, sidecarPath } from '../rule.ts';
import type { Denial } from '../verdict.ts';
import { describeCredential } from './search.ts';

/** A text with a credential in it, without the credential. */
export interface CredentialInText {
  path: string;
  found: string;
}

/**
 * Where credentials stand in the texts of a value, whatever is in it; each path begins with `path`. A policy can permit
 * a path, so that what is no credential is not told again.
 */
export function findCredentialsInTexts(value: unknown, path: string, policy: SympoziumPolicySpec): CredentialInText[] {
  return listTexts(value, path).flatMap((text) => {
    const issuer = isCredentialPermitted(text.path, policy) ? undefined : describeCredential(text.text);
    return issuer === undefined ? [] : [{ path: text.path, found: `what looks like ${issuer}` }];
  });
}

/** Whether a policy takes what stands in a field for no credential. */
export const isCredentialPermitted = (path: string, { credentials }: SympoziumPolicySpec): boolean =>
  (credentials?.allow ?? []).includes(path);

/** A file of a skill that a pack has as base64. */
const BINARY = / spec\.skills\[\d+\]\.files\[\d+\]\.contentBase64$/;

function listTexts(value: unknown, path: string): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path, text: BINARY.test(path) ? decodeBase64(value) : value }];
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string, unknown][] = Object.entries(value);
  return entries.flatMap(([key, child]) => listTexts(child, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`));
}

/** The text that it holds; none where it holds other bytes. Base64 itself looks like many a credential. */
function decodeBase64(text: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0)));
  } catch {
    return '';
  }
}

const deny = (value: unknown, path: string, policy: SympoziumPolicySpec): Denial[] =>
  findCredentialsInTexts(value, path, policy).map((credential) => ({
    rule: 'credential',
    ...credential,
    why: 'whoever reads the object, its events or its Pod reads it too',
    permit: `put it into a Secret that secretRef or model.authSecretRef names; where it is none, "${credential.path}" in spec.credentials.allow permits it`,
    permissible: true,
  }));

/** An image as a URL, because a registry may have a name and a password before it. */
const toUrl = (image: string): string => (image.includes('/') ? `oci://${image}` : image);

/** No credential stands in a pack's sidecar. */
export const denyPackCredentials: PackRule = (pack, policy) => {
  if (pack.sidecar === undefined) return [];
  const { params: _, image, ...sidecar } = pack.sidecar;
  return deny({ ...sidecar, image: toUrl(image) }, sidecarPath(pack), policy);
};

/** No credential stands in a run, in its params, or in what its policy makes of its agent. */
export const denyRunCredentials: RunRule = ({ mode, env, model, podMetadata, agent, packs }, policy) => [
  ...deny({ env, model, podMetadata }, 'spec', policy),
  ...packs.flatMap(({ name, sidecar }) =>
    (sidecar?.params ?? []).flatMap((param) => deny(param.value, `spec.skills params of ${name}: ${param.name}`, policy)),
  ),
  ...(mode === 'server' ? [] : denyAgentCredentials(agent, policy)),
];

const denyAgentCredentials = (
  { image, command }: { image: string; command?: string[] | undefined },
  policy: SympoziumPolicySpec,
) => deny({ image: toUrl(image), command }, 'SympoziumPolicy spec.defaults.agent', policy);
