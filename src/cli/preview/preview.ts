/** What `render` and `simulate` have in common: from files to inputs, and what is to be said of both beside the output. */
import { nameOf } from '../../api/composite.ts';
import { AGENT_SCHEDULE, SYMPOZIUM_POLICY } from '../../api/kinds.ts';
import { selects } from '../../call/request.ts';
import { readCondition } from '../../kube/conditions.ts';
import type { JsonObject } from '../../kube/json.ts';
import { type Checked, isPassed } from '../check/finding.ts';
import { APPROVAL } from '../check/run.ts';
import { validate } from '../check/validate.ts';
import { toComposite } from '../input/claim.ts';
import { titleOf } from '../input/files.ts';
import { type Loaded, load, type RenderFiles, type RenderInput, toInputOfRun } from '../input/load.ts';
import { isNamed } from '../input/places.ts';
import { type NextRun, nextRunOf } from '../input/scheduled.ts';
import { type Rendered, render } from './render.ts';

export interface Preview {
  input: RenderInput;
  rendered: Rendered;
  /** Of an AgentSchedule that can be read: the run of its next tick. */
  next?: NextPreview;
}

export interface NextPreview extends NextRun {
  input: RenderInput;
}

export interface Previews {
  previews: Preview[];
  refused: Checked[];
  /** Whether a run, or one of a schedule, waits for a human. */
  waits: boolean;
  notes: string[];
}

/** Throws with the message of a fatal result. */
export function preview(files: RenderFiles, now: Date): Previews {
  const loaded = load(files);
  const { pool, subjects, inputs } = loaded;
  const previews = inputs.map((input, index): Preview => {
    const subject = subjects[index] ?? {};
    const next = subject['kind'] === AGENT_SCHEDULE ? nextRunOf(subject, now) : undefined;
    return {
      input,
      rendered: render(input, now),
      ...(next !== undefined && { next: { ...next, input: toInputOfRun(pool, next.run, files.configuration) } }),
    };
  });
  const checked = validate({ ...pool, own: subjects }, [], { configuration: files.configuration });
  const open = checked.filter((_, index) => !hasBegun(previews[index]?.rendered.composite));
  const refused = open.filter((each) => !isPassed([each]));
  const hasSchedule = subjects.some(({ kind }) => kind === AGENT_SCHEDULE);
  return {
    previews,
    refused,
    waits: open.some(({ findings }) => findings.some(({ rule }) => rule === APPROVAL)),
    // What is refused or waits has not asked for everything yet, and a schedule asks for nothing before its runs do.
    notes: refused.length > 0 || hasSchedule ? [] : describeUnused(loaded, previews),
  };
}

/** A run that began is judged no more. */
const hasBegun = (composite: JsonObject | undefined): boolean =>
  composite !== undefined && readCondition(composite, 'Admitted')?.status === 'True';

/** What was given and nobody asked for. In a directory there may be anything; a policy that holds nowhere is worth a word anywhere. */
function describeUnused({ pool: { all, others }, subjects }: Loaded, previews: Preview[]): string[] {
  const asked = previews.flatMap(({ rendered }) => rendered.asked);
  const isAsked = (resource: JsonObject): boolean =>
    asked.some((selector) => selects(selector, resource) || selects(selector, toComposite(resource)));
  const unused = all.filter((resource) => !subjects.includes(resource) && !isAsked(resource));
  const policies = unused.filter(({ kind }) => kind === SYMPOZIUM_POLICY);
  const references = unused.filter((resource) => !policies.includes(resource) && isNamed(resource));
  const unread = others.filter((resource) => isNamed(resource) && !isAsked(resource));
  return [
    ...policies.map(
      (policy) => `not used: SympoziumPolicy ${nameOf(policy)}: a policy holds by its name, default or ns.<namespace>`,
    ),
    ...(references.length > 0 ? [`not used: ${list(references)}`] : []),
    ...(unread.length > 0 ? [`not read, because no run refers to it: ${list(unread)}`] : []),
  ];
}

const list = (resources: JsonObject[]): string => resources.map(titleOf).join(', ');
