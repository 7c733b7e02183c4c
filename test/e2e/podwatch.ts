/** Every Pod of a Job that ever was, those that are long gone included. */
import { RUN } from '../../src/api/labels.ts';
import { type Watch, watch } from './kubectl.ts';

const LINE = `jsonpath={.metadata.uid} {.metadata.resourceVersion} {.metadata.labels.${RUN.replaceAll('.', '\\.')}}{"\\n"}`;

export class PodWatch {
  private readonly uids = new Map<string, Set<string>>();
  private readonly revisions = new Map<string, number>();
  private readonly watching: Watch;

  constructor() {
    this.watching = watch(['pods', '-A', '-l', `batch.kubernetes.io/job-name,${RUN}`, '-o', LINE], (line) => {
      const [uid = '', revision = '', run = ''] = line.split(' ');
      if (!this.revisions.has(run)) this.revisions.set(run, Number(revision));
      this.uids.set(run, (this.uids.get(run) ?? new Set()).add(uid));
    });
  }

  /** The revision of etcd in which the first Pod of a run was made; all objects have theirs of the same count. */
  firstRevision(runId: string): number {
    return this.revisions.get(runId) ?? Number.NaN;
  }

  /** How many Pods a run has had. */
  count(runId: string): number {
    return this.uids.get(runId)?.size ?? 0;
  }

  /** The runs that have had more than one. */
  startedTwice(): string[] {
    return [...this.uids].filter(([, uids]) => uids.size > 1).map(([run]) => run);
  }

  /** Whether it has seen everything until now. */
  isWatching(): boolean {
    return this.watching.isAlive();
  }

  stop(): void {
    this.watching.stop();
  }
}
