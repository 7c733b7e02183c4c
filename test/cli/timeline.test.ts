/** The picture of a life: it stands alone, says in words what it shows, and lets nobody's name become markup. */
import { describe, expect, it } from 'vitest';
import { formatHtml } from '../../src/cli/preview/page.ts';
import { formatSvg } from '../../src/cli/preview/picture.ts';
import { type Simulated, simulate } from '../../src/cli/preview/simulate.ts';
import { loadOne } from '../support/examples.ts';
import { projectPath } from '../support/project.ts';

const EXAMPLE = loadOne({
  paths: [projectPath('examples/direct-run/xr.yaml')],
  required: [projectPath('examples/packs'), projectPath('examples/direct-run/required.yaml')],
});

/** One run of each section, with names that would be markup. */
const HOSTILE: Simulated = {
  scenario: 'success',
  about: '<script>alert(1)</script>',
  run: 'team/"a"',
  end: { phase: 'Failed', reason: 'AgentFailed', message: '</p><b>' },
  timeline: [
    { seconds: 0, phase: '', what: '<i>' },
    { seconds: 0.1, phase: 'Pending', what: 'a' },
    { seconds: 9000, phase: 'Failed', what: 'b' },
  ],
  rights: [
    {
      since: 0.1,
      until: 130,
      serviceAccount: 'team/<a>',
      rule: { apiGroups: [''], resources: ['pods'], verbs: ['get'], resourceNames: ['x'.repeat(200)] },
      packs: ['p'],
    },
  ],
  reach: [{ since: 0, to: '0.0.0.0/0', ports: '443/TCP' }],
  clouds: [{ since: 0, serviceAccount: 'a', annotation: 'role', value: '&<>' }],
  pods: [{ since: 1, until: 2, name: 'p<', containersWithToken: [] }],
  deleted: 3,
  left: ['<'],
};

describe('the timeline', () => {
  it.each(['success', 'cancel'] as const)('of the example is the one that is shown, %s', async (scenario) => {
    const svg = formatSvg(simulate(EXAMPLE, scenario));
    await expect(svg).toMatchFileSnapshot(projectPath(`docs/images/timeline-${scenario}.svg`));
  });

  it.each([
    ['a page', formatHtml(HOSTILE)],
    ['a picture', formatSvg(HOSTILE)],
    ['the page of the example', formatHtml(simulate(EXAMPLE, 'success'))],
  ])('as %s needs nothing from elsewhere, and nothing in it runs', (_, text) => {
    const markup = [...text.matchAll(/<\/?([a-z]\w*)/g)].map(([, name]) => name);
    const known = [
      ...['svg', 'title', 'desc', 'rect', 'line', 'text'],
      ...['html', 'head', 'meta', 'style', 'body', 'h1', 'h2', 'p', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
    ];
    expect(markup.filter((name) => !known.includes(name ?? ''))).toEqual([]);
    expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|href|src=|@import| on\w+=/);
    expect(markup.filter((name) => name === 'text').length % 2).toBe(0);
  });

  it('says in words what it shows, for who cannot see it', () => {
    const [, words] = /<desc id="desc">(.*)<\/desc>/.exec(formatSvg(simulate(EXAMPLE, 'success'))) ?? [];
    expect(words).toBe(
      'Pod agentrun-check-deployments-882ad867-1 lives from 0.3 s to 65.3 s. team-a/agentrun-check-deployments-882ad867 in namespace team-a ' +
        'holds get, list, watch: pods, events, deployments, replicasets (core, apps) from 0.1 s to 65.4 s.',
    );
  });
});
