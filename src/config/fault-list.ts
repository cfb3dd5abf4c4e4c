/** Gathers everything that is wrong with a configuration, so that a person sees it all at once. */
import type { PositionedAttribute, PositionedElement } from '../xml/positions.js';
import type { ConfigFault } from './settings.js';

/** More than these help nobody; the rest is counted. */
const MOST_FAULTS = 200;

/** Where something is wrong: an element, or one of its attributes. */
export interface FaultPlace {
  readonly line: number;
  readonly column: number;
  readonly path: string;
}

export function placeOf(element: PositionedElement, attribute?: PositionedAttribute): FaultPlace {
  if (!attribute) return { line: element.line, column: element.column, path: element.path };
  return { line: attribute.line, column: attribute.column, path: `${element.path}/@${attribute.name}` };
}

/** The first fault at a place is kept: what follows there is usually its consequence. */
export class FaultList {
  private readonly byPlace = new Map<string, ConfigFault>();
  private readonly warningsByPlace = new Map<string, ConfigFault>();
  private leftOut = 0;

  fault(place: FaultPlace, message: string): void {
    if (this.byPlace.size >= MOST_FAULTS) this.leftOut++;
    else keepFirst(this.byPlace, place, message);
  }

  /** Does not keep a manager from running. */
  warning(place: FaultPlace, message: string): void {
    if (this.warningsByPlace.size < MOST_FAULTS) keepFirst(this.warningsByPlace, place, message);
  }

  hasFaultAt(place: Pick<FaultPlace, 'line' | 'column'>): boolean {
    return this.byPlace.has(`${place.line}:${place.column}`);
  }

  /** In the order of the text. */
  faults(): readonly ConfigFault[] {
    const faults = inOrder(this.byPlace);
    if (this.leftOut > 0) faults.push({ message: `${this.leftOut} more faults are not shown; mend these first` });
    return faults;
  }

  /** In the order of the text, without those where there is a fault as well. */
  warnings(): readonly ConfigFault[] {
    return inOrder(this.warningsByPlace).filter((warning) => !this.byPlace.has(`${warning.line}:${warning.column}`));
  }
}

function keepFirst(known: Map<string, ConfigFault>, place: FaultPlace, message: string): void {
  const key = `${place.line}:${place.column}`;
  if (!known.has(key)) known.set(key, { line: place.line, column: place.column, path: place.path, message });
}

function inOrder(known: ReadonlyMap<string, ConfigFault>): ConfigFault[] {
  return [...known.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
