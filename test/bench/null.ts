/**
 * The null function: the same transport and the same codec, which reads the same requests and writes the same responses,
 * and nothing between.
 */
import { pino } from 'pino';
import { startServer } from '../../src/server/server.ts';
import { decodeRequest } from '../../src/server/wire/request.ts';
import { encodeResponse } from '../../src/server/wire/response.ts';
import { readResponses } from './responses.ts';

const responses = readResponses(process.argv[2] ?? '');

async function main(): Promise<void> {
  const { port } = await startServer(
    { address: { host: '127.0.0.1', port: 0 }, certificates: undefined, maxReceiveBytes: 16 * 1024 * 1024 },
    (bytes) => {
      const request = decodeRequest(bytes);
      const response = responses.get(request.tag);
      if (response === undefined) throw new Error(`there is no case ${request.tag}`);
      return encodeResponse(request, response);
    },
    pino({ level: 'silent' }),
  );
  process.stdout.write(`${JSON.stringify({ port })}\n`);
}

void main();
