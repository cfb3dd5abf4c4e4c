/** What the store keeps of notices besides them: which event was looked at last, and the messages that are being tried. */
import type { Env } from '../../base/env.js';
import type { PtpEvent } from '../../model/event.js';
import type { Store } from '../../store/store.js';

const NOTE = 'notices';
const PAGE = 1000;
/** Events of a crash that are looked at after it: of more than that people are told by the portal. */
const MOST_EVENTS = 10_000;
/** Sources of events may have other clocks. */
const SLACK_MS = 3600_000;

interface Marks {
  /** By destination: up to which row the gathered message goes that is being tried. */
  readonly messages: Readonly<Record<string, number>>;
  /** The latest event whose notices are on disk, and when that was so, milliseconds since 1970. */
  readonly event: number;
  readonly at: number;
}

export class NoticeMarks {
  readonly #env: Env;
  readonly #store: Pick<Store, 'getNote' | 'putNote' | 'queryEvents'>;
  #messages = new Map<string, number>();
  #event = 0;
  #isNew = false;

  constructor(env: Env, store: Pick<Store, 'getNote' | 'putNote' | 'queryEvents'>) {
    this.#env = env;
    this.#store = store;
  }

  /** @returns Marks of messages, and the events that nobody has looked at, in the order of their ids. */
  async load(): Promise<{ readonly messages: ReadonlyMap<string, number>; readonly events: readonly PtpEvent[] }> {
    const marks = parse(await this.#store.getNote(NOTE));
    if (!marks) return { messages: new Map(), events: [] };
    this.#messages = new Map(Object.entries(marks.messages));
    this.#event = marks.event;
    const events: PtpEvent[] = [];
    for (let offset = 0; offset < MOST_EVENTS; offset += PAGE) {
      const { rows } = await this.#store.queryEvents({ from: marks.at - SLACK_MS, offset, limit: PAGE });
      events.push(...rows.filter(({ id }) => id > marks.event));
      if (rows.length < PAGE || rows.every(({ id }) => id <= marks.event)) break;
    }
    return { messages: new Map(this.#messages), events: events.sort((a, b) => a.id - b.id) };
  }

  /** Before a gathered message is tried for the first time: after a crash it is made of the same rows. */
  async setMessage(destination: string, row: number | undefined): Promise<void> {
    if (this.#messages.get(destination) === row) return;
    if (row === undefined) this.#messages.delete(destination);
    else this.#messages.set(destination, row);
    this.#isNew = true;
    if (row !== undefined) await this.save();
  }

  setEvent(id: number): void {
    if (id <= this.#event) return;
    this.#event = id;
    this.#isNew = true;
  }

  /** If there is anything new; never rejects. */
  async save(): Promise<void> {
    if (!this.#isNew) return;
    this.#isNew = false;
    const marks: Marks = {
      messages: Object.fromEntries(this.#messages),
      event: this.#event,
      at: this.#env.clock.now(),
    };
    try {
      await this.#store.putNote(NOTE, JSON.stringify(marks));
    } catch {
      // The store has said so itself; the next time will do.
      this.#isNew = true;
    }
  }
}

function parse(text: string | undefined): Marks | undefined {
  if (text === undefined) return undefined;
  try {
    const { messages, event, at } = JSON.parse(text);
    const isRight = typeof messages === 'object' && messages !== null && Number.isSafeInteger(event);
    return isRight && typeof at === 'number' ? { messages, event, at } : undefined;
  } catch {
    return undefined;
  }
}
