/**
 * What writers of YAML leave as it is, and Go's reader refuses or takes for something else: some characters, and a text over several lines
 * whose first one begins with a tab.
 */
const CHARACTERS = '[\\u007f-\\u009f\\u2028\\u2029\\ufeff\\ufffe\\uffff]';
const UNREADABLE = new RegExp(`${CHARACTERS}|^[ \\n]*\\t`);

/** Whether a text has to stand in double quotes. */
export const isUnreadable = (text: string): boolean => UNREADABLE.test(text);

/** A YAML text with such characters as escapes, where those stand in double quotes. */
export const escapeUnreadable = (yaml: string): string =>
  yaml.replace(new RegExp(CHARACTERS, 'g'), (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
