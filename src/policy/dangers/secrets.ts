import { type Danger, isFor, isMaking, isRead } from './danger.ts';

/** A Secret of type service-account-token is filled with a token of any ServiceAccount it names. */
export const SECRETS: Danger = {
  rule: 'secrets',
  why: 'Secrets of the whole cluster hold the keys to everything, and a Secret that is written can fetch the token of any ServiceAccount',
  permissible: true,
  isMet: (grant) => isFor(grant, '', ['secrets']) && (isMaking(grant) || (isRead(grant) && grant.scope === 'Cluster')),
};
