/** Stands in for the store's worker: answers with its number of this life, and dies when told to. */
import { parentPort } from 'node:worker_threads';
import type { ReadVerbs, Request } from '../../../src/store/sqlite/verbs.js';

let answered = 0;
parentPort?.postMessage({ id: 0, outcomes: [{ value: null }] });
parentPort?.on('message', ({ id, jobs }: Request<ReadVerbs>) => {
  if (jobs === 'close') return parentPort?.close();
  const names = jobs.map(({ argument }) => argument);
  if (names.includes('die')) process.exit(3);
  if (names.includes('throw')) throw new Error('broken');
  if (names.includes('hang')) return undefined;
  parentPort?.postMessage({
    id,
    outcomes: jobs.map(() => {
      answered += 1;
      return { value: String(answered) };
    }),
  });
  return undefined;
});
