import { styleText } from 'node:util';
import { printable } from '../../output.ts';
import type { Checked, Severity } from '../finding.ts';

const COLORS = { critical: 'red', high: 'red', error: 'red', warning: 'yellow', info: 'blue' } as const satisfies Record<
  Severity,
  string
>;

/** For people: each resource with what was found, each finding with a place that terminals and editors open. */
export function formatText(checked: Checked[], stream: NodeJS.WriteStream = process.stdout): string {
  const paint = (severity: Severity): string => styleText(COLORS[severity], severity, { stream });
  const lines = checked.flatMap(({ resource, findings }) => [
    `${printable(resource)}: ${findings.length === 0 ? 'nothing found' : `${findings.length} found`}`,
    ...findings.flatMap(({ severity, policy, rule, path, message, fix, file, line, column }) => [
      `  ${printable(file)}:${line}:${column}  ${paint(severity)}  ${rule}${printable(`${policy === undefined ? '' : ` (${policy})`}${path && `  ${path}`}`)}`,
      `    ${printable(message)}`,
      ...(fix === '' ? [] : [`    fix: ${printable(fix)}`]),
    ]),
  ]);
  return `${lines.join('\n')}\n`;
}
