/** What a Node process costs that serves gRPC and nothing with it. */
import { Server, ServerCredentials } from '@grpc/grpc-js';

const server = new Server();
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
