/** Whether a text has a credential in it, in one pass: at each start of a form only the forms with that start are tried. */
import { CREDENTIAL_FORMS, type CredentialForm } from './forms.ts';
import { type Found, passwordInDsn, passwordInOracleUrl, passwordInSettings, passwordInUrl } from './passwords.ts';
import { isPlaceholder } from './placeholder.ts';

/** More than any field of the schemas can hold. What is behind is not judged, so that no text costs more than this. */
const MAX_CHARACTERS = 512 * 1024;

interface Search {
  issuer: string;
  /** What would be the credential, given the text, where a start of the form ends in it, and the start. */
  find(text: string, from: number, start: string): Found | undefined;
}

/** Passwords in what names a connection: the starts, and how the password is read. */
const PASSWORDS: [starts: string[], Search][] = [
  [['://'], { issuer: 'a URL with a password', find: passwordInUrl }],
  [['jdbc:oracle:thin:', 'jdbc:oracle:oci:'], { issuer: 'a URL with a password', find: passwordInOracleUrl }],
  [['@tcp(', '@unix('], { issuer: 'a connection string with a password', find: passwordInDsn }],
  [
    ['password', 'Password', 'PASSWORD', 'pwd', 'Pwd', 'PWD'].flatMap((name) => [`${name}=`, `${name} =`]),
    { issuer: 'a connection string with a password', find: passwordInSettings },
  ],
];

function toSearch({ issuer, before, rest }: CredentialForm): Search {
  return {
    issuer,
    find: (text, from, start) => {
      before.lastIndex = from - start.length;
      rest.lastIndex = from;
      if (!before.test(text)) return undefined;
      const match = rest.exec(text);
      return match === null ? undefined : { credential: start + match[0], at: from - start.length, isToken: true };
    },
  };
}

const SEARCHES = new Map<string, Search[]>();
for (const [starts, search] of [...CREDENTIAL_FORMS.map((form) => [form.starts, toSearch(form)] as const), ...PASSWORDS]) {
  for (const start of starts) SEARCHES.set(start, [...(SEARCHES.get(start) ?? []), search]);
}

/** All starts, the longer before those they begin with. */
const STARTS = [...SEARCHES.keys()].sort((a, b) => (a < b ? 1 : -1));

/** For each start, every search that may begin there: also those of the starts it begins with. */
const SEARCHES_AT = new Map(
  STARTS.map((start): [string, [string, Search][]] => [
    start,
    STARTS.filter((other) => start.startsWith(other)).flatMap((other) =>
      (SEARCHES.get(other) ?? []).map((search): [string, Search] => [other, search]),
    ),
  ]),
);

const ANY_START = new RegExp(STARTS.map((start) => start.replace(/[.+*?/()[\]{}|\\^$]/g, '\\$&')).join('|'), 'g');

/** The issuer of the first credential in a text, with its article; never the credential. */
export function describeCredential(text: string): string | undefined {
  const [first] = findCredentials(text);
  return first?.issuer;
}

export interface FoundCredential extends Found {
  issuer: string;
}

/**
 * Every credential in a text, in the order of their starts. One that is found by two forms comes twice.
 *
 * @param isNone what stands in the place of a credential and is none
 */
export function* findCredentials(text: string, isNone = isPlaceholder): Generator<FoundCredential> {
  const judged = text.slice(0, MAX_CHARACTERS);
  // Its own, because what is called between two of them may search too.
  const anyStart = new RegExp(ANY_START);
  for (let match = anyStart.exec(judged); match !== null; match = anyStart.exec(judged)) {
    for (const [start, { issuer, find }] of SEARCHES_AT.get(match[0]) ?? []) {
      const found = find(judged, match.index + start.length, start);
      if (found?.credential && !isNone(found.credential)) yield { issuer, ...found };
    }
    // Another start may begin within this one.
    anyStart.lastIndex = match.index + 1;
  }
}
