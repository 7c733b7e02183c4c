/** Waiting for what a cluster does in its own time. */
const POLL_MS = 200;

/** Resolves with the seconds it took until something was so; throws with what was waited for when it never is. */
export async function eventually(what: string, limitSeconds: number, isSo: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  while (!(await isSo())) {
    if (seconds() > limitSeconds) throw new Error(`waited ${limitSeconds} s in vain until ${what}`);
    await wait(POLL_MS / 1000);
  }
  return Math.round(seconds() * 10) / 10;
}

export const wait = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
