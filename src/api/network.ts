/** What Pods may reach: https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
import { isPartOfRange, parseRange, type Range } from '../kube/cidr.ts';
import { type JsonValue, listAt, textAt, valueAt } from '../kube/json.ts';
import type { Fault } from './fault.ts';
import { checkLabelKeys } from './placement.ts';
import { checkUnique } from './rules.ts';
import { CIDR_PATTERN, show } from './schema.ts';

/**
 * What the schema cannot say of it.
 *
 * @param dialect what holds where the policy does not say it; undefined where another policy may
 */
export function checkNetwork(faults: Fault[], path: string, network: JsonValue | undefined, dialect: string | undefined): void {
  checkLabelKeys(faults, `${path}.dns.podLabels`, valueAt(network, 'dns', 'podLabels'));
  for (const list of ['dns', 'apiServer']) checkCidrs(faults, `${path}.${list}.cidrs`, listAt(network, list, 'cidrs'));
  checkUnique(faults, `${path}.destinations`, listAt(network, 'destinations'), 'name');
  const isNameless = (textAt(network, 'dialect') ?? dialect) === 'Kubernetes';
  for (const [index, destination] of listAt(network, 'destinations').entries()) {
    const at = `${path}.destinations[${index}]`;
    checkDestination(faults, at, destination);
    if (isNameless && valueAt(destination, 'hosts') !== undefined)
      faults.push({
        path: at,
        found: 'hosts',
        rule: 'must be cidrs: a NetworkPolicy knows no names, only the dialect Cilium does',
      });
  }
}

function checkDestination(faults: Fault[], path: string, destination: JsonValue): void {
  const has = (field: string): boolean => valueAt(destination, field) !== undefined;
  if (!['cidrs', 'namespace', 'podLabels', 'hosts'].some(has))
    faults.push({ path, found: 'nothing to reach', rule: 'must have cidrs, namespace, podLabels or hosts' });
  if (has('except') && !has('cidrs')) faults.push({ path, found: 'except', rule: 'must have cidrs beside except' });
  checkLabelKeys(faults, `${path}.podLabels`, valueAt(destination, 'podLabels'));
  const cidrs = checkCidrs(faults, `${path}.cidrs`, listAt(destination, 'cidrs'));
  const exceptions = checkCidrs(faults, `${path}.except`, listAt(destination, 'except'));
  for (const [index, exception] of exceptions.entries()) {
    // Kubernetes refuses one that leaves nothing: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
    if (exception === undefined || cidrs.some((cidr) => cidr && isPartOfRange(exception, cidr))) continue;
    faults.push({ path: `${path}.except[${index}]`, found: show(exception.text), rule: 'must be a part of one of the cidrs' });
  }
  for (const [index, cidr] of cidrs.entries()) {
    const around = exceptions.find((exception) => cidr && exception && isPartOfRange(cidr, exception));
    if (around === undefined) continue;
    faults.push({
      path: `${path}.cidrs[${index}]`,
      found: show(cidr?.text ?? ''),
      rule: `must not be in the exception ${around.text}`,
    });
  }
}

const SHAPE = new RegExp(CIDR_PATTERN);
const RULE = 'must be a range of addresses by its first one, such as 10.0.0.0/8, and one of IPv4 not written as IPv6';

/** The ranges, undefined for what is none. */
function checkCidrs(faults: Fault[], path: string, cidrs: JsonValue[]): (Range | undefined)[] {
  return cidrs.map((cidr, index) => {
    // What has not the shape the schema reports.
    if (typeof cidr !== 'string' || !SHAPE.test(cidr)) return undefined;
    const range = parseRange(cidr);
    if (range === undefined) faults.push({ path: `${path}[${index}]`, found: show(cidr), rule: RULE });
    return range;
  });
}
