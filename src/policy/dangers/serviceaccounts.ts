import { type Danger, isFor, isWrite } from './danger.ts';

export const SERVICE_ACCOUNTS: Danger = {
  rule: 'serviceaccounts',
  why: 'a ServiceAccount that is made again under its name inherits the rights bound to the name',
  permissible: true,
  isMet: (grant) => isFor(grant, '', ['serviceaccounts']) && !grant.resource.includes('/') && isWrite(grant),
};
