/** What scenarios do with approvals: a policy that asks for them, a run that waits for one, somebody who decides. */
import { API_VERSION } from '../../src/api/kinds.ts';
import { approve, type Decision } from '../../src/cli/approve.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { eventually } from './clock.ts';
import { apply, attempt, get, remove } from './kubectl.ts';
import type { Run } from './run.ts';
import type { World } from './world.ts';

/** The policy of the namespace of a scenario. */
export const policyOf = ({ namespace }: World): string => `ns.${namespace}`;

export const askFor = (world: World, approval: JsonObject): Promise<string> =>
  apply({ apiVersion: API_VERSION, kind: 'SympoziumPolicy', metadata: { name: policyOf(world) }, spec: { approval } });

/** The run once it waits for a human. */
export async function untilAsking(run: Run, limit = 60): Promise<JsonObject> {
  await run.until('Pending', limit);
  await eventually(`${run.name} asks`, limit, async () => (await run.reason()) === 'Pending/ApprovalRequired');
  return (await run.read()) ?? {};
}

/** Creates what `skillpack approval` prints for a run, as somebody, by default as the administrator; what kubectl says is the result. */
export function decide(
  asked: JsonObject,
  { user, edit = (text) => text, ...decision }: Partial<Decision> & { user?: string; edit?: (text: string) => string } = {},
): Promise<string> {
  const text = approve(asked, { decision: 'Approved', approver: user ?? 'admin', ...decision });
  return attempt(['create', '-f', '-', ...(user === undefined ? [] : [`--as=${user}`])], edit(text));
}

export const removeApproval = ({ name, namespace }: Run): Promise<number> =>
  eventually('the approval is gone', 30, async () => {
    await remove('agentrunapproval', name, namespace);
    return (await get('agentrunapproval', name, namespace)) === undefined;
  });
