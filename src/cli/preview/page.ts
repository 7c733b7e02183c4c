/** A life of a run as a page that stands alone: the picture, and everything in it once more as tables. */
import { escapeXml } from '../xml.ts';
import { formatSvg } from './picture.ts';
import { type Simulated, tablesOf } from './simulate.ts';

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1f2328; background: #fff; }
svg { width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d0d7de; overflow-wrap: anywhere; }
td:first-child, th:first-child { white-space: nowrap; }
@media print { body { margin: 0; max-width: none; } svg, tr { break-inside: avoid; } }
`;

export function formatHtml(simulated: Simulated): string {
  const { run, scenario, end, left } = simulated;
  const title = escapeXml(`AgentRun ${run}: ${scenario}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
${formatSvg(simulated)}
${tablesOf(simulated).map(drawTable).join('\n')}
<p>Last phase: ${escapeXml(`${end.phase || 'none'}, ${end.reason}: ${end.message}`)}</p>
<p>Left after the AgentRun is gone: ${escapeXml(left.join(', ') || 'nothing')}</p>
</body>
</html>
`;
}

function drawTable({ title, header, rows, empty }: ReturnType<typeof tablesOf>[number]): string {
  const heading = `<h2>${escapeXml(title)}</h2>`;
  if (rows.length === 0) return `${heading}\n<p>${escapeXml(empty)}</p>`;
  const line = (cells: string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}${tag === 'th' ? ' scope="col"' : ''}>${escapeXml(cell)}</${tag}>`).join('')}</tr>`;
  return `${heading}\n<table>\n<thead>${line(header, 'th')}</thead>\n<tbody>\n${rows.map((row) => line(row, 'td')).join('\n')}\n</tbody>\n</table>`;
}
