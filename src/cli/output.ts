/** What every command writes in the same way. */

/** A text in one line: names of files and fields may hold what a terminal, or whoever reads lines, obeys. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });

/** Says something on stderr that is no fault. */
export const note = (text: string): void => {
  process.stderr.write(`skillpack: ${printable(text)}\n`);
};

/** For programs. */
export const formatJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
