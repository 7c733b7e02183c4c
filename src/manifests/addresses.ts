/** Ranges of addresses that a run may reach, without those at which a cloud tells a machine who it is. */
import { isSameCidr, isWithinCidr } from '../kube/cidr.ts';

/** As a NetworkPolicy and a CiliumNetworkPolicy have it. */
export interface AddressBlock {
  cidr: string;
  except?: string[];
}

/** What a machine reaches beside itself only; a metadata service of every cloud is in it. */
const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'];

/**
 * Where machines, and Pods, get their identity of a cloud: AWS, Azure, Google and others (169.254.169.254), GKE (.252), ECS and EKS, Tencent,
 * Azure's host, Alibaba, Oracle, and the same in IPv6.
 */
const METADATA = [
  '169.254.169.254/32',
  '169.254.169.252/32',
  '169.254.170.2/32',
  '169.254.170.23/32',
  '169.254.0.23/32',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  'fd00:ec2::254/128',
  'fd00:ec2::23/128',
  'fd20:ce::254/128',
  'fd00:c1::a9fe:a9fe/128',
];

/** Each range with what is not to be reached in it. An address of a metadata service is reached where it is named by itself only. */
export const blocksOf = (cidrs: string[], exceptions: string[] = []): AddressBlock[] =>
  cidrs.map((cidr) => {
    const isPart = (range: string): boolean => isWithinCidr(range, cidr) && !isSameCidr(range, cidr);
    const wide = [...exceptions, ...LINK_LOCAL].filter(isPart);
    const single = METADATA.filter((address) => isPart(address) && !wide.some((range) => isWithinCidr(address, range)));
    const except = [...new Set([...wide, ...single])];
    return { cidr, ...(except.length > 0 && { except }) };
  });
