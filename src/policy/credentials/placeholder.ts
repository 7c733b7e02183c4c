/** What stands where a credential would stand and is none: what documentation writes, and what is filled in later. */

/** `$(NAME)`, `${NAME}`, `$NAME`, `{{ name }}`, `<name>`, `[name]`, `%NAME%` and `%s`; also without their end. */
const REFERENCES = [
  /\$\([^()]{0,256}(?:\)|$)/g,
  /\$\{[^{}]{0,256}(?:\}|$)/g,
  /\{\{?[^{}]{0,256}(?:\}\}?|$)/g,
  /<[^<>]{1,128}>/g,
  /\[[A-Za-z _-]{1,64}\]/g,
  /%[A-Z_]{1,64}%|%s/g,
  /^\$\w{1,128}$/g,
];

/** Words of documentation, one character again and again, and what is written where a password was. */
const FILLERS = [
  /example|your|placeholder|redacted/i,
  /x{8}|X{8}|0{12}|\*{3}/,
  /^[xX*.…_-]{1,512}$/,
  /^(?:[A-Z]{1,16}[_-]){0,3}(?:PASSWORD|PASSWD|PASS|PWD|PW|SECRET|TOKEN|KEY|PORT)$/,
];

/** Whether what was found in the place of a credential only refers to one. */
export const isReference = (secret: string): boolean => withoutReferences(secret) === '';

/** Whether it stands for one: it refers to one, or is what people write where none is. Judges a few hundred characters. */
export function isPlaceholder(secret: string): boolean {
  const rest = withoutReferences(secret);
  return rest === '' || FILLERS.some((filler) => filler.test(rest));
}

const withoutReferences = (secret: string): string => REFERENCES.reduce((text, reference) => text.replace(reference, ''), secret);
