/** One call of the function as Crossplane makes it: again, until everything that is asked for was given. */
import type { JsonObject } from '../kube/json.ts';
import type { Request, Selector } from './request.ts';
import type { Composed, Response } from './response.ts';

/** Crossplane gives up on requirements that keep changing too, and looks whether they are those it has fetched. */
const MAX_ROUNDS = 5;

/** Whether everything that an answer asks for was given; if not, Crossplane calls again at once and uses that answer. */
export const isLast = ({ requirements }: Composed, { required }: Pick<Request, 'required'>): boolean =>
  Object.keys(requirements).every((key) => required.has(key));

/** `first` is what was required last time, which Crossplane sends along with the first call. */
export function composeInRounds(
  compose: (request: Request) => Response,
  request: Omit<Request, 'required'>,
  fetch: (selector: Selector) => JsonObject[],
  first: Record<string, Selector> = {},
): Response {
  let selectors = first;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const required = new Map(Object.entries(selectors).map(([key, selector]) => [key, fetch(selector)]));
    const response = compose({ ...request, required });
    if (response.kind === 'fatal' || isLast(response, { required })) return response;
    selectors = response.requirements;
  }
  return { kind: 'fatal', message: `the function's requirements did not become stable within ${MAX_ROUNDS} rounds` };
}
