/** `import` and `export`. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { exportSkills } from '../folders/export.ts';
import { describeSizes, type ImportOptions, importSkills } from '../folders/import.ts';
import { Report } from '../folders/report.ts';
import { writeYaml } from '../input/yaml.ts';
import { examples, PACKS } from './options.ts';

interface ImportFlags extends ImportOptions {
  lenient: boolean;
  out: string;
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description(
      'Makes a SkillPack of folders as Agent Skills have them (https://agentskills.io/specification), and prints it. ' +
        'Sizes and digests are on stderr. Nothing is fetched or executed.',
    )
    .argument('<path...>', 'folders with SKILL.md, or directories of such folders')
    .option('-n, --name <name>', 'the name of the SkillPack; default that of the one skill')
    .option('--version <version>', 'its spec.version')
    .option('--category <category>', 'its spec.category')
    .option('--sidecar <file>', 'file with its spec.sidecar')
    .option('--lenient', 'accept what other agents accept, and report it', false)
    .option('-o, --out <file>', 'where to write the SkillPack', '-')
    .addHelpText('after', examples('skillpack import skills/disk-report > pack.yaml'))
    .action((paths: string[], { lenient, out, ...options }: ImportFlags) => {
      const report = new Report(lenient);
      const { pack, skills } = importSkills(paths, options, report);
      if (tell(report)) {
        if (out === '-') process.stdout.write(writeYaml(pack));
        else writeFileSync(out, writeYaml(pack));
        process.stderr.write(describeSizes(skills));
      }
    });
}

export function addExport(program: Command): void {
  program
    .command('export')
    .description('Writes the folder of each skill of a SkillPack, as agents read it: what import makes a SkillPack of.')
    .argument('<pack...>', PACKS)
    .requiredOption('-o, --out <directory>', 'where to make the folders')
    .addHelpText('after', examples('skillpack export pack.yaml -o skills'))
    .action((paths: string[], { out }: { out: string }) => {
      const report = new Report();
      const folders = exportSkills(paths, out, report);
      tell(report);
      process.stderr.write(folders.map((folder) => `${folder}\n`).join(''));
    });
}

/** Tells what a report has, and whether it has no fault. */
function tell(report: Report): boolean {
  process.stderr.write(report.format());
  if (report.faults.length === 0) return true;
  process.exitCode = 1;
  return false;
}
