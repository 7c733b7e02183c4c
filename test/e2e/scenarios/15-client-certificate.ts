import { FunctionRunnerServiceService, RunFunctionRequest } from '@crossplane-org/function-sdk-typescript';
import { credentials, makeGenericClientConstructor, type ServiceError, status } from '@grpc/grpc-js';
import { must, type Scenario } from '../world.ts';

/** What a call without a client certificate is answered. */
function callAsStranger(endpoint: string): Promise<number | undefined> {
  const Client = makeGenericClientConstructor(FunctionRunnerServiceService, 'FunctionRunnerService');
  const client = new Client(endpoint, credentials.createSsl(null, null, null, { rejectUnauthorized: false }));
  return new Promise((resolve) => {
    client['runFunction']?.(RunFunctionRequest.fromPartial({}), (error: ServiceError | null) => {
      client.close();
      resolve(error?.code);
    });
  });
}

export const scenario: Scenario = {
  about: "a function that refuses strangers serves Crossplane's own client certificate",
  needs: ['functionEndpoint'],
  play: async (world) => {
    const code = await callAsStranger(world.options.functionEndpoint ?? '');
    must(code === status.UNAUTHENTICATED, `a stranger is UNAUTHENTICATED (${status.UNAUTHENTICATED}), not ${code}`);
    const run = await world.createRun();
    await run.start();
  },
};
