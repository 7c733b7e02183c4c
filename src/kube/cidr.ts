/** Ranges of addresses, written as CIDR: https://www.rfc-editor.org/rfc/rfc4632 and https://www.rfc-editor.org/rfc/rfc4291 */
import ipaddr from 'ipaddr.js';

export interface Range {
  /** As it was written. */
  text: string;
  parsed: [ipaddr.IPv4 | ipaddr.IPv6, number];
}

/** IPv4 in the clothes of IPv6: whoever reads it in Go, as network plugins do, reads a range of IPv4. */
const MAPPED = '::ffff:0:0/96';

/** A range, by its first address; undefined for anything else, such as an address of a range or a range of IPv4 written as IPv6. */
export function parseRange(text: string): Range | undefined {
  const range = parse(text);
  if (range === undefined || isWithin(range, mapped)) return undefined;
  const [address] = range.parsed;
  const first = address.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text);
  return first.toNormalizedString() === address.toNormalizedString() ? range : undefined;
}

function parse(text: string): Range | undefined {
  try {
    return { text, parsed: ipaddr.parseCIDR(text) };
  } catch {
    return undefined;
  }
}

const mapped: Range = { text: MAPPED, parsed: ipaddr.parseCIDR(MAPPED) };

/** Whether every address of `inner` is one of `outer`; a range is within itself. */
export function isWithin({ parsed: inner }: Range, { parsed: outer }: Range): boolean {
  return inner[0].kind() === outer[0].kind() && inner[1] >= outer[1] && inner[0].match(outer);
}

/** Whether it is within another one, and not all of it. */
export const isPartOfRange = (inner: Range, outer: Range): boolean => isWithin(inner, outer) && inner.parsed[1] > outer.parsed[1];
