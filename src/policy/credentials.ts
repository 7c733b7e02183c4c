/** Texts that are credentials by their form, as their issuers document it; no entropy, no names, so that little else is. */
import type { EnvVar } from '../api/generated/types.ts';
import { type PackRule, type RunRule, sidecarPath } from './judged.ts';
import type { Denial } from './verdict.ts';

const FORMS: [string, RegExp][] = [
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})/],
  ['a GitLab token', /\bglpat-[A-Za-z0-9_-]{20,}/],
  ['an Anthropic key', /\bsk-ant-[A-Za-z0-9_-]{20,}/],
  ['an OpenAI key', /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,}/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}/],
  ['a Slack token', /\bxox[abeprs]-[A-Za-z0-9-]{10,}/],
  ['a Hugging Face token', /\bhf_[A-Za-z0-9]{30,}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}/],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/],
  ['a private key', /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/],
  ['a URL with a password', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@$]{3,}@/],
];

/** What a text looks like when it is a credential; never the text itself. */
const describeCredential = (text: string): string | undefined => FORMS.find(([, form]) => form.test(text))?.[0];

function judgeEnv(variables: EnvVar[], pathOf: (index: number) => string): Denial[] {
  return variables.flatMap(({ value }, index) => {
    const form = describeCredential(value);
    if (form === undefined) return [];
    return [
      {
        rule: 'credential',
        path: pathOf(index),
        found: `what looks like ${form}`,
        why: 'whoever reads the object, its events or its Pod reads it too',
        permit: "nothing permits it: put it into a Secret and name that in the pack's secretRef or in model.authSecretRef",
        permissible: false,
      },
    ];
  });
}

/** No credential stands in a pack. */
export const denyPackCredentials: PackRule = (pack) =>
  judgeEnv(pack.sidecar?.env ?? [], (index) => `${sidecarPath(pack)}.env[${index}].value`);

/** No credential stands in a run or its params. */
export const denyRunCredentials: RunRule = ({ env, packs }) => [
  ...judgeEnv(env, (index) => `spec.env[${index}].value`),
  ...packs.flatMap(({ name, sidecar }) =>
    judgeEnv(sidecar?.params ?? [], (index) => `spec.skills params of ${name}: ${sidecar?.params?.[index]?.name}`),
  ),
];
