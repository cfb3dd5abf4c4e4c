/** The end of a manager: its elements are handed over first, then everything is closed. Once, whoever asks for it. */
import type { ElementName } from '../../model/element.js';

export class Ending {
  /** Resolves when all is closed, with the elements that nobody took. */
  readonly ended: Promise<readonly ElementName[]>;
  readonly #handOver: () => Promise<readonly ElementName[]>;
  readonly #close: () => Promise<void>;
  #tell: (left: readonly ElementName[]) => void = () => {};
  #handedOver: Promise<readonly ElementName[]> | undefined;
  #isBeginning = false;

  /** @param close Never rejects. */
  constructor(handOver: () => Promise<readonly ElementName[]>, close: () => Promise<void>) {
    this.#handOver = handOver;
    this.#close = close;
    this.ended = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  /** It is the end of this manager object only: another is to be started in its place. */
  get isBeginning(): boolean {
    return this.#isBeginning;
  }

  /** Ends it with a new beginning. */
  beginAnew(): void {
    this.#isBeginning = this.#handedOver === undefined;
    void this.begin();
  }

  /**
   * Resolves when all that somebody takes is handed over; closing follows by itself.
   * @param handOver Counts at the first call.
   */
  begin(handOver = true): Promise<readonly ElementName[]> {
    if (this.#handedOver) return this.#handedOver;
    this.#handedOver = handOver ? this.#handOver().catch(() => []) : Promise.resolve([]);
    void this.#handedOver.then(async (left) => {
      await this.#close();
      this.#tell(left);
    });
    return this.#handedOver;
  }
}
