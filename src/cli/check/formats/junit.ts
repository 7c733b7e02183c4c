import { escapeXml } from '../../xml.ts';
import { type Checked, type Finding, isPassed } from '../finding.ts';

/** A report as JUnit writes it, which most CI systems show: a case for each resource. Warnings are its output, and no failure. */
export function formatJunit(checked: Checked[]): string {
  const failures = checked.filter((each) => !isPassed([each])).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${checked.length}" failures="${failures}">`,
    `  <testsuite name="skillpack" tests="${checked.length}" failures="${failures}">`,
    ...checked.flatMap(toCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function toCase(each: Checked): string[] {
  const { resource, file, findings } = each;
  const text = findings.map(describe).join('\n');
  const element = isPassed([each]) ? 'system-out' : 'failure';
  return [
    `    <testcase classname="${escapeXml(file)}" name="${escapeXml(resource)}">`,
    ...(findings.length === 0 ? [] : [`      <${element}>${escapeXml(text)}</${element}>`]),
    '    </testcase>',
  ];
}

const describe = ({ file, line, column, severity, rule, path, message, fix }: Finding): string =>
  `${file}:${line}:${column} ${severity} ${rule}${path && ` ${path}`}: ${message}${fix && `; fix: ${fix}`}`;
