/** How many calls of the function are in flight. */
import { FunctionRunnerServiceService } from '@crossplane-org/function-sdk-typescript';
import { ResponderBuilder, ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder } from '@grpc/grpc-js';

/** Counts a call from its headers to its answer, or until it is cancelled. */
export class CallCounter {
  count = 0;

  readonly intercept: ServerInterceptor = ({ path }, call) => {
    if (path !== FunctionRunnerServiceService.runFunction.path) return new ServerInterceptingCall(call);
    this.count += 1;
    let isOpen = true;
    const end = (): void => {
      if (isOpen) this.count -= 1;
      isOpen = false;
    };
    const listener = new ServerListenerBuilder().withOnCancel(end).build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((status, next) => {
        end();
        next(status);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}
