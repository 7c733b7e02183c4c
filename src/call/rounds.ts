/** One call of the function as Crossplane makes it: again, until everything that is asked for was given. */
import type { JsonObject } from '../kube/json.ts';
import type { Request, Required, Selector } from './request.ts';
import type { Composed, Response } from './response.ts';

/** Crossplane gives up on requirements that keep changing too, and looks whether they are those it has fetched. */
const MAX_ROUNDS = 5;

/** Whether everything that an answer asks for was given; if not, Crossplane calls again at once and uses that answer. */
export const isLast = ({ requirements }: Pick<Composed, 'requirements'>, { required }: Pick<Request, 'required'>): boolean =>
  Object.keys(requirements).every((key) => required.has(key));

/**
 * Asks again with what an answer asks for, until everything was given; undefined where the requirements do not become stable.
 *
 * @param first what was required last time, which Crossplane sends along with the first call
 */
export function askInRounds<T extends { requirements: Record<string, Selector> }>(
  ask: (required: Required) => T,
  fetch: (selector: Selector) => JsonObject[],
  first: Record<string, Selector> = {},
): T | undefined {
  let selectors = first;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const required = new Map(Object.entries(selectors).map(([key, selector]) => [key, fetch(selector)]));
    const answer = ask(required);
    if (isLast(answer, { required })) return answer;
    selectors = answer.requirements;
  }
  return undefined;
}

/** The same for the function. A fatal answer asks for nothing. */
export function composeInRounds(
  compose: (request: Request) => Response,
  request: Omit<Request, 'required'>,
  fetch: (selector: Selector) => JsonObject[],
  first?: Record<string, Selector>,
): Response {
  const ask = (required: Required) => {
    const response = compose({ ...request, required });
    return { response, requirements: response.kind === 'fatal' ? {} : response.requirements };
  };
  const message = `the function's requirements did not become stable within ${MAX_ROUNDS} rounds`;
  return askInRounds(ask, fetch, first)?.response ?? { kind: 'fatal', message };
}
