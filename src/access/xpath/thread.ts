/** The thread in which documents are searched: one at a time. Started by `threaded-search.ts` only. */
import { parentPort } from 'node:worker_threads';
import { searchXml, type XPathAnswer } from './search.js';

export interface XPathQuestion {
  readonly id: number;
  readonly text: string;
  readonly expressions: readonly string[];
  readonly maxBytes: number;
}

export type XPathReply = { readonly ready: true } | { readonly id: number; readonly answer: XPathAnswer };

const port = parentPort;
if (!port) throw new Error('this file runs in a thread only');

const tell = (reply: XPathReply): void => port.postMessage(reply);

port.on('message', ({ id, text, expressions, maxBytes }: XPathQuestion) => {
  tell({ id, answer: searchXml(text, expressions, maxBytes) });
});
tell({ ready: true });
