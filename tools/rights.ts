/** docs/rights.md: what the guardrails say of each right on each resource of Kubernetes, written from their own table. */
import { type Access, BUILT_IN } from '../src/policy/rights/builtin.ts';
import { DANGERS, type DangerName } from '../src/policy/rights/dangers.ts';
import { dangerOf, type Scope } from '../src/policy/rights/judge.ts';

const HEAD = `# Rights

What a pack may ask for, resource by resource of Kubernetes 1.37. Written by \`npm run generate\` from the table the guardrails
use ([src/policy/rights](../src/policy/rights)); a test compares it with the resources a real API server has.

\`rbac\` holds in the namespace of the run, \`clusterRBAC\` in the whole cluster. A cell names the rule that refuses; **yes** is permitted.
Read is get, list and watch; make is create, update and patch; delete is delete and deletecollection. Whatever stands in no table
is judged so: writes to API groups that are not built into Kubernetes (\`foreign-writes\`, \`crossplane\`, \`sympozium\`) and to resources
Kubernetes 1.37 does not have are refused, and so is reading a subresource that it does not have (\`unknown-resources\`; status, scale and
metrics excepted), and every other verb (\`impersonation\`, \`special-verbs\`). Reading other API groups is permitted.
`;

const cell = (access: Access, kind: 'read' | 'make' | 'delete', scope: Scope): string =>
  dangerOf(access, kind, scope) ?? '**yes**';

const KINDS = ['read', 'make', 'delete'] as const;
const SCOPES: Scope[] = ['Namespace', 'Cluster'];

function describeGroup(group: string, table: Record<string, Access>): string {
  const rows = Object.entries(table).map(([resource, access]) => {
    const cells = SCOPES.flatMap((scope) => KINDS.map((kind) => cell(access, kind, scope)));
    return `| ${[`\`${resource}\``, ...cells].join(' | ')} |`;
  });
  return [
    `## ${group || 'The core group'}`,
    '',
    '| resource | rbac: read | make | delete | clusterRBAC: read | make | delete |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The page, by its path. */
export function generateRights(): Record<string, string> {
  const dangers = (Object.keys(DANGERS) as DangerName[]).map((name) => {
    const { why, permissible } = DANGERS[name];
    return `| \`${name}\` | ${why} | ${permissible ? '`rights.allow`' : 'nothing'} |`;
  });
  const rules = ['## The rules', '', '| rule | why | what permits it |', '| --- | --- | --- |', ...dangers, ''].join('\n');
  const groups = Object.entries(BUILT_IN).map(([group, table]) => describeGroup(group, table));
  return { 'docs/rights.md': [HEAD, rules, ...groups].join('\n') };
}
