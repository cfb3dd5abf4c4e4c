/** Says in time that the manager's own certificate is about to end (SPEC 5). */
import { X509Certificate } from 'node:crypto';
import type { Env, Timer } from '../base/env.js';
import type { NewEvent } from '../model/event.js';

type Told = Omit<NewEvent, 'time'>;

const DAY_MS = 86_400_000;
const LOOK_MS = 6 * 3600_000;
const KEY = 'certificate';

/** By how long it is valid still, the shortest first. */
const STAGES = [
  [0, 'critical'],
  [7 * DAY_MS, 'major'],
  [30 * DAY_MS, 'warning'],
] as const;

/** Of all certificates in a text in PEM, when the first ends; milliseconds since 1970. Undefined when there is none that can be read. */
export function firstEndOf(pem: string): number | undefined {
  const ends = (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).flatMap((one) => {
    try {
      return Date.parse(new X509Certificate(one).validTo);
    } catch {
      return [];
    }
  });
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

/** Undefined while it is valid for long. */
export function certificateEvent(endMs: number, nowMs: number): Told | undefined {
  const leftMs = endMs - nowMs;
  const stage = STAGES.find(([mostMs]) => leftMs <= mostMs);
  if (!stage) return undefined;
  const when = `on ${new Date(endMs).toISOString().slice(0, 10)}`;
  const text =
    leftMs <= 0
      ? `the certificate of this manager ended ${when}, and others refuse it; put a new one in its file`
      : `the certificate of this manager ends ${when}, in ${Math.ceil(leftMs / DAY_MS)} days; put a new one in its file in time`;
  return { severity: stage[1], name: 'certificateEnds', text, alarm: KEY };
}

export class OwnCertificate {
  readonly #env: Env;
  readonly #tell: (event: Told) => void;
  #endMs: number | undefined;
  #told: string | undefined;
  #timer: Timer | undefined;

  constructor(env: Env, tell: (event: Told) => void) {
    this.#env = env;
    this.#tell = tell;
  }

  /** That which is shown from now on; undefined: none. */
  shown(pem: string | undefined): void {
    this.#endMs = pem === undefined ? undefined : firstEndOf(pem);
    this.#look();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    this.#timer?.cancel();
    const event = this.#endMs === undefined ? undefined : certificateEvent(this.#endMs, this.#env.clock.now());
    if (event && event.text !== this.#told) this.#tell(event);
    else if (!event && this.#told !== undefined)
      this.#tell({
        severity: 'cleared',
        name: 'certificateRenewed',
        text: 'the certificate of this manager is valid for long',
        alarm: KEY,
      });
    this.#told = event?.text;
    if (this.#endMs !== undefined) this.#timer = this.#env.clock.after(LOOK_MS, () => this.#look());
  }
}
