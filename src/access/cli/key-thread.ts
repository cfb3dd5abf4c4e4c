/** The thread in which an encrypted private key is opened; one key, then it ends. Started by `private-keys.ts` only. */
import { parentPort, workerData } from 'node:worker_threads';
import { type KeyText, readableKey } from './key-text.js';

export interface KeyQuestion {
  readonly text: string;
  readonly passphrase: string;
}

const port = parentPort;
if (!port) throw new Error('this file runs in a thread only');

const { text, passphrase } = workerData as KeyQuestion;
const answer: KeyText = readableKey(text, passphrase);
port.postMessage(answer);
