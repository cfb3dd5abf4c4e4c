/** Requests passed on to a named manager: relay. */
import { PtpError } from '../../base/errors.js';
import type { Handlers } from '../../peer/peer.js';
import { type Input, isOperation, OPERATIONS, type OperationName } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import { forward } from '../forward.js';

export function relayHandlers(core: ManagerCore): Handlers {
  return {
    async relay({ manager, request }, context) {
      const { operation, content } = request;
      if (!isOperation(operation))
        throw new PtpError('Client.Validation', `there is no operation ${operation}`, { place: { path: 'request' } });
      if (operation === 'relay' || OPERATIONS[operation].role === 'peer') {
        throw new PtpError('Client.Validation', `${operation} cannot be relayed; ask the manager itself`, {
          place: { path: 'request' },
        });
      }
      // The decoder has checked the content against the table, so it is an input of that operation.
      const answer = await relayed(core, manager, operation, content as Input<OperationName>, context);
      return { manager, answer: { operation, content: answer } };
    },
  };
}

function relayed(
  core: ManagerCore,
  manager: string,
  operation: OperationName,
  content: Input<OperationName>,
  context: Parameters<typeof forward>[4],
) {
  if (manager === core.settings.id) return core.invoke(operation, content, context);
  return forward(core, manager, operation, content, context);
}
