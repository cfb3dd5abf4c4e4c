/** The event log: getEvents, sendEvent. */

import { isStored } from '../../assess/event-rules.js';
import { PtpError } from '../../base/errors.js';
import { parseElementName } from '../../model/element.js';
import type { NewEvent, PtpEvent } from '../../model/event.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import { EVENT_COLUMNS } from '../element-columns.js';
import { noSuchElement } from '../forward.js';
import { gather } from '../gather.js';
import { listRows, mergeDepth, pageOf } from '../listing.js';

/** Events that one `sendEvent` may bring. */
const MOST_SENT = 1000;
/** How far ahead of this manager's clock an event's time may lie. */
const AHEAD_MS = 24 * 3600_000;

type EventList = Output<'getEvents'>;

export function eventHandlers(core: ManagerCore): Handlers {
  return {
    getEvents: (input, context) =>
      (input.scope ?? core.defaultScope) === 'pool'
        ? poolEvents(core, input, context)
        : ownEvents(core, input),

    async sendEvent({ events }, { caller }) {
      if (events.length > MOST_SENT)
        throw new PtpError('Client.Validation', `${events.length} events in one request; ${MOST_SENT} is the most`, {
          place: { path: 'events' },
        });
      const nowMs = core.env.clock.now();
      const source = `${caller.kind} ${caller.name}`;
      const incoming = events.map((event, index): NewEvent => {
        if ((event.time ?? 0) > nowMs + AHEAD_MS) {
          throw new PtpError('Client.Validation', 'the time of the event lies more than a day ahead; clocks differ', {
            place: { path: `events[${index + 1}]/time` },
          });
        }
        const element = event.element === undefined ? undefined : nameOf(core, event.element, index);
        return {
          time: event.time ?? nowMs,
          severity: event.severity,
          name: event.name,
          text: event.text,
          element,
          source,
        };
      });
      const stored = await core.store.recordEvents(
        incoming.filter((event) => isStored(core.settings.eventRules, event)),
      );
      return { stored: stored.map(({ id }) => id) };
    },
  };
}

function nameOf(core: ManagerCore, reference: string, index: number): NewEvent['element'] {
  const known = core.table.find(reference);
  if (known) return known;
  const named = parseElementName(reference);
  if (named) return `${named.kind}/${named.id}`;
  throw new PtpError('Client.NotFound', noSuchElement(reference).message, {
    place: { path: `events[${index + 1}]/element` },
  });
}

async function ownEvents(core: ManagerCore, input: Input<'getEvents'>): Promise<EventList> {
  const { page, pageSize } = pageOf(input);
  const element =
    input.element === undefined ? undefined : (core.table.find(input.element) ?? nameOf(core, input.element, 0));
  const found = await core.store.queryEvents({
    from: input.from,
    to: input.to,
    severity: input.severity,
    element,
    text: input.text ?? input.filter,
    offset: (page - 1) * pageSize,
    limit: pageSize,
  });
  return {
    events: found.rows,
    total: found.total,
    parts: [{ manager: core.settings.id, age: 0, source: 'store' }],
    missing: [],
  };
}

/** Newest first over all managers: enough of each is read to fill the pages up to the one asked for. */
async function poolEvents(core: ManagerCore, input: Input<'getEvents'>, context: CallContext): Promise<EventList> {
  const depth = mergeDepth(input, 'events', 'narrow the range of time');
  const question = { ...input, scope: 'self' as const, page: 1, pageSize: depth, sort: undefined };
  const others = core.directory.ids();
  const [own, { answers, missing }] = await Promise.all([
    ownEvents(core, question),
    gather(core.directory, others, 'getEvents', question, context),
  ]);
  const lists = [own, ...answers.map(({ answer }) => answer)];
  const rows = lists.flatMap(({ events }) => events as readonly PtpEvent[]);
  return {
    events: listRows(rows, { ...input, filter: undefined, sort: input.sort ?? '-time' }, EVENT_COLUMNS).rows,
    total: lists.reduce((sum, { total }) => sum + total, 0),
    parts: lists.flatMap(({ parts }) => parts),
    missing,
  };
}
