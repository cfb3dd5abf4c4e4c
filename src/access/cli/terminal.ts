/** A line to a device on which somebody could type. */
import type { Dialogue } from './dialogue.js';

export interface Terminal {
  readonly dialogue: Dialogue;
  /** Breaks it off at once; further calls do nothing. */
  end(): void;
}
