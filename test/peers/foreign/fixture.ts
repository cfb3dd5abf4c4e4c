/** A server with the real SOAP endpoint, whose handlers answer what a test wants and keep what they were asked. */

import { HttpServer } from '../../../src/peer/http-server.js';
import type { Invoke } from '../../../src/peer/peer.js';
import { Authenticator } from '../../../src/peer/security/authenticate.js';
import { createMessageService } from '../../../src/peer/soap.js';
import { mountSoapEndpoint } from '../../../src/peer/soap-endpoint.js';
import type { OperationName } from '../../../src/xml/messages/operations.js';
import { realTimeEnv } from '../../support/test-env.js';

const CONTEXT = 'ptpmgr/em';

/** What the next handler does. */
export type PreparedAnswer = { readonly content: unknown } | { readonly thrown: unknown };

export interface Fixture {
  readonly endpoint: string;
  readonly wsdl: string;
  /** Taken from the front, one for each call that gets as far as a handler. */
  readonly answers: PreparedAnswer[];
  /** Every call that got so far, in order. */
  readonly calls: { readonly operation: OperationName; readonly input: unknown }[];
  stop(): Promise<void>;
}

export async function startFixture(): Promise<Fixture> {
  const env = realTimeEnv();
  const answers: PreparedAnswer[] = [];
  const calls: Fixture['calls'] = [];
  const invoke: Invoke = async (operation, input) => {
    calls.push({ operation, input });
    const answer = answers.shift();
    if (!answer) throw new Error('the test has prepared no further answer');
    if ('thrown' in answer) throw answer.thrown;
    // What the tests prepare is made from the same table as the type; the codec checks it once more.
    return answer.content as never;
  };
  const server = new HttpServer({ env });
  const policy = { users: [], anonymous: 'viewer', keys: undefined, isManager: () => false } as const;
  mountSoapEndpoint({
    env,
    server,
    context: CONTEXT,
    authenticator: new Authenticator(env, 'EM1', () => policy),
    service: createMessageService({ env, invoke }),
  });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const endpoint = `http://127.0.0.1:${port}/${CONTEXT}/soap`;
  return { endpoint, wsdl: `${endpoint}?wsdl`, answers, calls, stop: () => server.close(0) };
}
