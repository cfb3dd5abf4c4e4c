/**
 * What a manager knows of an agent's engine (RFC 3414 section 2.3): its id, how often it has started and what its clock
 * says. Number of starts and clock are learnt from messages whose digest was right, and from no others.
 */

/** RFC 3414 section 3.2 step 7. */
const WINDOW_S = 150;
/** An engine whose count of starts has come here refuses everything until it gets another id (RFC 3414 section 2.2.2). */
const LATCHED = 2_147_483_647;
const LAST_TIME = 2_147_483_647;
/** RFC 3411, SnmpEngineID; agents with fewer octets than the five it asks for exist and can be talked to. */
const LONGEST_ENGINE_ID = 32;

/**
 * `backwards`: no more starts than before, but a clock more than 150 s behind what it has to show by now; an old
 * message, or an agent that does not count its starts. `latched`: see {@link LATCHED}.
 */
export type Timeliness = 'timely' | 'backwards' | 'latched';

/** For whoever asks the agent in another's place. */
export interface EngineState {
  /** In hexadecimal. */
  readonly id: string;
  readonly boots: number;
  /** Seconds; what its clock said `ageMs` ago. */
  readonly time: number;
  /** Undefined when boots and time are not known. */
  readonly ageMs: number | undefined;
}

const UNKNOWN = Buffer.alloc(0);

export class Engine {
  #id: Buffer = UNKNOWN;
  #boots = 0;
  /** snmpEngineTime when it was last learnt, which is latestReceivedEngineTime too. */
  #time = 0;
  #learntAtMs: number | undefined;

  /** Empty until it is known. Another buffer when it has become another one. */
  get id(): Buffer {
    return this.#id;
  }

  get isKnown(): boolean {
    return this.#id.length > 0;
  }

  /** Whether boots and time are known. */
  get isInTime(): boolean {
    return this.#learntAtMs !== undefined;
  }

  /** 0 until it is known, with which an agent's own is asked for (RFC 3414 section 4). */
  get boots(): number {
    return this.#boots;
  }

  /** What the engine's clock says, in seconds; 0 until it is known. @param nowMs Monotonic. */
  timeAt(nowMs: number): number {
    if (this.#learntAtMs === undefined) return 0;
    const elapsedS = Math.max(0, Math.floor((nowMs - this.#learntAtMs) / 1000));
    return Math.min(LAST_TIME, this.#time + elapsedS);
  }

  /**
   * The id that an agent gave. Another one than before is another engine: what was known of the former is forgotten.
   *
   * @returns False for what is no id.
   */
  discover(id: Buffer): boolean {
    if (id.length === 0 || id.length > LONGEST_ENGINE_ID) return false;
    if (id.equals(this.#id)) return true;
    this.#id = Buffer.from(id);
    this.forgetTime();
    return true;
  }

  /** Judges an authentic message by its boots and time, and learns from them (RFC 3414 section 3.2 step 7b). */
  judge(boots: number, time: number, nowMs: number): Timeliness {
    const later = boots > this.#boots || (boots === this.#boots && time > this.#time);
    if (later || this.#learntAtMs === undefined) {
      this.#boots = boots;
      this.#time = time;
      this.#learntAtMs = nowMs;
    }
    if (this.#boots === LATCHED) return 'latched';
    if (boots < this.#boots || time < this.timeAt(nowMs) - WINDOW_S) return 'backwards';
    return 'timely';
  }

  /** Has boots and time learnt anew from the next authentic message, whatever they are. */
  forgetTime(): void {
    this.#boots = 0;
    this.#time = 0;
    this.#learntAtMs = undefined;
  }

  /** Undefined until the id is known. */
  state(nowMs: number): EngineState | undefined {
    if (!this.isKnown) return undefined;
    const ageMs = this.#learntAtMs === undefined ? undefined : Math.max(0, nowMs - this.#learntAtMs);
    return { id: this.#id.toString('hex'), boots: this.#boots, time: this.#time, ageMs };
  }

  /** Nothing is known where the state makes no sense. */
  static from(state: EngineState, nowMs: number): Engine {
    const engine = new Engine();
    const isCount = (value: number) => Number.isInteger(value) && value >= 0 && value <= LAST_TIME;
    if (!engine.discover(Buffer.from(state.id, 'hex')) || state.ageMs === undefined) return engine;
    if (!isCount(state.boots) || !isCount(state.time) || !(state.ageMs >= 0)) return engine;
    engine.#boots = state.boots;
    engine.#time = state.time;
    engine.#learntAtMs = nowMs - state.ageMs;
    return engine;
  }
}
