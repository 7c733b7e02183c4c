import { printable } from '../output.ts';

/** What a command tells beside its output: faults, which leave nothing, and what it took all the same. */
interface Told {
  /** A file, or a line of one. */
  place: string;
  message: string;
}

export class Report {
  readonly faults: Told[] = [];
  readonly warnings: Told[] = [];
  private readonly isLenient: boolean;

  constructor(isLenient = false) {
    this.isLenient = isLenient;
  }

  fault(place: string, message: string): void {
    this.faults.push({ place, message });
  }

  warn(place: string, message: string): void {
    this.warnings.push({ place, message });
  }

  /** What the specification does not permit, and some agents take: a fault, unless one is to be lenient. */
  unusual(place: string, message: string, remedy: string): void {
    if (this.isLenient) this.warn(place, `${message}; --lenient ${remedy}`);
    else this.fault(place, `${message}; --lenient ${remedy}`);
  }

  /** Whether something was found wrong in a place, in whichever line of it. */
  hasFault(place: string): boolean {
    return this.faults.some((fault) => fault.place === place || fault.place.startsWith(`${place}:`));
  }

  format(): string {
    const lines = [
      ...this.warnings.map(({ place, message }) => `warning: ${place}: ${message}`),
      ...this.faults.map(({ place, message }) => `error: ${place}: ${message}`),
    ];
    return lines.map((line) => `${printable(line)}\n`).join('');
  }
}
