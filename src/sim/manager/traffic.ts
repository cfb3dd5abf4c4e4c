/** What some members say and hear, in messages and in bytes of the real encoding, and how long a master works at it. */
import type { PoolEnvelope } from '../../pool/node/messages.js';
import { wireCodec } from './wire-codec.js';

interface Flow {
  sent: number;
  heard: number;
  bytesOut: number;
  bytesIn: number;
}

export class Traffic {
  private readonly flows = new Map<string, Flow>();
  private master: string | undefined;
  private workedMs = 0;

  constructor(private readonly cpuMs: () => number) {}

  /** Counts from now on, for these. @param master Whose work is timed, with all encoding. */
  begin(watched: readonly string[], master: string | undefined): void {
    this.end();
    for (const id of watched) this.flows.set(id, { sent: 0, heard: 0, bytesOut: 0, bytesIn: 0 });
    this.master = master;
    this.workedMs = 0;
  }

  end(): void {
    this.flows.clear();
    this.master = undefined;
  }

  stepped<T>(id: string, step: () => T): T {
    return id === this.master ? this.timed(step) : step();
  }

  sent(from: string, envelope: PoolEnvelope): void {
    const { to } = envelope;
    const [out, into] = [this.flows.get(from), this.flows.get(to)];
    const isMasters = from === this.master || to === this.master;
    if (!out && !into && !isMasters) return;
    const bytes = from === this.master ? this.timed(() => wireCodec.encode(envelope)) : wireCodec.encode(envelope);
    if (to === this.master) this.timed(() => wireCodec.decode(bytes));
    if (out) {
      out.sent += 1;
      out.bytesOut += bytes.length;
    }
    if (into) {
      into.heard += 1;
      into.bytesIn += bytes.length;
    }
  }

  rates(id: string, duringMs: number): string {
    const { sent, heard, bytesOut, bytesIn } = this.flows.get(id) ?? { sent: 0, heard: 0, bytesOut: 0, bytesIn: 0 };
    const perSecond = (value: number) => (value / (duringMs / 1000)).toFixed(1);
    return `${perSecond(sent)} messages and ${perSecond(bytesOut / 1000)} kB a second out, ${perSecond(heard)} and ${perSecond(bytesIn / 1000)} kB in`;
  }

  masterShare(duringMs: number): string {
    return `${((100 * this.workedMs) / duringMs).toFixed(1)} %`;
  }

  private timed<T>(work: () => T): T {
    const beforeMs = this.cpuMs();
    const result = work();
    this.workedMs += this.cpuMs() - beforeMs;
    return result;
  }
}
