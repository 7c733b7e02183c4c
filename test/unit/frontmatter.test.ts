/** The front matter of a SKILL.md is read by YAML parsers of every kind: each has to find the texts that the pack has. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type FrontMatter, writeFrontMatter } from '../../src/api/frontmatter.ts';

const split = (text: string): unknown => {
  const [, yaml, rest] = /^---\n(.*\n)---\n(.*)$/s.exec(text) ?? [];
  expect(rest).toBe('');
  // The reference reader takes the second --- for the end, wherever it stands.
  expect(text.split('---')).toHaveLength(3);
  const [old, current] = (['1.1', '1.2'] as const).map((version) => parse(yaml ?? '', { version }));
  expect(old).toEqual(current);
  return current;
};

it('has the fields in the order of the specification', () => {
  const skill: FrontMatter = {
    name: 'pdf-forms',
    description: 'Fills forms. Use it for: PDFs.',
    license: 'Apache-2.0',
    compatibility: 'Needs "jq"',
    metadata: { version: '1.0', author: 'example-org', 'a b': 'yes' },
    allowedTools: 'Bash(git:*) Read',
  };
  expect(writeFrontMatter(skill)).toBe(`---
name: pdf-forms
description: "Fills forms. Use it for: PDFs."
license: Apache-2.0
compatibility: Needs "jq"
metadata:
  a b: "yes"
  author: example-org
  version: "1.0"
allowed-tools: Bash(git:*) Read
---
`);
});

describe('a text stays the same text', () => {
  it.each([
    ...[
      'yes',
      'No',
      'ON',
      'null',
      'y',
      'true',
      '1',
      '1.0',
      '1:30',
      '0x1f',
      '2026-01-01',
      '.inf',
      'e1',
      'E-0',
      '~',
      '=',
      '<<',
      '',
    ],
    ...['a: b', 'a:', 'a #b', '# a', '- a', '? a', '[a]', '{a: b}', '@a', '`a`', '*a', '&a', '!a', '%a', '|', '>', "'a", '"a"'],
    ...[
      'a ',
      ' a',
      'a\nb',
      'a\r\nb',
      'a\tb',
      '---',
      'a --- b',
      'a-----b',
      '...',
      'a\u0085b',
      'a\u2028b',
      '\ufeffa',
      'a\u0000b',
      'a\u007fb',
      'ü',
      '文',
      '😀',
      'a 😀',
    ],
  ])('%j', (text) => {
    expect(split(writeFrontMatter({ name: 'a', description: text, metadata: { b: text } }))).toEqual({
      name: 'a',
      description: text,
      metadata: { b: text },
    });
  });

  it('whatever it is', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.stringMatching(/^[ -~]*$/));
    const key = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((name) => name !== '__proto__');
    fc.assert(
      fc.property(text, fc.dictionary(key, text, { minKeys: 1 }), (description, metadata) => {
        const given = { name: 'a', description, metadata };
        expect(split(writeFrontMatter(given))).toEqual({ ...given, metadata: { ...metadata } });
      }),
      { numRuns: 500 },
    );
  });
});
