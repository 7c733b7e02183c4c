/** Completion, asked as shells ask it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { completionOf, SHELLS } from '../../src/cli/completion.ts';
import { createProgram } from '../../src/cli/program.ts';

/** What bash offers for a line that ends in what is to be completed. */
function offered(line: string[]): string[] {
  const words = ['skillpack', ...line].map((word) => `'${word}'`).join(' ');
  const script = `${completionOf(createProgram(), 'bash')}
COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _skillpack; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '');
}

describe('completion', () => {
  it.each<[string[], string[]]>([
    [['val'], ['validate']],
    [['rights', 'd'], ['diff']],
    [['rights', '--f'], ['--for']],
    [
      ['rights', '--for', ''],
      ['crossplane', 'provider'],
    ],
    [['rights', 'diff', '--f'], ['--fail-on-growth']],
    [['lint', '--output', 's'], ['sarif']],
    [['simulate', '-s', 'can'], ['cancel']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish', '--help'],
    ],
    [['lint', 'packs/'], []],
  ])('of %j is %j', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  it.each(SHELLS)('for %s names every command and every option', (shell) => {
    const text = completionOf(createProgram(), shell);
    const commands = createProgram().commands;
    const named = commands.flatMap((command) => [command.name(), ...command.options.map(({ long }) => (long ?? '').slice(2))]);
    expect(named.filter((name) => !text.includes(name))).toEqual([]);
  });

  it('for bash is a script that bash can read', () => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: completionOf(createProgram(), 'bash'), encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});
