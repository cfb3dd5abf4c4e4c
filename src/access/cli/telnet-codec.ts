/**
 * The Telnet protocol (RFC 854, 855) as a state machine without I/O: takes bytes, gives text and what to reply.
 *
 * Every option is refused, on both sides (RFC 1143: all states are NO, so only WILL and DO are answered, and no loop can
 * begin). What is left is the network virtual terminal, which everybody has to offer.
 */

const SE = 240;
const SB = 250;
const WILL = 251;
const WONT = 252;
const DO = 253;
const DONT = 254;
const IAC = 255;
const NUL = 0;
const RETURN = 0x0d;

/** Offers that are answered on one connection; who makes more does not negotiate but shout. */
const MOST_REFUSALS = 256;
/** Bytes that are no data, on one connection. */
const MOST_OVERHEAD = 64 * 2 ** 10;

type State = 'data' | 'return' | 'command' | 'option' | 'subnegotiation' | 'subnegotiation command';

export interface TelnetTaken {
  readonly data: Buffer;
  readonly reply: Buffer;
  /** More offers, or more that is no data, than anybody sends in earnest. */
  readonly isAbsurd: boolean;
}

export class TelnetCodec {
  #state: State = 'data';
  #verb = 0;
  #refusals = 0;
  #overhead = 0;

  take(bytes: Uint8Array): TelnetTaken {
    const data: number[] = [];
    const reply: number[] = [];
    for (const byte of bytes) this.#takeByte(byte, data, reply);
    this.#overhead += bytes.length - data.length;
    const isAbsurd = this.#refusals > MOST_REFUSALS || this.#overhead > MOST_OVERHEAD;
    return { data: Buffer.from(data), reply: Buffer.from(reply), isAbsurd };
  }

  #takeByte(byte: number, data: number[], reply: number[]): void {
    switch (this.#state) {
      case 'return':
        this.#state = 'data';
        // CR NUL is a carriage return alone.
        if (byte !== NUL) this.#takeByte(byte, data, reply);
        return;
      case 'data':
        if (byte === IAC) this.#state = 'command';
        else {
          data.push(byte);
          if (byte === RETURN) this.#state = 'return';
        }
        return;
      case 'command':
        this.#state = 'data';
        if (byte === IAC) data.push(IAC);
        else if (byte === SB) this.#state = 'subnegotiation';
        else if (byte >= WILL && byte <= DONT) {
          this.#verb = byte;
          this.#state = 'option';
        }
        return;
      case 'option':
        this.#state = 'data';
        if (this.#verb === WILL || this.#verb === DO) this.#refuse(byte, reply);
        return;
      case 'subnegotiation':
        if (byte === IAC) this.#state = 'subnegotiation command';
        return;
      case 'subnegotiation command':
        this.#state = byte === SE ? 'data' : 'subnegotiation';
        return;
    }
  }

  #refuse(option: number, reply: number[]): void {
    this.#refusals += 1;
    if (this.#refusals <= MOST_REFUSALS) reply.push(IAC, this.#verb === WILL ? DONT : WONT, option);
  }
}
