/**
 * libxslt as WebAssembly, made safe for pages. Only for a thread of its own: it takes over what the thread's libxslt
 * writes to the standard streams, and the two entries of `WebAssembly` that the package wants.
 *
 * - libxslt fetches what a sheet refers to by calling out asynchronously, which Node 20 cannot; instead of that call
 *   stands a synchronous one that knows the sheets of the folders and nothing else, so there is no network and no disk.
 * - Faults are written to the standard error stream only, and some leave half a page behind without failing: whatever
 *   is written during a rendering is taken as its fault (an `xsl:message`, too).
 * - After a trap, such as endless recursion, the memory of the module is spoilt: such a fault is fatal.
 */
import fs from 'node:fs';
import type { XmlDocument, XsltStylesheet } from 'libxslt-wasm';
import { SheetFault, type XsltEngine } from './engine.js';
import { SHEET_SCHEME, type Sheet, SheetFolders, unchanged } from './sheets.js';

/** The parts of the module that are used directly. */
interface Memory {
  UTF8ToString(pointer: number): string;
  stringToNewUTF8(text: string): number;
  lengthBytesUTF8(text: string): number;
  setValue(pointer: number, value: number, type: string): void;
}

interface Compiled {
  readonly stylesheet: XsltStylesheet;
  /** All files that it was made of. */
  readonly parts: readonly Sheet[];
}

const HTTP_NOT_FOUND = 404;

export async function libxsltEngine(folders: SheetFolders): Promise<XsltEngine> {
  const engine = new LibxsltEngine(folders);
  await engine.load();
  return engine;
}

class LibxsltEngine implements XsltEngine {
  private readonly cache = new Map<string, Compiled>();
  private memory: Memory | undefined;
  private documents: typeof XmlDocument | undefined;
  private stylesheets: typeof XsltStylesheet | undefined;
  /** What libxslt wrote since the rendering began. */
  private written: string[] = [];
  /** Files that the sheet being compiled is made of; none while a page is rendered. */
  private reading: Sheet[] | undefined;

  constructor(private readonly folders: SheetFolders) {}

  async load(): Promise<void> {
    const writeSync = fs.writeSync;
    const capture = (fd: number, text: unknown, ...rest: unknown[]): number => {
      if (fd !== 1 && fd !== 2) return Reflect.apply(writeSync, fs, [fd, text, ...rest]);
      this.written.push(String(text));
      return String(text).length;
    };
    Object.defineProperty(fs, 'writeSync', { value: capture });
    // Not in the types of Node 20.
    const wasm: object = Reflect.get(globalThis, 'WebAssembly');
    const fetchBytes = this.fetchBytes.bind(this);
    class Suspending {
      constructor(original: (...args: never[]) => unknown) {
        // biome-ignore lint/correctness/noConstructorReturn: the package puts what `new` gives among the imports.
        return original.name.includes('fetchBytes') ? fetchBytes : original;
      }
    }
    Object.defineProperty(wasm, 'Suspending', { value: Suspending, configurable: true });
    Object.defineProperty(wasm, 'promising', { value: (run: unknown) => run, configurable: true });
    const { XmlDocument, XsltStylesheet } = await import('libxslt-wasm');
    this.documents = XmlDocument;
    this.stylesheets = XsltStylesheet;
    this.memory = await import('libxslt-wasm/internal/emscripten');
  }

  async render(sheet: string, xml: string): Promise<string> {
    const { documents } = this;
    if (!documents) throw new SheetFault('the engine is not loaded');
    this.written = [];
    try {
      const { stylesheet } = await this.compiled(sheet);
      const source = await documents.fromString(xml, {
        url: 'page:/',
        options: { noNet: true, noXxe: true, bigLines: true },
      });
      try {
        const result = await stylesheet.apply(source);
        try {
          const html = stylesheet.applyToString(result);
          if (this.written.length > 0) throw new Error('libxslt wrote a fault');
          return html;
        } finally {
          result.delete();
        }
      } finally {
        source.delete();
      }
    } catch (thrown) {
      throw this.faultOf(thrown, sheet);
    }
  }

  private async compiled(name: string): Promise<Compiled> {
    const known = this.cache.get(name);
    if (known && unchanged(this.folders, known.parts)) return known;
    if (known) {
      this.cache.delete(name);
      known.stylesheet.delete();
    }
    const sheet = this.folders.find(name);
    if (!sheet) throw new SheetFault(`there is no stylesheet ${name}`, name);
    const parts = [sheet];
    this.reading = parts;
    try {
      const stylesheet = await this.compile(this.folders.read(sheet), name);
      const made = { stylesheet, parts };
      if (this.written.length > 0) {
        stylesheet.delete();
        throw new Error('libxslt wrote a fault');
      }
      this.cache.set(name, made);
      return made;
    } finally {
      this.reading = undefined;
    }
  }

  private async compile(text: string, name: string): Promise<XsltStylesheet> {
    const { documents, stylesheets } = this;
    if (!documents || !stylesheets) throw new SheetFault('the engine is not loaded');
    const document = await documents.fromString(text, {
      url: SHEET_SCHEME + name,
      options: { noNet: true, noXxe: true, bigLines: true },
    });
    try {
      // From here on the document belongs to the stylesheet.
      return await stylesheets.fromXmlDocument(document);
    } catch (thrown) {
      document.delete();
      throw thrown;
    }
  }

  /** Gives libxslt what a sheet includes or imports. While a page is rendered (`document()`) there is nothing. */
  private fetchBytes(address: number, buffer: number, length: number, error: number): void {
    const { memory, reading } = this;
    if (!memory) return;
    const name = SheetFolders.nameOf(memory.UTF8ToString(address));
    const sheet = reading && name !== undefined ? this.folders.find(name) : undefined;
    if (!reading || !sheet) {
      memory.setValue(buffer, 0, '*');
      memory.setValue(length, 0, 'i32');
      memory.setValue(error, HTTP_NOT_FOUND, 'i32');
      return;
    }
    reading.push(sheet);
    const text = this.folders.read(sheet);
    memory.setValue(length, memory.lengthBytesUTF8(text), 'i32');
    memory.setValue(error, 0, 'i32');
    memory.setValue(buffer, memory.stringToNewUTF8(text), '*');
  }

  private faultOf(thrown: unknown, sheet: string): SheetFault {
    if (thrown instanceof SheetFault) return thrown;
    const trapped = thrown instanceof Error && (thrown.name === 'RangeError' || thrown.name === 'RuntimeError');
    if (this.written.length > 0) return readFault(this.written, sheet, trapped);
    const recursion = trapped && /stack/i.test(thrown.message);
    return new SheetFault(
      recursion
        ? 'the stylesheet calls itself without an end'
        : `the engine failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      sheet,
      undefined,
      true,
    );
  }
}

/** libxslt's lines as one sentence with its place. */
export function readFault(written: readonly string[], sheet: string, fatal: boolean): SheetFault {
  const lines = written
    .join('')
    .split('\n')
    .map((line) => line.trim());
  let place: { file: string; line: number } | undefined;
  const reasons: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const running = /^(?:compilation|runtime) error: (?:file (\S+) )?(?:line (\d+) )?element (\S+)$/.exec(line);
    const parsing = /^(\S+?):(\d+): (?:\w+ )*error : (.*)$/.exec(line);
    if (running) place ??= { file: running[1] ?? sheet, line: Number(running[2] ?? 0) };
    else if (parsing) {
      place ??= { file: parsing[1] ?? sheet, line: Number(parsing[2]) };
      reasons.push(parsing[3] ?? '');
      // Its line of source and the caret under it.
      if (/^\^$/.test(lines[i + 2] ?? '')) i += 2;
    } else if (line !== '' && line !== '^') reasons.push(line);
  }
  const file = place?.file.startsWith(SHEET_SCHEME) ? place.file.slice(SHEET_SCHEME.length) : place?.file;
  const reason = reasons.slice(0, 3).join('; ').slice(0, 500) || 'libxslt gave no reason';
  if (file === 'page:/') return new SheetFault(`the page's XML cannot be read: ${reason}`, sheet, undefined, fatal);
  return new SheetFault(reason, file ?? sheet, place?.line || undefined, fatal);
}
