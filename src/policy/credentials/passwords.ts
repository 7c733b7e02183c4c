/** Passwords that stand where a URL or a connection string has its password. */
import { isPlaceholder } from './placeholder.ts';

/** What stands in the place of a credential. */
export interface Found {
  credential: string;
  /** Where it begins in the text. */
  at: number;
  /** Whether it is a word of its own, which may go on on either side of what its form states. */
  isToken: boolean;
}

const password = (text: string, at: number, end: number): Found => ({ credential: text.slice(at, end), at, isToken: false });

/** The part of a URL that names its host, with what stands before it. Long ones are read in their beginning. */
const AUTHORITY = /[^\s/?#"'`]{0,4096}/y;
const WORD = /[^\s"'`]{0,128}/y;

/** `${NAME:-default}` has a colon that ends no name. */
const REFERENCE = /\$[{(][^{}()]{0,256}[})]/g;
const hide = (reference: string): string => '_'.repeat(reference.length);

/** A port, and what a text may go on with after its URL has ended. */
const PORT = /^\d{0,5}(?:[)>\],;].{0,512})?$/s;

/** Behind the @ of an image. */
const DIGEST = /^sha\d{3}:/;

/** The password of the URL whose `://` ends at `from`, also one with `/`, `?`, `#` or `@`, which nobody encoded. */
export function passwordInUrl(text: string, from: number): Found | undefined {
  if (!/[A-Za-z0-9]/.test(text.charAt(from - 4))) return undefined;
  const authority = matchAt(AUTHORITY, text, from);
  const colon = authority.replace(REFERENCE, hide).indexOf(':');
  if (colon < 0 || authority.startsWith('[') || PORT.test(authority.slice(colon + 1))) return undefined;
  const at = authority.lastIndexOf('@');
  if (DIGEST.test(authority.slice(at + 1))) return undefined;
  if (at >= 0) return colon < at ? password(text, from + colon + 1, from + at) : undefined;
  // Without @ it is a host and its port, unless the port is none and an @ follows.
  if (isPlaceholder(authority.slice(colon + 1))) return undefined;
  const word = matchAt(WORD, text, from);
  const end = word.lastIndexOf('@');
  return end > 0 && /[A-Za-z0-9[]/.test(word.charAt(end + 1)) ? password(text, from + colon + 1, from + end) : undefined;
}

const VALUE = /\s{0,2}["'{]?([^\s;&"'}]{1,256})/dy;

/** What makes a list of settings one for a connection. */
const COMPANION =
  /(?:^|[;?&\s"'])(?:server|host|hostname|addr|address|data source|endpoint|user id|user|uid|username|database|dbname|initial catalog)\s?=|:\/\/|jdbc:/i;
const WINDOW = 256;

/** The value behind a `password=` that ends at `from`, when other settings of a connection are near. */
export function passwordInSettings(text: string, from: number, start: string): Found | undefined {
  const index = from - start.length;
  if (!/^[;?&\s"']?$/.test(text.charAt(index - 1))) return undefined;
  const near = `${text.slice(Math.max(0, index - WINDOW), index)} ${text.slice(from, from + WINDOW)}`;
  return COMPANION.test(near) ? groupAt(VALUE, text, from) : undefined;
}

/** The password of `jdbc:oracle:thin:user/password@...`, which has no `://`. */
export const passwordInOracleUrl = (text: string, from: number): Found | undefined =>
  groupAt(/[^\s/@"'`]{1,128}\/([^\s@"'`]{1,256})@/dy, text, from);

/** The password of `user:password@tcp(host)/database`, as Go's driver of MySQL writes it; `from` is behind the `@tcp(`. */
export function passwordInDsn(text: string, from: number, start: string): Found | undefined {
  const end = from - start.length;
  const before = text.slice(Math.max(0, end - WINDOW), end);
  const found = /(?:^|[\s"'`=])[^\s"'`:@/=]{1,64}:([^\s"'`]{1,128})$/.exec(before)?.[1];
  return found === undefined ? undefined : password(text, end - found.length, end);
}

function matchAt(pattern: RegExp, text: string, from: number): string {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0] ?? '';
}

/** The first group of a pattern that tells the indices of its groups. */
function groupAt(pattern: RegExp, text: string, from: number): Found | undefined {
  pattern.lastIndex = from;
  const indices = pattern.exec(text)?.indices?.[1];
  return indices && password(text, ...indices);
}
