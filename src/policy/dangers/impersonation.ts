import type { Danger } from './danger.ts';

export const IMPERSONATION: Danger = {
  rule: 'impersonation',
  why: 'who may escalate, bind or impersonate can give himself any right',
  permissible: false,
  isMet: ({ verb }) => ['escalate', 'bind', 'impersonate'].includes(verb),
};
