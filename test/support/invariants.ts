/** What has to hold in every history, each under a name. */

const INVARIANTS = {
  startsOnce: 'a run makes one Pod in its life',
  neverSuspended: 'a released Job is not suspended again by the function',
  startsWhenReady: 'a start is decided when everything that was planned is there, and taken when it still is',
  notTakenBack: 'a Job that is observed released stays released, and a binding that had its turn does not wait again',
  startedIsNoObstacle: 'a run whose Job is reported started does not fail for something that could not be made',
  digestIsFinal: 'the digest of what a run was prepared with never changes',
  othersUntouched: 'an answer says nothing of what another step composes',
  decidedOnReports: 'a start is decided when the provider reports the Job as it is asked for',
  approvedFirst: 'nothing is made of a run that has to be approved before it is, for its id and for what it is made of',
  frozen: 'a task is what it was prepared with, and nothing of it goes before its end',
  endIsFinal: 'an end that stands in the status never becomes another phase',
  endTimeIsFinal: 'nor does its completionTime move, for a Job that ended by itself, and for others by seconds at most',
  noRightsAfterEnd: 'an answer that tells an end, or knows of a silent Job, desires no right that could be made',
  noPodWhileHeld: 'nobody is asked for the Pod of a run that may hold a right',
  nothingGranted: 'no right is granted when an end has stood in the status for a while and everything works',
  heldWhileObserved: 'RightsHeld is not False in an answer to a request that shows an Object of a right',
  heldWhileReal: 'RightsHeld does not stand at False while the ServiceAccount of the run is bound',
  statusIsKept: 'no field of the status is lost',
  staysWhatItIs: 'a server never gets a Job, a task never a Deployment',
  reasonIsKnown: 'the reason of a run is one its phase may have',
  ttl: 'the TTL is a whole number of seconds, at least 1',
  secondStartIsSeen: 'a run whose Job was suspended or started again by a hand, and seen so, is lost',
  endsWithBrokenSettings: 'a broken Settings input keeps no run that exists from losing its rights',
  endsWithoutRights: 'an hour after everything works again and the agent has ended no right is left',
  nothingLeft: 'when the runs are deleted nothing is left',
  deterministic: 'the same request has the same answer',
  locked: 'a released Job can be made of its manifest only once',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export class Violation extends Error {
  readonly invariant: Invariant;

  constructor(invariant: Invariant, details: string) {
    super(`${invariant}: ${INVARIANTS[invariant]}\n${details}`);
    this.invariant = invariant;
  }
}

/** Throws when something is not so. Without a test library, which takes its time with each of a million checks. */
export function must(invariant: Invariant, isSo: boolean, details: string): void {
  if (!isSo) throw new Violation(invariant, details);
}
