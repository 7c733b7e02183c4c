/** Plain HTTP beside gRPC: the kubelet cannot present a client certificate. */
import { createServer } from 'node:http';
import type { Registry } from 'prom-client';
import { type ListenAddress, listen } from './listen.ts';

export interface Probes {
  port: number;
  setReady(ready: boolean): void;
  stop(): Promise<void>;
}

/** Serves /livez, /readyz and /metrics. */
export async function startProbes(address: ListenAddress, metrics: Registry): Promise<Probes> {
  let ready = false;
  const server = createServer(async (req, res) => {
    if (req.url === '/livez') res.writeHead(200).end('ok\n');
    else if (req.url === '/readyz') res.writeHead(ready ? 200 : 503).end(ready ? 'ok\n' : 'not ready\n');
    else if (req.url === '/metrics') res.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.metrics());
    else res.writeHead(404).end('not found\n');
  });
  const port = await listen(server, address);
  return {
    port,
    setReady: (value) => {
      ready = value;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
