/** docs/reasons.md: every reason the product gives, what it means and what to do, written from the table the code uses. */
import { REASONS, type ReasonRow } from '../src/api/reasons.ts';

const HEAD = `# Reasons

Every reason that a status, a condition or an event has. Written by \`npm run generate\` from [src/api/reasons.ts](../src/api/reasons.ts).
An event is Normal where nobody has to act.
`;

const table = (rows: [string, ReasonRow][]): string[] => [
  '| reason | phase | event | what it means | what to do |',
  '| --- | --- | --- | --- | --- |',
  ...rows.map(
    ([reason, { phases, severity, meaning, action }]) =>
      `| ${[`\`${reason}\``, phases.join(', '), severity, meaning, action].join(' | ')} |`,
  ),
  '',
];

/** The page, by its path. */
export function generateReasons(): Record<string, string> {
  const rows = Object.entries<ReasonRow>(REASONS);
  const ofRuns = rows.filter(([, { phases }]) => phases.length > 0);
  const others = rows.filter(([, { phases }]) => phases.length === 0);
  const text = [
    HEAD,
    '## The status of an AgentRun',
    '',
    ...table(ofRuns),
    '## Conditions, events and the other kinds',
    '',
    ...table(others),
  ];
  return { 'docs/reasons.md': text.join('\n') };
}
