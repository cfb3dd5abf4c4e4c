/** Times in which trouble with an element is expected, and nobody is to be called because of it. */

/** As the configuration has it. */
export interface PlannedMaintenance {
  /** Milliseconds since 1970, like `to`: [from, to). */
  readonly from: number;
  readonly to: number;
  readonly text?: string;
}

export interface MaintenanceWindow extends PlannedMaintenance {
  /** Unique within the element. */
  readonly id: string;
  /** Who set it at run time; absent where the configuration has it. */
  readonly by?: string;
}

/** Those that people set at run time. JSON-able; what must be kept and handed over. */
export interface SetMaintenance {
  /** Rises with every change: of two the higher counts. */
  readonly version: number;
  readonly windows: readonly MaintenanceWindow[];
}
