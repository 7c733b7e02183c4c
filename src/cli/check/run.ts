/** Whether a run would begin: what the function itself says of it, finding by finding. */
import { formatFaults } from '../../api/fault.ts';
import { parseSettings } from '../../api/settings.ts';
import { selects } from '../../call/request.ts';
import { askInRounds } from '../../call/rounds.ts';
import { chooseCarrier } from '../../objects/choice.ts';
import { admit } from '../../run/admit.ts';
import type { Answer } from '../../run/approval.ts';
import { readGiven } from '../../run/given.ts';
import type { Warning } from '../../run/state.ts';
import type { RenderInput } from '../input/load.ts';
import { withUid } from '../input/uid.ts';
import type { Found } from './finding.ts';
import { foundOf, foundOfDenial } from './found.ts';

/** Throws when nobody can read the input of the Composition. */
export function judgeRun({ composite, input, required }: RenderInput): Found[] {
  const settings = parseSettings(input);
  if (!settings.ok) throw new Error(`cannot read the function input: ${formatFaults(settings.faults)}`);
  // As render does it, so that both take the same approval.
  const given = readGiven(withUid(composite));
  const carrier = chooseCarrier(settings.value, given.variant);
  const admission = askInRounds(
    (fetched) => admit(given, fetched, { settings: settings.value, carrier, serves: false, now: new Date() }),
    (selector) => required.filter((resource) => selects(selector, resource)),
  )?.admission;
  if (admission === undefined || admission.kind === 'unasked') throw new Error('what the run refers to did not become stable');
  switch (admission.kind) {
    case 'invalid':
      return admission.faults.map((fault) => foundOf('AgentRun', fault));
    case 'denied':
      return admission.denials.map(foundOfDenial);
    case 'waiting':
      return admission.waiting.map(({ reason, message }) => foundOfWaiting(reason, message));
    case 'unapproved':
      return [foundOfAnswer(admission), ...admission.warnings.map(foundOfWarning)];
    case 'admitted':
      return admission.warnings.map(foundOfWarning);
  }
}

/** To wait for a human is no fault. */
const foundOfAnswer = ({ approval: { state }, message, fix }: Answer): Found => ({
  severity: state === 'Required' ? 'info' : 'error',
  rule: APPROVAL,
  path: '',
  message,
  fix,
});

/** The rule of what waits for a human. */
export const APPROVAL = 'approval';

const foundOfWarning = ({ reason, message }: Warning): Found => ({
  severity: 'warning',
  rule: reason,
  path: '',
  message,
  fix: '',
});

/** What is not in the files may be in the cluster. */
export function foundOfWaiting(reason: string, message: string): Found {
  const isMissing = reason.endsWith('NotFound');
  return {
    severity: 'error',
    rule: isMissing ? MISSING : reason,
    path: reason.startsWith('Instance') ? 'spec.instanceRef' : reason.startsWith('SkillPack') ? 'spec.skills' : '',
    message,
    fix: isMissing ? 'where it is in another file, give that too, with -e' : '',
  };
}

/** The rule of what a resource refers to and is in no file. */
export const MISSING = 'missing';
