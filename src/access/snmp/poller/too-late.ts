/** Questions that were given up lately: an answer to one of these is late, not forged. */
import type { AgentAddress } from './question.js';

const MOST = 4096;

export class TooLate {
  /** By id, the latest last. */
  readonly #asked = new Map<number, AgentAddress>();

  givenUp(id: number, to: AgentAddress): void {
    this.#asked.delete(id);
    this.#asked.set(id, to);
    if (this.#asked.size <= MOST) return;
    for (const oldest of this.#asked.keys()) {
      this.#asked.delete(oldest);
      return;
    }
  }

  has(id: number, host: string, port: number): boolean {
    const to = this.#asked.get(id);
    return to?.host === host && to.port === port;
  }
}
