/** What an XSLT engine is to the thread that it runs in. */

export interface XsltEngine {
  /**
   * @param sheet File name, such as `home.xsl`.
   * @throws SheetFault for anything at all that went wrong: half a page is never returned.
   */
  render(sheet: string, xml: string): Promise<string>;
}

export const XSLT_ENGINES = ['libxslt', 'xslt-processor'] as const;
export type XsltEngineName = (typeof XSLT_ENGINES)[number];

/** Something wrong in a stylesheet, or in running it. */
export class SheetFault extends Error {
  constructor(
    /** What was wrong, in a sentence. */
    message: string,
    readonly file?: string,
    readonly line?: number,
    /** The engine cannot be trusted after it: the thread must be replaced. */
    readonly fatal = false,
  ) {
    super(message);
  }
}

/** What the main thread sends, and what it gets back. */
export interface RenderRequest {
  readonly id: number;
  readonly sheet: string;
  readonly xml: string;
}
export type RenderAnswer =
  | { readonly ready: true }
  | { readonly id: number; readonly html: string }
  | {
      readonly id: number;
      readonly fault: {
        readonly message: string;
        readonly file?: string;
        readonly line?: number;
        readonly fatal: boolean;
      };
    };

/** What the thread is started with. */
export interface XsltThreadData {
  readonly engine: XsltEngineName;
  readonly folders: readonly string[];
}
