/** What is kept from one poll of a command line to the next. */

export interface CliMemory {
  /** Single commands were refused: they are not tried again. */
  readonly session?: 'shell';
  /** Fingerprint that was shown last, where any is believed. */
  readonly hostKey?: string;
  /** Marks of the texts that were told as events and stood there at the latest poll. */
  readonly seen?: readonly string[];
}

/** Nothing of what is not as it should be. */
export function cliMemory(memory: unknown): CliMemory {
  if (typeof memory !== 'object' || memory === null) return {};
  const { session, hostKey, seen } = memory as Readonly<Record<string, unknown>>;
  return {
    ...(session === 'shell' ? { session } : {}),
    ...(typeof hostKey === 'string' ? { hostKey } : {}),
    ...(Array.isArray(seen) ? { seen: seen.filter((one) => typeof one === 'string') } : {}),
  };
}
