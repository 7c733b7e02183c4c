/**
 * Connections of which nobody knows yet whose they are, and those of strangers. Anybody can open them, so they are bounded in
 * number and in time, and what one address opens keeps no other out.
 */
import type { Socket } from 'node:net';
import type { Alarm, Clock } from './clock.ts';

/**
 * Crossplane opens one connection to each Pod and proves itself within some milliseconds, so even a Crossplane whose
 * replicas all start at once needs a handful of these. A stranger's costs some 70 KiB: 5 MiB in all.
 */
export const MAX_UNPROVEN = 64;

/** From the moment a connection is accepted, whatever it does: for a handshake and one refused call on a slow network. */
export const UNPROVEN_MS = 10_000;

interface Unproven {
  socket: Socket;
  address: string | undefined;
  deadline: Alarm;
}

export class UnprovenConnections {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #open = new Map<string, Unproven>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the connection at its deadline, or before when it is the one that makes room, unless it proves itself. */
  admit(socket: Socket): void {
    if (this.#open.size >= MAX_UNPROVEN) this.#makeRoom();
    const id = idOf(socket);
    const deadline = this.#clock.after(UNPROVEN_MS, () => socket.destroy());
    const connection = { socket, address: socket.remoteAddress, deadline };
    this.#open.set(id, connection);
    socket.once('close', () => {
      // Another connection may have the same ports by now.
      if (this.#open.get(id) === connection) this.#remove(id, connection);
    });
  }

  /** Lets a connection live on, whose client is known. Takes the TLS socket above the one that was admitted. */
  prove(socket: Socket): void {
    const id = idOf(socket);
    const connection = this.#open.get(id);
    if (connection !== undefined) this.#remove(id, connection);
  }

  /** Ends the oldest connection of the address that has most: that of Crossplane has one or two. */
  #makeRoom(): void {
    const counts = new Map<string | undefined, number>();
    for (const { address } of this.#open.values()) counts.set(address, (counts.get(address) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const [id, connection] of this.#open) {
      if (counts.get(connection.address) !== most) continue;
      this.#remove(id, connection);
      connection.socket.destroy();
      return;
    }
  }

  #remove(id: string, { deadline }: Unproven): void {
    deadline.cancel();
    this.#open.delete(id);
  }
}

/** What the accepted socket and the TLS socket above it have in common; Node leads from neither to the other. */
const idOf = ({ remoteAddress, remotePort, localAddress }: Socket): string => `${remoteAddress} ${remotePort} ${localAddress}`;
