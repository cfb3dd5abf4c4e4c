/** Asks several managers the same thing at once and keeps apart who answered and who did not. */
import { asPtpError } from '../base/errors.js';
import type { CallContext } from '../peer/peer.js';
import type { Input, OperationName, Output } from '../xml/messages/operations.js';
import type { Directory } from './directory.js';

interface Answered<O extends OperationName> {
  readonly manager: string;
  readonly answer: Output<O>;
}

interface Failed {
  readonly manager: string;
  readonly reason: string;
}

export interface Gathered<O extends OperationName> {
  readonly answers: readonly Answered<O>[];
  readonly missing: readonly Failed[];
}

/** One slow manager holds an answer from all up no longer than this; one that was silent before, only so long. */
const ANSWER_WITHIN_MS = 4000;
const SILENT_ANSWERS_WITHIN_MS = 750;

interface GatherOptions {
  /** What a manager is that does not have what was asked for: one that failed (default), or one with nothing to say. */
  readonly lacking?: 'missing' | 'empty';
  /** How long one may take that was there before. Default 4 s. */
  readonly withinMs?: number;
}

export async function gather<O extends OperationName>(
  directory: Directory,
  managers: readonly string[],
  operation: O,
  input: Input<O>,
  context: CallContext,
  { lacking = 'missing', withinMs = ANSWER_WITHIN_MS }: GatherOptions = {},
): Promise<Gathered<O>> {
  const results = await Promise.all(
    managers.map(async (manager): Promise<Answered<O> | Failed | undefined> => {
      try {
        const isSilent = directory.get(manager)?.reach === 'unreachable';
        const timeoutMs = isSilent ? Math.min(SILENT_ANSWERS_WITHIN_MS, withinMs) : withinMs;
        const answer = await directory
          .peer(manager)
          .call(operation, input, { timeoutMs, signal: context.signal, onBehalfOf: context });
        return { manager, answer };
      } catch (thrown) {
        const error = asPtpError(thrown);
        return lacking === 'empty' && error.fault === 'Client.NotFound'
          ? undefined
          : { manager, reason: error.message };
      }
    }),
  );
  return {
    answers: results.flatMap((result) => (result && 'answer' in result ? [result] : [])),
    missing: results.flatMap((result) => (result && 'reason' in result ? [result] : [])),
  };
}
