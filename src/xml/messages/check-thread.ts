/** The thread in which long messages are held against the schema: one at a time. Started by `threaded-check.ts` only. */
import { parentPort } from 'node:worker_threads';
import { asPtpError, type ErrorCode, type Place } from '../../base/errors.js';
import { XML_LIMITS } from '../guard.js';
import { readQuickly } from './quick.js';
import type { Within } from './threaded-check.js';
import { messageSchema } from './validate.js';

export interface CheckQuestion {
  readonly id: number;
  readonly text: string;
  readonly within?: Within;
}

export interface CheckReply {
  readonly id: number;
  /** What is wrong; undefined for a message that is as it should be. */
  readonly fault?: { readonly code: ErrorCode; readonly message: string; readonly place: Place };
}

const port = parentPort;
if (!port) throw new Error('this file runs in a thread only');

port.on('message', ({ id, text, within }: CheckQuestion) => {
  const tell = (reply: CheckReply): void => port.postMessage(reply);
  try {
    if (!within || !isWritten(text, within)) messageSchema().require(text);
    tell({ id });
  } catch (thrown) {
    const { code, message, place } = asPtpError(thrown);
    tell({ id, fault: { code, message, place } });
  }
});

/** Whatever is not, or is too large, is left to the schema, which says what is wrong with it. */
function isWritten(text: string, { from, to }: Within): boolean {
  const { maxBytes, maxElements } = XML_LIMITS;
  return Buffer.byteLength(text) <= maxBytes && readQuickly(text, from, to, maxElements) !== undefined;
}
