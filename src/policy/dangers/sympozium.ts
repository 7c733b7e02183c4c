import { type Danger, isWrite } from './danger.ts';

export const SYMPOZIUM: Danger = {
  rule: 'sympozium',
  why: 'whoever creates runs has the rights of any pack, and whoever writes packs or policies any right',
  permissible: true,
  isMet: (grant) => grant.apiGroup === 'sympozium.ai' && isWrite(grant),
};
