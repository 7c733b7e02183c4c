import type { Log, ReportingDescriptor, Result } from 'sarif';
import manifest from '../../../../package.json' with { type: 'json' };
import { sha256 } from '../../../kube/digest.ts';
import { formatJson } from '../../output.ts';
import type { Checked, Finding, Severity } from '../finding.ts';

const LEVELS: Record<Severity, Result.level> = {
  critical: 'error',
  high: 'error',
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/** How grave GitHub shows a finding to be, of 10: https://docs.github.com/code-security, SARIF support. */
const GRAVITY: Record<Severity, string> = { critical: '9.5', high: '8.0', error: '6.0', warning: '4.0', info: '1.0' };

const REPOSITORY = 'https://github.com/crossplane-contrib/function-skillpack';

/** SARIF 2.1.0, which code scanning reads: https://docs.oasis-open.org/sarif/sarif/v2.1.0. */
export function formatSarif(checked: Checked[]): string {
  const findings = checked.flatMap(({ findings }) => findings);
  const rules = new Map(findings.map((finding) => [finding.rule, toRule(finding)]));
  const log: Log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'skillpack',
            version: manifest.version,
            informationUri: REPOSITORY,
            rules: [...rules.values()],
          },
        },
        results: findings.map((finding) => toResult(finding, [...rules.keys()].indexOf(finding.rule))),
      },
    ],
  };
  return formatJson(log);
}

const toRule = ({ rule, severity }: Finding): ReportingDescriptor => ({
  id: rule,
  shortDescription: { text: rule },
  helpUri: `${REPOSITORY}/blob/v${manifest.version}/docs/guardrails.md`,
  defaultConfiguration: { level: LEVELS[severity] },
  properties: { 'security-severity': GRAVITY[severity] },
});

const toResult = ({ severity, rule, path, resource, message, fix, file, line, column }: Finding, ruleIndex: number): Result => ({
  ruleId: rule,
  ruleIndex,
  level: LEVELS[severity],
  message: { text: `${resource}${path && ` ${path}`}: ${message}${fix && `; fix: ${fix}`}` },
  // The same finding of the same resource, wherever it has moved in the file.
  partialFingerprints: { 'skillpack/v1': sha256(JSON.stringify([rule, resource, path])) },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: toUri(file) },
        region: { startLine: line, startColumn: column },
      },
    },
  ],
});

/** A path as a reference of RFC 3986: relative where the path is. */
const toUri = (file: string): string =>
  file
    .replaceAll('\\', '/')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
    .replace(/^(?=\/)/, 'file://');
