/** A line of the hand-over ledger: an element that went from one manager to another. */
import type { ElementName } from './element.js';
import type { Epoch } from './manager.js';

export interface HandOver {
  /** Wall clock at which the new owner began, milliseconds since 1970. */
  readonly time: number;
  readonly element: ElementName;
  /** Absent where nobody had it before. */
  readonly from?: string;
  readonly to: string;
  readonly reason: string;
  readonly epoch: Epoch;
  /** Without the former owner's doing: it was dead. */
  readonly takeover: boolean;
  /** Of its polls that fell due meanwhile: at most so many were missed, at least so many done twice. */
  readonly missed: number;
  readonly doubled: number;
  /** From the decision, or from the last sign of life of the dead owner, to the new owner's first poll being armed. */
  readonly seconds: number;
}

/** What a filter can name. `manager` is either side; `kind` is `takeover` or `planned`; `flawed` is `yes` or `no`. */
export const HAND_OVER_COLUMNS = ['element', 'from', 'to', 'manager', 'kind', 'flawed'] as const;
export type HandOverColumn = (typeof HAND_OVER_COLUMNS)[number];

/** The newest first. */
export interface HandOverQuery {
  /** [from, to), milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
  /** Each has to occur in element, managers, reason or epoch; upper and lower case of ASCII alike. */
  readonly words?: readonly string[];
  /** Whole values, upper and lower case of ASCII alike. */
  readonly whole?: readonly { readonly column: HandOverColumn; readonly value: string }[];
  /** Skip this many, then give this many (at most 1,000). */
  readonly offset: number;
  readonly limit: number;
}
