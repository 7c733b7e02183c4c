/** Ranges of addresses, written as CIDR: https://www.rfc-editor.org/rfc/rfc4632 and https://www.rfc-editor.org/rfc/rfc4291 */
import ipaddr from 'ipaddr.js';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** What is no range is undefined. */
function parse(text: string): Range | undefined {
  try {
    return ipaddr.parseCIDR(text);
  } catch {
    return undefined;
  }
}

export const isCidr = (text: string): boolean => parse(text) !== undefined;

/** Whether every address of `inner` is one of `outer`; a range is within itself. What is no range is within nothing. */
export function isWithinCidr(inner: string, outer: string): boolean {
  const [within, around] = [parse(inner), parse(outer)];
  if (within === undefined || around === undefined) return false;
  return within[0].kind() === around[0].kind() && within[1] >= around[1] && within[0].match(around);
}

/** Whether two ranges are of the same addresses, however they are written. */
export const isSameCidr = (a: string, b: string): boolean => isWithinCidr(a, b) && isWithinCidr(b, a);
