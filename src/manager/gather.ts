/** Asks several managers the same thing at once and keeps apart who answered and who did not. */
import { asPtpError } from '../base/errors.js';
import type { CallContext } from '../peer/peer.js';
import type { Input, OperationName, Output } from '../xml/messages/operations.js';
import type { Directory } from './directory.js';

export interface Gathered<O extends OperationName> {
  readonly answers: readonly { readonly manager: string; readonly answer: Output<O> }[];
  readonly missing: readonly { readonly manager: string; readonly reason: string }[];
}

/** One slow manager holds an answer from all up no longer than this. */
const ANSWER_WITHIN_MS = 4000;

export async function gather<O extends OperationName>(
  directory: Directory,
  managers: readonly string[],
  operation: O,
  input: Input<O>,
  context: CallContext,
): Promise<Gathered<O>> {
  const results = await Promise.all(
    managers.map(async (manager) => {
      try {
        const answer = await directory
          .peer(manager)
          .call(operation, input, { timeoutMs: ANSWER_WITHIN_MS, signal: context.signal, onBehalfOf: context });
        return { manager, answer };
      } catch (thrown) {
        return { manager, reason: asPtpError(thrown).message };
      }
    }),
  );
  return {
    answers: results.flatMap((result) =>
      'answer' in result && result.answer ? [{ manager: result.manager, answer: result.answer }] : [],
    ),
    missing: results.flatMap((result) =>
      'reason' in result ? [{ manager: result.manager, reason: result.reason ?? '' }] : [],
    ),
  };
}
