/** Carries out an operation of this manager: role first, then the handler. */
import { PtpError } from '../base/errors.js';
import { roleAtLeast } from '../model/manager.js';
import type { Handlers, Invoke } from '../peer/peer.js';
import { OPERATIONS } from '../xml/messages/operations.js';

export function createInvoke(handlers: () => Handlers): Invoke {
  return async (operation, input, context) => {
    const { role } = OPERATIONS[operation];
    const { caller } = context;
    const trusted = caller.kind === 'peer' || caller.kind === 'self';
    if (role === 'peer' ? !trusted : !roleAtLeast(caller.role, role)) {
      const needed = role === 'peer' ? 'a manager of the pool' : `the role ${role}`;
      throw caller.kind === 'anonymous'
        ? new PtpError('Client.Unauthorized', `${operation} is open to ${needed} only; sign in`)
        : new PtpError(
            'Client.Forbidden',
            `${operation} is open to ${needed} only; ${caller.name} has the role ${caller.role}`,
          );
    }
    const handler = handlers()[operation];
    if (!handler) throw new PtpError('Client.NotFound', `this manager does not offer ${operation}`);
    return handler(input, context);
  };
}
