/** `rights` and `rights diff`. */
import { type Command, Option } from 'commander';
import { formatJson, note } from '../output.ts';
import { compareRights, formatChanges } from '../rights/diff.ts';
import { MAKERS, type Maker, SCOPES, type Scope } from '../rights/needed.ts';
import { printRights } from '../rights/print.ts';
import { collect, examples, formats, PACKS } from './options.ts';

interface RightsFlags {
  for: Maker;
  scope?: Scope;
  pods?: true;
  policy: string[];
}

interface DiffFlags {
  policy: string[];
  output: 'text' | 'json';
  failOnGrowth: boolean;
}

export function addRights(program: Command): void {
  const rights = program
    .command('rights')
    .enablePositionalOptions()
    .description(
      'Prints the least ClusterRoles with which the packs can run. What one prints never takes anything away that another has given.',
    )
    .argument('<pack...>', PACKS)
    .addOption(
      new Option('--for <maker>', 'who makes the runs: crossplane composes them directly, provider makes their Objects')
        .choices(MAKERS)
        .default('crossplane'),
    )
    .addOption(
      new Option(
        '--scope <scope>',
        'which rights of the packs: cluster is what provider-kubernetes makes with clusterRights: Provider',
      )
        .choices(SCOPES)
        .default(undefined, 'namespace for crossplane, all for provider'),
    )
    .option('--pods', 'also what podStatus in the input of the Composition needs: to read Pods')
    .option(
      '-p, --policy <path>',
      'file or directory with SympoziumPolicies (repeatable); a pack that every one refuses is left out, and one that isolates runs needs network policies',
      collect,
      [],
    )
    .addHelpText(
      'after',
      examples(
        'skillpack rights packs/k8s-ops.yaml | kubectl apply -f -',
        'skillpack rights diff main/packs packs --fail-on-growth',
      ),
    )
    .action(
      (paths: string[], { for: maker, scope = maker === 'crossplane' ? 'namespace' : 'all', pods, policy }: RightsFlags) => {
        const { manifests, refused } = printRights(paths, { maker, scope, readsPods: pods === true, policy });
        process.stdout.write(manifests);
        for (const reason of refused) note(`left out: ${reason}`);
        if (refused.length > 0) process.exitCode = 1;
      },
    );

  rights
    .command('diff')
    .description('Reports which powers a change of packs and policies adds and takes away, for who reviews it.')
    .argument('<old>', PACKS)
    .argument('<new>', PACKS)
    .option(
      '-p, --policy <path>',
      'file or directory with SympoziumPolicies that hold before and after (repeatable)',
      collect,
      [],
    )
    .addOption(formats(['text', 'json']))
    .option('--fail-on-growth', 'exit with 1 when a power was added', false)
    .addHelpText('after', examples('git worktree add ../main main && skillpack rights diff ../main/packs packs --fail-on-growth'))
    .action((before: string, after: string, { policy, output, failOnGrowth }: DiffFlags) => {
      const changes = compareRights(before, after, policy);
      process.stdout.write(output === 'json' ? formatJson(changes) : formatChanges(changes));
      if (failOnGrowth && changes.added.length > 0) process.exitCode = 1;
    });
}
