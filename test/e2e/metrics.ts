/** What Crossplane's core counts. */

/** The sum of a counter over all of its series that carry every one of these labels; 0 when there is none yet. */
export async function readCounter(url: string, name: string, labels: Record<string, string>): Promise<number> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return sumCounter(await response.text(), name, labels);
}

export function sumCounter(exposition: string, name: string, labels: Record<string, string>): number {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return exposition
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
