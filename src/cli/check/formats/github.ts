import { printable } from '../../output.ts';
import { byGravity, type Checked, type Finding, type Severity } from '../finding.ts';

const COMMANDS: Record<Severity, string> = {
  critical: 'error',
  high: 'error',
  error: 'error',
  warning: 'warning',
  info: 'notice',
};

/**
 * Workflow commands of GitHub Actions, which shows each at its line of a pull request. It shows ten of a sort, so the gravest come first.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export const formatGithub = (checked: Checked[]): string =>
  checked
    .flatMap(({ findings }) => findings)
    .sort(byGravity)
    .map(toCommand)
    .join('');

function toCommand({ severity, file, line, column, rule, path, message, fix }: Finding): string {
  const properties = Object.entries({ file, line, col: column, title: `${rule}${path && ` ${path}`}` })
    .map(([name, value]) => `${name}=${escapeProperty(printable(String(value)))}`)
    .join(',');
  return `::${COMMANDS[severity]} ${properties}::${escapeData([message, ...(fix === '' ? [] : [`fix: ${fix}`])].map(printable).join('\n'))}\n`;
}

const escapeData = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
