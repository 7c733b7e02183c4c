/** Ranges of addresses that a run may reach, without those at which a cloud tells a machine who it is. */
import { isPartOfRange, isWithin, parseRange, type Range } from '../kube/cidr.ts';

/** As a NetworkPolicy and a CiliumNetworkPolicy have it. */
export interface AddressBlock {
  cidr: string;
  except?: string[];
}

const rangesOf = (texts: readonly string[]): Range[] => texts.flatMap((text) => parseRange(text) ?? []);

/** What a machine reaches beside itself only, where most clouds have their metadata service; also through NAT64 (RFC 6052). */
const LINK_LOCAL = rangesOf(['169.254.0.0/16', 'fe80::/10', '64:ff9b::a9fe:0/112']);

/** Where machines, and Pods, get their identity of a cloud. */
const METADATA = rangesOf([
  // AWS, Azure, Google, OpenStack, Oracle and others; GKE; ECS; EKS; Tencent; Scaleway.
  ...['169.254.169.254/32', '169.254.169.252/32', '169.254.170.2/32', '169.254.170.23/32'],
  ...['169.254.0.23/32', '169.254.10.10/32', '169.254.42.42/32', 'fe80::a9fe:a9fe/128'],
  // Azure's host, Alibaba, Volcengine, Oracle.
  ...['168.63.129.16/32', '100.100.100.200/32', '100.96.0.96/32', '192.0.0.192/32'],
  // AWS, EKS, Google, Oracle, Scaleway, Akamai, Alibaba.
  ...['fd00:ec2::254/128', 'fd00:ec2::23/128', 'fd20:ce::254/128', 'fd00:c1::a9fe:a9fe/128'],
  ...['fd00:42::42/128', 'fd00:a9fe:a9fe::1/128', 'fd00:100::100:200/128'],
]);

/** Each range with what is not to be reached in it. An address of a metadata service is reached where it is named by itself only. */
export const blocksOf = (cidrs: string[], exceptions: string[] = []): AddressBlock[] => {
  const excepted = rangesOf(exceptions);
  return rangesOf(cidrs).map((range) => {
    const wide = [...excepted, ...LINK_LOCAL].filter((one) => isPartOfRange(one, range));
    const single = METADATA.filter((one) => isPartOfRange(one, range) && !wide.some((other) => isWithin(one, other)));
    const except = [...new Set([...wide, ...single].map(({ text }) => text))];
    return { cidr: range.text, ...(except.length > 0 && { except }) };
  });
};

/** The addresses of metadata services but for those among some ranges: also what a name leads to is refused there. */
export const metadataBeside = (cidrs: string[]): string[] =>
  METADATA.map(({ text }) => text).filter((text) => !cidrs.includes(text));
