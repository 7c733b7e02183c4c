/** docs/sympozium.md: what somebody who comes from Sympozium has to change, field by field, written from the table the parsers use. */
import { SYMPOZIUM_FIELDS } from '../src/api/sympozium.ts';

const HEAD = `# Coming from Sympozium

Written by \`npm run generate\` from [src/api/sympozium.ts](../src/api/sympozium.ts). Fields are those of Sympozium's main branch in August 2026.

**Never install this product where Sympozium's CRDs exist**: both have the same group and the same names. Delete Sympozium's runs and CRDs first.

**SkillPacks need no edit.** Every field of Sympozium's SkillPack is taken, but for two kinds of volumes below; the ten stock packs, its two samples and the eight of its documents
pass \`skillpack lint\`. Three of the stock packs are refused until a SympoziumPolicy permits what they ask for: k8s-ops, llmfit and web-endpoint
([guardrails](guardrails.md#what-public-packs-are-refused-for)). \`runtimeRequirements.image\` and \`sandbox\` are kept and shown only, and \`volumes\` may be of six kinds.

**An Agent is a SympoziumInstance.** A run names it in \`spec.instanceRef\`.

**A pack with a server beside a task**: Sympozium makes such a run a server, and so does this product, which tells that its task is not run. With
\`mode: task\` the server is left out and the task is run.

What is not in these tables is the same. A field that stands in them is refused by \`kubectl apply\`, and \`render\` repeats what the table says.
`;

/** The page, by its path. */
export function generateSympozium(): Record<string, string> {
  const tables = Object.entries(SYMPOZIUM_FIELDS).map(([kind, fields]) =>
    [
      `## ${kind}`,
      '',
      '| field of Sympozium | what became of it |',
      '| --- | --- |',
      ...Object.entries(fields).map(([field, hint]) => `| \`${field}\` | ${hint} |`),
      '',
    ].join('\n'),
  );
  return { 'docs/sympozium.md': [HEAD, ...tables].join('\n') };
}
