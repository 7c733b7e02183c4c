/** A text without what looks like a credential. What is cut out is rather too much than too little. */
import { isReference } from './placeholder.ts';
import { type FoundCredential, findCredentials } from './search.ts';

const MASK = '[redacted]';

/** What a credential goes on with on either side: a form may state less than all of it. */
const TOKEN = /[A-Za-z0-9_.~+/=%-]/;

/** The end of a private key, or of the text where that is cut off. */
const KEY_END = /-----END [A-Z0-9 ]{0,64}-----|$/g;

/** A private key whose beginning is cut off. */
const KEY_TAIL = /^.*?-----END (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/s;

/** Shorter ones are words too: only where they were found are they taken for a credential. */
const COPIED_FROM = 8;

/** Escapes of JSON, behind which a word begins that does not seem to. */
const ESCAPES = /\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))/g;
const ESCAPED: Record<string, string> = { b: ' ', f: ' ', n: '\n', r: '\n', t: '\t' };

/** How often texts stand within texts. */
const MAX_NESTING = 3;

/** A text as it is read, and for each of its characters where that stands in the text as it is. */
interface View {
  text: string;
  at: number[];
}

/**
 * The text with `[redacted]` for each credential, and for each of its copies; the forms are those of the guardrails, and a filler such as
 * `example` makes no exception. Text within JSON is read as the text that it stands for, also where that is JSON again.
 */
export function redact(text: string): string {
  const views: View[] = [{ text, at: Array.from({ length: text.length + 1 }, (_, index) => index) }];
  for (let view = views[0]; view !== undefined && views.length <= MAX_NESTING; view = views.at(-1)) {
    const decoded = decode(view);
    if (decoded.text === view.text) break;
    views.push(decoded);
  }
  const ranges = views.flatMap(({ text: read, at }) =>
    findRanges(read).map(([from, to]): Range => [at[from] ?? 0, at[to] ?? text.length]),
  );
  let masked = '';
  let done = 0;
  for (const [from, to] of ranges.sort(([a], [b]) => a - b)) {
    if (from >= done) masked += text.slice(done, from) + MASK;
    done = Math.max(done, to);
  }
  return (masked + text.slice(done)).replace(KEY_TAIL, MASK);
}

function decode({ text, at }: View): View {
  let read = '';
  const positions: number[] = [];
  let from = 0;
  const take = (until: number): void => {
    read += text.slice(from, until);
    positions.push(...at.slice(from, until));
  };
  for (const match of text.matchAll(ESCAPES)) {
    take(match.index);
    const [whole, code, letter = ''] = match;
    read += code === undefined ? (ESCAPED[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16));
    positions.push(at[match.index] ?? 0);
    from = match.index + whole.length;
  }
  take(text.length);
  return { text: read, at: [...positions, at.at(-1) ?? 0] };
}

type Range = [from: number, to: number];

function findRanges(text: string): Range[] {
  const found = new Map<string, FoundCredential>();
  for (const item of findCredentials(text, isNone)) found.set(`${item.at} ${item.credential}`, item);
  const copied = new Set([...found.values()].flatMap(({ credential }) => (credential.length >= COPIED_FROM ? credential : [])));
  const copies = [...copied].flatMap((credential) => placesOf(text, credential).map((at): Range => [at, at + credential.length]));
  return [...[...found.values()].map((item) => rangeOf(text, item)), ...copies];
}

/** A backslash is the beginning of an escape in the place of a password. */
const isNone = (secret: string): boolean => secret === '\\' || isReference(secret);

function placesOf(text: string, credential: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(credential); at >= 0; at = text.indexOf(credential, at + credential.length)) places.push(at);
  return places;
}

function rangeOf(text: string, { at, credential, isToken }: FoundCredential): Range {
  const end = at + credential.length;
  if (!isToken) return [at, end];
  let [from, to] = [at, credential.startsWith('-----BEGIN ') ? endOfKey(text, end) : end];
  while (from > 0 && TOKEN.test(text.charAt(from - 1))) from -= 1;
  while (to < text.length && TOKEN.test(text.charAt(to))) to += 1;
  return [from, to];
}

function endOfKey(text: string, from: number): number {
  KEY_END.lastIndex = from;
  const end = KEY_END.exec(text);
  return end === null ? text.length : end.index + end[0].length;
}
