/**
 * The manager's own engine (RFC 3411): authoritative for the traps that it sends and for the informs that it receives.
 *
 * Its count of starts is on disk before anybody sees it; its clock counts from the start.
 */

/** RFC 3414 section 3.2 step 7a. */
const WINDOW_S = 150;
const LAST = 2_147_483_647;
/** Enterprise of Net-SNMP, under which the MIB stands, too, with the bit that says that this is the newer form. */
const ENTERPRISE = [0x80, 0x00, 0x1f, 0x88];
/** RFC 3411, SnmpEngineID: octets that the enterprise chooses. */
const BY_OCTETS = 5;

/** @param identity Of the data directory: hexadecimal digits, the same at every start. */
export const engineIdOf = (identity: string): Buffer =>
  Buffer.concat([Buffer.from([...ENTERPRISE, BY_OCTETS]), Buffer.from(identity, 'hex').subarray(0, 27)]);

export class OwnEngine {
  readonly id: Buffer;
  /** snmpEngineBoots */
  readonly boots: number;
  readonly #startedMs: number;

  /**
   * @param starts Rises with every start.
   * @param startedMs Monotonic.
   */
  constructor(identity: string, starts: number, startedMs: number) {
    this.id = engineIdOf(identity);
    this.boots = Math.min(starts, LAST);
    this.#startedMs = startedMs;
  }

  /** snmpEngineTime: seconds. @param nowMs Monotonic. */
  timeAt(nowMs: number): number {
    return Math.min(LAST, Math.max(0, Math.floor((nowMs - this.#startedMs) / 1000)));
  }

  /** sysUpTime: hundredths of a second. @param nowMs Monotonic. */
  upTimeAt(nowMs: number): number {
    return Math.max(0, Math.floor((nowMs - this.#startedMs) / 10)) % 2 ** 32;
  }

  /** Whether a message to this engine, whose digest is right, is none from long ago. @param nowMs Monotonic. */
  isTimely(boots: number, time: number, nowMs: number): boolean {
    return this.boots !== LAST && boots === this.boots && Math.abs(time - this.timeAt(nowMs)) <= WINDOW_S;
  }
}
