import { type Danger, isWrite } from './danger.ts';

export const CROSSPLANE: Danger = {
  rule: 'crossplane',
  why: "whoever writes Crossplane's resources has the rights of its providers",
  permissible: true,
  isMet: (grant) => isWrite(grant) && (grant.apiGroup === 'crossplane.io' || grant.apiGroup.endsWith('.crossplane.io')),
};
