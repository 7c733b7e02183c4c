/** The forms in which findings are printed. */
import { formatJson } from '../output.ts';
import type { Checked } from './finding.ts';
import { formatGithub } from './formats/github.ts';
import { formatJunit } from './formats/junit.ts';
import { formatSarif } from './formats/sarif.ts';
import { formatText } from './formats/text.ts';

export const FORMATS = {
  text: (checked: Checked[]): string => formatText(checked),
  json: formatJson,
  sarif: formatSarif,
  github: formatGithub,
  junit: formatJunit,
};

export type Format = keyof typeof FORMATS;
