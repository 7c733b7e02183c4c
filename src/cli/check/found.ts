/** What parsers and guardrails say, as a finding, with what the author may have meant. */
import type { Fault, Parsed } from '../../api/fault.ts';
import type { Denial } from '../../policy/verdict.ts';
import type { Found } from './finding.ts';
import { suggestField, suggestValue } from './hints.ts';

/** A fault of a resource of a kind. */
export function foundOf(kind: string, { path, found, rule }: Fault): Found {
  const hint = found === 'an unknown field' ? suggestField(kind, path) : suggestValue(path, found);
  // What the parsers say beside the rule is better than a guess.
  const isExplained = /[:;]/.test(rule);
  const fix = hint === undefined || isExplained ? rule : `${rule}; ${hint}`;
  return { severity: 'error', rule: 'schema', path, message: `found ${found}`, fix };
}

/** All faults of a resource of a kind; nothing where it can be read. */
export const foundOfParsed = (kind: string, parsed: Parsed<unknown>): Found[] =>
  parsed.ok ? [] : parsed.faults.map((fault) => foundOf(kind, fault));

export const foundOfDenial = ({ rule, path, found, why, permit, permissible }: Denial): Found => ({
  severity: permissible ? 'high' : 'critical',
  rule,
  path,
  message: `${found}: ${why}`,
  fix: permit,
});
