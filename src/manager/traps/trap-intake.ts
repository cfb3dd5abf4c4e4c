/**
 * Notifications that come in: from the port to the event log, each once, those of a storm in a summary, and what is not
 * taken counted. Informs are answered when their event is stored, and not before.
 */
import { eventOf } from '../../access/snmp/traps/event-of.js';
import type { Notification } from '../../access/snmp/traps/notification.js';
import { type Refusal, RefusalTally } from '../../access/snmp/traps/refusals.js';
import { StormWatch } from '../../access/snmp/traps/storm.js';
import type { TrapSender } from '../../access/snmp/traps/trap-port.js';
import type { TrapReader } from '../../access/snmp/traps/trap-reader.js';
import { isStored } from '../../assess/event-rules.js';
import type { Env, Timer } from '../../base/env.js';
import type { EventRule } from '../../config/settings.js';
import type { ElementName } from '../../model/element.js';
import type { NewEvent } from '../../model/event.js';
import type { Store } from '../../store/store.js';
import type { AddressBook, AddressOwner } from './address-book.js';
import { EventWriter } from './event-writer.js';
import { type Inform, Informs } from './informs.js';
import { sourceOf } from './source.js';

export interface TrapIntakeParts {
  readonly env: Env;
  readonly store: Pick<Store, 'recordEvents'>;
  readonly reader: TrapReader;
  readonly addresses: () => AddressBook;
  readonly rules: () => readonly EventRule[];
  /** Notifications of a storm that are counted and not stored one by one. */
  readonly onSummed?: (event: NewEvent) => void;
}

/** How often summaries and counts are looked at while there are any. */
const LOOK_MS = 1000;

/** All senders that belong to no element share what an element has for itself. */
const STRANGERS = '';
type Source = ElementName | typeof STRANGERS;

export class TrapIntake {
  readonly #parts: TrapIntakeParts;
  readonly #writer: EventWriter;
  readonly #refusals = new RefusalTally();
  readonly #storms = new StormWatch<Source>();
  readonly #informs = new Informs();
  /** Informs whose notification waits for a summary. */
  readonly #summed = new Map<Source, Inform[]>();
  readonly #counts = new Map<string, number>();
  #look: Timer | undefined;
  #drops = 0;

  constructor(parts: TrapIntakeParts) {
    this.#parts = parts;
    this.#writer = new EventWriter(parts.env, parts.store);
  }

  /** Since the start, by name: what came, and what became of it. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** A datagram has come. */
  take(datagram: Buffer, sender: TrapSender): void {
    const nowMs = this.#parts.env.clock.monotonic();
    const incoming = this.#parts.reader.read(datagram, nowMs);
    switch (incoming.is) {
      case 'question':
        sender.reply(incoming.reply);
        this.#count('discovery');
        return;
      case 'refused':
        if (incoming.reply) sender.reply(incoming.reply);
        this.#refuse(incoming.why, sender.address, nowMs);
        return;
      case 'notification': {
        const { notification } = incoming;
        if (!incoming.inform) {
          this.#notify(notification, sender.address, undefined, nowMs);
          return;
        }
        const { answer, key, isSigned } = incoming.inform;
        const inform = this.#informs.take(
          isSigned ? key : `${sender.address} ${key}`,
          () => sender.reply(answer),
          nowMs,
        );
        if (inform === 'full') this.#refuse('noRoom', sender.address, nowMs);
        else if (inform === 'again') this.#count('repeated');
        else this.#notify(notification, sender.address, inform, nowMs);
      }
    }
  }

  /** @param total Datagrams that the system has dropped since the port was opened. */
  dropped(total: number): void {
    const more = total - this.#drops;
    this.#drops = total;
    if (more > 0) this.#refuse('dropped', undefined, this.#parts.env.clock.monotonic(), more);
  }

  /** Something to be told of the trap port itself. */
  tell(event: Pick<NewEvent, 'name' | 'severity' | 'text' | 'alarm'>): void {
    this.#store(event);
  }

  /** Resolves when all that came is stored, as far as the store takes it. */
  async close(): Promise<void> {
    this.#look?.cancel();
    this.#tellCounts(true);
    await this.#writer.close();
  }

  #count(name: string, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  #refuse(why: Refusal, sender: string | undefined, nowMs: number, count = 1): void {
    this.#count(why, count);
    this.#refusals.note(why, sender, nowMs, count);
    this.#lookLater();
  }

  #notify(notification: Notification, address: string, inform: Inform | undefined, nowMs: number): void {
    const { name, severity, text, manager, element, alarm } = eventOf(notification);
    const stored = inform && (() => this.#informs.settle(inform));
    if (!isStored(this.#parts.rules(), { name, severity })) {
      this.#count('ignored');
      stored?.();
      return;
    }
    const { agent } = notification;
    const owner = this.#ownerOf(agent, address);
    const belongsTo = element ?? (owner.is === 'element' ? owner.element : undefined);
    const from = agent !== undefined && agent !== address ? `${agent} by ${address}` : address;
    const isKnown = belongsTo !== undefined && (element === undefined || this.#parts.addresses().knows(belongsTo));
    const source: Source = isKnown ? belongsTo : STRANGERS;
    const told = this.#storms.take(source, name, from, nowMs, this.#writer.hasRoom);
    this.#count(told);
    const words = manager ? text : `${text}${note(owner, from)}`;
    const key = alarm === undefined || belongsTo !== undefined ? alarm : `${alarm} at ${from}`;
    const event = { name, severity, text: words, element: belongsTo, source: sourceOf(from, manager), alarm: key };
    if (told === 'singly') this.#store(event, stored);
    // Not in the log, but what it raises or ends is as true as ever.
    else if (key !== undefined || this.#parts.rules().length > 0) this.#parts.onSummed?.(this.#made(event));
    if (told !== 'singly' && inform) {
      const others = this.#summed.get(source);
      if (others) others.push(inform);
      else this.#summed.set(source, [inform]);
    }
    this.#lookLater();
  }

  /** Of the agent that a proxy speaks for, or of the sender itself. */
  #ownerOf(agent: string | undefined, address: string): AddressOwner {
    const book = this.#parts.addresses();
    const meant = agent === undefined ? undefined : book.ownerOf(agent);
    return meant && meant.is !== 'unknown' ? meant : book.ownerOf(address);
  }

  #store(event: Unstored, stored?: () => void): void {
    this.#writer.add(this.#made(event), stored);
  }

  /** Field by field: of thousands a second each costs a microsecond less than as a copy with more to it. */
  #made({ severity, name, text, element, source, alarm }: Unstored): NewEvent {
    const time = this.#parts.env.clock.now();
    if (source === undefined || element === undefined)
      return {
        time,
        severity,
        name,
        text,
        ...(element && { element }),
        ...(source && { source }),
        ...(alarm !== undefined && { alarm }),
      };
    return alarm === undefined
      ? { time, severity, name, text, element, source }
      : { time, severity, name, text, element, source, alarm };
  }

  #lookLater(): void {
    this.#look ??= this.#parts.env.clock.after(LOOK_MS, () => {
      this.#look = undefined;
      this.#tellCounts(false);
      if (!this.#storms.isIdle || this.#refusals.dueMs !== undefined) this.#lookLater();
    });
  }

  #tellCounts(isEnding: boolean): void {
    // Where the store is behind, counts grow in their place and not in number.
    if (!this.#writer.hasRoom && !isEnding) return;
    const nowMs = this.#parts.env.clock.monotonic();
    for (const { source, count, duringMs, text } of this.#storms.due(nowMs, isEnding)) {
      const informs = this.#summed.get(source) ?? [];
      this.#summed.delete(source);
      const event = {
        name: 'trapStorm',
        severity: 'warning',
        text: `${count} more notifications within ${Math.max(1, Math.round(duringMs / 1000))} s were counted and not told one by one: ${text}`,
      } as const;
      const stored = () => {
        for (const inform of informs) this.#informs.settle(inform);
      };
      this.#store(source === STRANGERS ? event : { ...event, element: source }, stored);
    }
    const refused = this.#refusals.report(nowMs, isEnding);
    if (refused) this.#store({ name: 'trapsRefused', severity: 'warning', text: `${refused.count} ${refused.text}` });
  }
}

interface Unstored extends Pick<NewEvent, 'severity' | 'name' | 'text'> {
  readonly element?: ElementName | undefined;
  readonly source?: string | undefined;
  readonly alarm?: string | undefined;
}

/** Elements that are named where several share an address. */
const MOST_NAMED = 3;

function note(owner: AddressOwner, from: string): string {
  if (owner.is === 'element') return '';
  if (owner.is === 'unknown') return ` (from ${from}, which no element has for its address)`;
  const { elements } = owner;
  const more = elements.length - MOST_NAMED;
  const named = elements.slice(0, MOST_NAMED).join(', ');
  return ` (from ${from}, the address of ${named}${more > 0 ? ` and ${more} more` : ''})`;
}
