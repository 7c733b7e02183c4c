/** The one door through which the state of a run changes, and the place that picks the life of a task or of a server. */
import { formatTime } from '../kube/time.ts';
import type { Mode } from '../model/run.ts';
import { learnFromEnd } from './look.ts';
import { SERVER } from './server.ts';
import { type Facts, isEnded, type Known, type Life, type Step } from './state.ts';
import { TASK } from './task.ts';

const LIVES: Record<Mode, Life> = { task: TASK, server: SERVER };

/**
 * What a run is: what its workload is, else what its status or the labels of its Objects say, else as it would be begun now. A run of which
 * nothing is known lives as a task.
 */
export function modeOf({ memory, objects }: Known, planned?: Mode): Mode {
  if (objects.job !== undefined) return 'task';
  if (objects.deployment !== undefined) return 'server';
  return memory.status.mode ?? objects.mode ?? planned ?? 'task';
}

/** How a run of a mode lives. */
export const lifeOf = (mode: Mode): Life => LIVES[mode];

/** The next state of a run. An end absorbs: only words are added, by a look at its Pod, and its time where that was lost. */
export function transition(facts: Facts): Step {
  const { state: previous } = facts.memory;
  if (!isEnded(previous)) return lifeOf(facts.mode).step(facts);
  const completionTime = previous.completionTime || facts.objects.job?.end?.time || formatTime(facts.now);
  return learnFromEnd({ ...previous, completionTime }, facts);
}
