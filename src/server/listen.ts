import type { Server } from 'node:net';

export interface ListenAddress {
  /** Absent: every address, IPv6 and IPv4. */
  host: string | undefined;
  port: number;
}

/** The port a server now listens on. Fails with one readable line. */
export function listen(server: Server, { host, port }: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new Error(`cannot listen on ${host ?? ''}:${port}: ${error.message}`));
    server.once('error', fail);
    // Without a host Node listens on :: for IPv6 and IPv4 alike, or on 0.0.0.0 where there is no IPv6.
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.off('error', fail);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}
