/** What a watcher remembers of one run, by the uid of its composite. */
import type { JsonObject } from '../../src/kube/json.ts';

export interface Known {
  /** The run's id, as its objects carry it. */
  id: string;
  /** Its kind, namespace and name. */
  composite: JsonObject;
  /** Whether an answer has let its Job go. */
  released: boolean;
  /** The Job from the decision on. */
  frozen: JsonObject | undefined;
  /** What the status in the API server says of its end. */
  end: { phase: string; reason: string; completionTime: string; at: number } | undefined;
  /** Of its kind, from the status in the API server. */
  mode: string | undefined;
  /** Pods that were made, and Jobs that were resumed by a hand: each makes another Pod. */
  pods: number;
  resumed: number;
  /** Whether the function was shown that somebody had suspended or started its Job again. */
  sawSecondStart: boolean;
  /** Whether somebody edited its status, so that nothing in it says any more that the run has started. */
  isEdited: boolean;
  isWiped: boolean;
  /** Whether the Object of its Job was gone once. */
  lostJobObject: boolean;
  /** Whether a hand took the Object of its workload away before the status had the end that it tells of. */
  evidenceTaken: boolean;
  /** Whether somebody edited the Job inside its Object. */
  isJobEdited: boolean;
  /** Since when RightsHeld stands at False while its ServiceAccount is bound. */
  unsaidSince: number | undefined;
}

export const newKnown = (id: string, composite: JsonObject): Known => ({
  id,
  composite,
  released: false,
  frozen: undefined,
  end: undefined,
  mode: undefined,
  pods: 0,
  resumed: 0,
  sawSecondStart: false,
  isEdited: false,
  isWiped: false,
  lostJobObject: false,
  evidenceTaken: false,
  isJobEdited: false,
  unsaidSince: undefined,
});

/** With its status and the Object of its Job a run has lost everything that says that it has started. */
export const hasForgotten = (known: Known): boolean => known.isWiped && known.lostJobObject;
