import { type Danger, isFor, isWrite } from './danger.ts';

export const WEBHOOKS: Danger = {
  rule: 'api-extensions',
  why: 'a webhook, an API service or a definition sees and changes what everybody writes',
  permissible: false,
  isMet: (grant) =>
    isWrite(grant) &&
    (grant.apiGroup === 'admissionregistration.k8s.io' ||
      isFor(grant, 'apiregistration.k8s.io', ['apiservices']) ||
      isFor(grant, 'apiextensions.k8s.io', ['customresourcedefinitions'])),
};
