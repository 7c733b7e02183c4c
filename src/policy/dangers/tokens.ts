import { type Danger, isFor } from './danger.ts';

/** https://kubernetes.io/docs/concepts/security/rbac-good-practices/#token-request and #csrs-and-certificate-issuing */
export const TOKENS: Danger = {
  rule: 'identities',
  why: 'whoever issues tokens or approves certificates can become somebody else',
  permissible: false,
  isMet: (grant) =>
    (grant.resource === 'serviceaccounts/token' && grant.apiGroup === '') ||
    (isFor(grant, 'certificates.k8s.io', ['certificatesigningrequests', 'signers']) &&
      (grant.resource !== 'certificatesigningrequests' || !['get', 'list', 'watch'].includes(grant.verb))),
};
