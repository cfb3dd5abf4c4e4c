/** The thread in which pages are made: one at a time, by one engine. Started by transform.ts only. */
import { parentPort, workerData } from 'node:worker_threads';
import { type RenderAnswer, type RenderRequest, SheetFault, type XsltEngine, type XsltThreadData } from './engine.js';
import { libxsltEngine } from './libxslt-engine.js';
import { SheetFolders } from './sheets.js';

const { engine: name, folders } = workerData as XsltThreadData;
const port = parentPort;
if (!port) throw new Error('this file runs in a thread only');

const answer = (message: RenderAnswer): void => port.postMessage(message);

async function load(): Promise<XsltEngine> {
  const sheets = new SheetFolders(folders);
  if (name === 'libxslt') return libxsltEngine(sheets);
  const { XsltProcessorEngine } = await import('./xslt-processor-engine.js');
  return new XsltProcessorEngine(sheets);
}

const engine = await load();

port.on('message', ({ id, sheet, xml }: RenderRequest) => {
  engine.render(sheet, xml).then(
    (html) => answer({ id, html }),
    (thrown: unknown) => {
      const fault =
        thrown instanceof SheetFault
          ? thrown
          : new SheetFault(thrown instanceof Error ? thrown.message : String(thrown), sheet, undefined, true);
      const { message, file, line, fatal } = fault;
      answer({
        id,
        fault: { message, fatal, ...(file !== undefined && { file }), ...(line !== undefined && { line }) },
      });
    },
  );
});
answer({ ready: true });
