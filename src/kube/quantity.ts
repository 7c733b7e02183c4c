/** Kubernetes quantities as our schemas permit them: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */

const FACTORS: Record<string, number> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Whole bytes as a quantity, in the largest unit that says them exactly. */
export function formatBytes(bytes: number): string {
  const unit = (['Gi', 'Mi', 'Ki'] as const).find((one) => bytes % (FACTORS[one] ?? 1) === 0);
  return unit === undefined ? `${Math.ceil(bytes)}` : `${bytes / (FACTORS[unit] ?? 1)}${unit}`;
}

/** The number a quantity stands for, or NaN. */
export function parseQuantity(text: string): number {
  const [, amount = '', unit = ''] = /^([0-9.]+)([a-zA-Z]*)$/.exec(text) ?? [];
  return Object.hasOwn(FACTORS, unit) && amount !== '' ? Number(amount) * (FACTORS[unit] ?? Number.NaN) : Number.NaN;
}
