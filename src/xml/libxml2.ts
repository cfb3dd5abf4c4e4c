/**
 * The door to libxml2: the same careful options for every document, and a bound on the faults that it collects.
 *
 * libxml2-wasm keeps every fault of a document, each with a path whose finding takes time with the number of
 * siblings: 50,000 wrong elements in a row took 18 s. So its collector is replaced by one that ends at
 * {@link MAX_FAULTS}.
 */
import { ParseOption, XmlBufferInputProvider, XmlDocument, XmlLibError, xmlRegisterInputProvider } from 'libxml2-wasm';
import { addFunction, error, XmlErrorStruct, xmlGetNodePath } from 'libxml2-wasm/lib/libxml2.mjs';

declare module 'libxml2-wasm/lib/libxml2.mjs' {
  // Exported by the module, missing from its types.
  export function addFunction(run: (index: number, pointer: number) => void, signature: string): number;
}

export type LibxmlFault = XmlLibError['details'][number];

/** Of one document; whoever wrote it will not read more. */
const MAX_FAULTS = 50;

error.errorCollector = addFunction((index: number, pointer: number) => {
  const faults = error.storage.get(index);
  if (faults.length >= MAX_FAULTS) return;
  const xpath = xmlGetNodePath(XmlErrorStruct.node(pointer));
  const file = XmlErrorStruct.file(pointer);
  faults.push({
    message: XmlErrorStruct.message(pointer),
    level: XmlErrorStruct.level(pointer),
    line: XmlErrorStruct.line(pointer),
    col: XmlErrorStruct.col(pointer),
    ...(file !== null && { file }),
    ...(xpath !== null && { xpath }),
  });
}, 'vii');

const OPTIONS =
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_BIG_LINES |
  ParseOption.XML_PARSE_NOCDATA |
  ParseOption.XML_PARSE_NO_SYS_CATALOG;

/** Runs `use` with the parsed document and frees it in any case. */
export function withDocument<T>(text: string, use: (document: XmlDocument) => T): T {
  const document = XmlDocument.fromString(text, { option: OPTIONS });
  try {
    return use(document);
  } finally {
    document.dispose();
  }
}

/** A document that lives on, such as a schema. Other documents that it names are found in {@link sources} only. */
export const openDocument = (text: string, url: string): XmlDocument =>
  XmlDocument.fromString(text, { option: OPTIONS, url });

/** What libxml2 may open besides the text that it is given: nothing of the disk or network, only what stands here. */
export const sources = new XmlBufferInputProvider({});
xmlRegisterInputProvider(sources);

/** The faults in what libxml2-wasm throws; anything else is thrown on. */
export function faultsOf(thrown: unknown): readonly LibxmlFault[] {
  if (thrown instanceof XmlLibError && thrown.details.length > 0) return thrown.details;
  throw thrown;
}
