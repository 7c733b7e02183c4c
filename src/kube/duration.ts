/** Go durations such as `1h30m`, the form Kubernetes users write (https://pkg.go.dev/time#ParseDuration). */

const UNIT_SECONDS: Record<string, number> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };
const DURATION = /^(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|ms|s|m|h))+$/;
const TERM = /([0-9]+(?:\.[0-9]+)?)(ns|us|ms|s|m|h)/g;

/** Seconds of an unsigned Go duration, or undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(TERM)) seconds += Number(amount) * (UNIT_SECONDS[unit ?? ''] ?? 0);
  return seconds;
}
