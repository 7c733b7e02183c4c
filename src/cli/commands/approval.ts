/** `approval`. */
import { type Command, InvalidArgumentError } from 'commander';
import { CLAIMS, NAMESPACED } from '../../api/kinds.ts';
import { approve } from '../approve.ts';
import { loadResources } from '../input/files.ts';
import { listTitles } from '../input/load.ts';
import { examples } from './options.ts';

interface ApprovalFlags {
  approver: string;
  deny: boolean;
  reason?: string;
}

const RUNS: unknown[] = [NAMESPACED.agentRun, CLAIMS.agentRun];

export function addApproval(program: Command): void {
  program
    .command('approval')
    .description(
      'Prints the AgentRunApproval for an AgentRun that asks for one, bound to what would run. The lines before it say what that is: ' +
        'read them before you create it.',
    )
    .argument('<run>', 'file with the AgentRun as the cluster has it, or - for standard input')
    .requiredOption('--approver <name>', 'your user name, as kubectl auth whoami says it', parseName)
    .option('--deny', 'deny it, which ends the run', false)
    .option('--reason <text>', 'why, for people')
    .addHelpText(
      'after',
      examples(
        'kubectl get agentrun check -n team-a -o yaml | skillpack approval - --approver anna > approval.yaml',
        'kubectl create -f approval.yaml',
      ),
    )
    .action((path: string, { approver, deny, reason }: ApprovalFlags) => {
      const resources = loadResources(path);
      const [run, ...others] = resources.filter(({ kind }) => RUNS.includes(kind));
      if (run === undefined || others.length > 0)
        throw new Error(`${path} must hold one AgentRun: it holds ${listTitles(resources)}`);
      process.stdout.write(approve(run, { approver, decision: deny ? 'Denied' : 'Approved', reason }));
    });
}

/** A command in its place that has failed prints nothing. */
function parseName(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must be a user name, and it is empty.');
  return text;
}
