/**
 * What a page shows: answers of operations, and beside them the little that only the portal knows.
 *
 * That little is plain data from which XML and JSON both follow: a scalar becomes an attribute, an object a child
 * element, a list a repeated one. So the names are the same in both, and what can repeat is always a list.
 */
import type { OperationName, Output } from '../xml/messages/operations.js';
import type { CsvTable } from './table-csv.js';

export type Scalar = string | number | boolean;

export interface PageNode {
  readonly [name: string]: Scalar | PageNode | readonly PageNode[] | undefined;
}

/** An answer as it would go over SOAP. */
export type AnswerTo<O extends OperationName> = {
  readonly [K in O]: {
    readonly operation: K;
    readonly content: Output<K>;
    /** The page may have several answers of this operation: a list in JSON, however many there are. */
    readonly repeats?: boolean;
  };
}[O];
export type Answer = AnswerTo<OperationName>;

export interface PageContent {
  /** Name of the stylesheet, without `.xsl`. */
  readonly sheet: string;
  readonly title: string;
  /** HTTP status; default 200. */
  readonly status?: number;
  /** All that JSON says where something went wrong. */
  readonly fault?: { readonly code: string; readonly message: string; readonly path?: string };
  /** Seconds after which a browser with JavaScript asks again; absent: never. */
  readonly refresh?: number;
  readonly answers: readonly Answer[];
  readonly own: PageNode;
  /** What of it is a table of figures. */
  readonly csv?: CsvTable;
}
