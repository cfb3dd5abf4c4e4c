/** Carries out an operation of this manager: role first, then the handler; what people have it do is told. */
import { PtpError } from '../base/errors.js';
import { roleAtLeast } from '../model/manager.js';
import type { Handlers, Invoke } from '../peer/peer.js';
import { OPERATIONS } from '../xml/messages/operations.js';
import type { DeedLog } from './deeds.js';

const NOBODY: Pick<DeedLog, 'perform' | 'refused'> = {
  perform: (_operation, _input, _context, work) => work(),
  refused: async () => {},
};

/** @param deeds Is told what people ask for; default nobody is. */
export function createInvoke(handlers: () => Handlers, deeds: Pick<DeedLog, 'perform' | 'refused'> = NOBODY): Invoke {
  return async (operation, input, context) => {
    const { role } = OPERATIONS[operation];
    const { caller } = context;
    const trusted = caller.kind === 'peer' || caller.kind === 'self';
    if (role === 'peer' ? !trusted : !roleAtLeast(caller.role, role)) {
      const needed = role === 'peer' ? 'a manager of the pool' : `the role ${role}`;
      if (caller.kind === 'anonymous')
        throw new PtpError('Client.Unauthorized', `${operation} is open to ${needed} only; sign in`);
      const refusal = new PtpError(
        'Client.Forbidden',
        `${operation} is open to ${needed} only; ${caller.name} has the role ${caller.role}`,
      );
      await deeds.refused(operation, context, refusal);
      throw refusal;
    }
    const handler = handlers()[operation];
    if (!handler) throw new PtpError('Client.NotFound', `this manager does not offer ${operation}`);
    return deeds.perform(operation, input, context, () => handler(input, context));
  };
}
