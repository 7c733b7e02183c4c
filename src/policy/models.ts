/** Which models runs may use, and where: an address that a tenant names is where the key of his run goes. */
import type { Model, SympoziumPolicySpec } from '../api/generated/types.ts';
import { show } from '../api/schema.ts';
import type { RunRule } from './rule.ts';
import type { Denial } from './verdict.ts';

/** Whether an address is one that is listed, or lies under it: the same scheme, host and port, and a path of whole components. */
export function isUnderBaseURL(address: string, listed: string): boolean {
  const [url, prefix] = [parse(address), parse(listed)];
  if (url === undefined || prefix === undefined || url.origin !== prefix.origin) return false;
  const beginning = prefix.pathname.replace(/\/$/, '');
  return url.pathname === beginning || url.pathname.startsWith(`${beginning}/`);
}

/**
 * An address that every client reads alike, or undefined. Of a backslash, a name and a password, an encoded slash or a host in another
 * notation some clients make another host or path than others.
 */
function parse(address: string): URL | undefined {
  const [, authority] = /^https?:\/\/([^/?#\\@\s]+)(?:[/?#]|$)/i.exec(address) ?? [];
  if (authority === undefined || /[\\@\s]|%(?:2e|2f|5c)/i.test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  const port = url.protocol === 'https:' ? ':443' : ':80';
  return [url.host, `${url.host}${port}`].includes(authority.toLowerCase()) ? url : undefined;
}

/** Whether a key that is for one model may go to another: to the same address and provider, or to one that the policy lists. */
export function mayHaveKeyOf(home: Model, { baseURL, provider }: Model, { models }: SympoziumPolicySpec): boolean {
  const isAddress = baseURL === home.baseURL || (models?.baseURLs ?? []).some((listed) => isUnderBaseURL(baseURL ?? '', listed));
  return isAddress && (provider === home.provider || (models?.providers ?? []).includes(provider ?? ''));
}

const deny = (field: 'provider' | 'baseURL', found: string, why: string, permit: string): Denial => ({
  rule: 'model',
  path: `spec.model.${field}`,
  found: show(found),
  why,
  permit,
  permissible: true,
});

const ELSEWHERE = 'what is at that address gets the task, the skills and the key of the run';

/** Models are from where the policy says. */
export const denyModels: RunRule = ({ mode, model, tenantModel }, { models = {} }) => {
  if (mode === 'server') return [];
  const { provider, baseURL } = model;
  const { providers, baseURLs, tenantBaseURL } = models;
  const denials: Denial[] = [];
  if (provider !== undefined && providers !== undefined && !providers.includes(provider)) {
    const why = 'the platform team has not agreed to that provider';
    denials.push(deny('provider', provider, why, `${provider} in spec.models.providers permits it`));
  }
  if (baseURL !== undefined && baseURLs !== undefined && !baseURLs.some((listed) => isUnderBaseURL(baseURL, listed))) {
    denials.push(deny('baseURL', baseURL, ELSEWHERE, 'its beginning in spec.models.baseURLs permits it'));
  }
  if (tenantBaseURL === false && tenantModel.baseURL !== undefined) {
    denials.push(deny('baseURL', tenantModel.baseURL, ELSEWHERE, 'leave it out, or set spec.models.tenantBaseURL: true'));
  }
  return denials;
};
