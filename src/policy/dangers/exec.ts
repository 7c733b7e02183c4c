import type { Danger } from './danger.ts';

const COMMANDS = ['pods/exec', 'pods/attach', 'pods/ephemeralcontainers', 'pods/proxy', 'services/proxy'];

export const EXEC: Danger = {
  rule: 'exec',
  why: "a command in another Pod runs with that Pod's rights, Secrets and files",
  permissible: true,
  isMet: ({ apiGroup, resource }) => apiGroup === '' && COMMANDS.includes(resource),
};
