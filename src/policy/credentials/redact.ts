/** A text without what looks like a credential. What is cut out is rather too much than too little. */
import { findCredentials } from './search.ts';

const MASK = '[redacted]';

/** What a credential goes on with on either side: a form may state less than all of it. */
const TOKEN = /[A-Za-z0-9_.~+/=%-]/;

/** The end of a private key, or of the text where that is cut off. */
const KEY_END = /-----END [A-Z0-9 ]{0,64}-----|$/g;

/** A private key whose beginning is cut off. */
const KEY_TAIL = /^.*?-----END (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/s;

/** The text with `[redacted]` for each credential, and for each of its copies; the forms are those of the guardrails. */
export function redact(text: string): string {
  const credentials = new Set([...findCredentials(text)].map(({ credential }) => credential));
  const ranges = [...credentials].flatMap((credential) => findRanges(text, credential)).sort(([a], [b]) => a - b);
  let masked = '';
  let at = 0;
  for (const [from, to] of ranges) {
    if (from >= at) masked += text.slice(at, from) + MASK;
    at = Math.max(at, to);
  }
  return (masked + text.slice(at)).replace(KEY_TAIL, MASK);
}

function findRanges(text: string, credential: string): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (let at = text.indexOf(credential); at >= 0; ) {
    let [from, to] = [at, at + credential.length];
    if (credential.startsWith('-----BEGIN ')) to = endOfKey(text, to);
    while (from > 0 && TOKEN.test(text.charAt(from - 1))) from -= 1;
    while (to < text.length && TOKEN.test(text.charAt(to))) to += 1;
    ranges.push([from, to]);
    at = text.indexOf(credential, to);
  }
  return ranges;
}

function endOfKey(text: string, from: number): number {
  KEY_END.lastIndex = from;
  const end = KEY_END.exec(text);
  return end === null ? text.length : end.index + end[0].length;
}
