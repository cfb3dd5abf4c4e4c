/** The event log: getEvents, sendEvent. */

import { isStored } from '../../assess/event-rules.js';
import { PtpError } from '../../base/errors.js';
import { parseElementName } from '../../model/element.js';
import { EVENT_COLUMNS, type NewEvent, type PtpEvent } from '../../model/event.js';
import { formatEpoch } from '../../model/manager.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import { checkAnswers, definitionsOf, senderOf } from '../application-servers.js';
import type { ManagerCore } from '../core.js';
import { sourceOfCaller } from '../deeds.js';
import { byPlace, placeAt, readEventPlace, writeEventPlace } from '../event-place.js';
import { noSuchElement } from '../forward.js';
import { gather } from '../gather.js';
import { depthBehind, filterTerms, mergeDepth, pageOf } from '../listing.js';

/** Events that one `sendEvent` may bring. */
const MOST_SENT = 1000;
/** How far ahead of this manager's clock an event's time may lie. */
const AHEAD_MS = 24 * 3600_000;

/** Of the store at once. */
const MOST_READ = 1000;

type EventList = Output<'getEvents'>;

export function eventHandlers(core: ManagerCore): Handlers {
  return {
    getEvents(input, context) {
      // What happened to an element stays with the managers that watched it then.
      const scope = input.scope ?? (input.element === undefined ? core.defaultScope : 'pool');
      return scope === 'pool' ? poolEvents(core, input, context) : ownEvents(core, input);
    },

    async sendEvent({ events }, { caller }) {
      const sender = senderOf(caller, core.settings, 'sendEvent');
      if (events.length > MOST_SENT)
        throw new PtpError('Client.Validation', `${events.length} events in one request; ${MOST_SENT} is the most`, {
          place: { path: 'events' },
        });
      const nowMs = core.env.clock.now();
      const source = sourceOfCaller(caller);
      const known = sender.is === 'server' ? definitionsOf(core) : new Map();
      const incoming = events.map((event, index): NewEvent => {
        if ((event.time ?? 0) > nowMs + AHEAD_MS) {
          throw new PtpError('Client.Validation', 'the time of the event lies more than a day ahead; clocks differ', {
            place: { path: `events[${index + 1}]/time` },
          });
        }
        const element =
          event.element === undefined ? undefined : nameOf(core, event.element, `events[${index + 1}]/element`);
        checkAnswers(
          sender,
          element && known.get(element),
          { settings: core.settings, elements: known },
          `events[${index + 1}]${element === undefined ? '' : '/element'}`,
        );
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

function nameOf(core: ManagerCore, reference: string, path: string): NewEvent['element'] {
  const known = core.table.find(reference);
  if (known) return known;
  const named = parseElementName(reference);
  if (named) return `${named.kind}/${named.id}`;
  throw new PtpError('Client.NotFound', noSuchElement(reference).message, {
    place: { path },
  });
}

async function ownEvents(core: ManagerCore, input: Input<'getEvents'>): Promise<EventList> {
  const { page, pageSize } = pageOf(input);
  const terms = filterTerms(input.filter, EVENT_COLUMNS);
  const oldestFirst = isOldestFirst(input.sort);
  const self = core.settings.id;
  // One more than wanted says whether there is another page.
  const limit = Math.min(pageSize + 1, MOST_READ);
  const found = await core.store.queryEvents({
    from: input.from,
    to: input.to,
    severity: input.severity,
    element: input.element === undefined ? undefined : nameOf(core, input.element, 'element'),
    text: input.text,
    words: terms.flatMap(({ column, text }) => (column === undefined ? [text] : [])),
    whole: terms.flatMap(({ column, text }) => (column === undefined ? [] : [{ column, value: text }])),
    oldestFirst,
    after: input.after === undefined ? undefined : placeAt(readEventPlace(input.after, oldestFirst), self, oldestFirst),
    offset: (page - 1) * pageSize,
    limit,
  });
  const rows = found.rows.slice(0, pageSize);
  const last = rows.at(-1);
  const goesOn = last !== undefined && found.rows.length === limit;
  return {
    events: rows.map((row) => withEpoch(core, row)),
    total: found.total,
    parts: [{ manager: self, age: 0, source: 'store' }],
    missing: [],
    ...(goesOn && { next: writeEventPlace(last, oldestFirst) }),
    ...(found.isTotalLeast && { totalIsLeast: true }),
  };
}

function withEpoch({ collector }: ManagerCore, event: PtpEvent): EventList['events'][number] {
  const epoch = event.element === undefined ? undefined : collector.epochOf(event.element);
  return { ...event, age: 0, ...(epoch && { epoch: formatEpoch(epoch) }) };
}

/** Over all managers, each asked at the same time for enough to fill the page that is wanted. */
async function poolEvents(core: ManagerCore, input: Input<'getEvents'>, context: CallContext): Promise<EventList> {
  const { page, pageSize } = pageOf(input);
  const oldestFirst = isOldestFirst(input.sort);
  const depth =
    input.after === undefined ? mergeDepth(input, 'events', 'narrow the range of time') : depthBehind(page, pageSize);
  const question = { ...input, scope: 'self' as const, page: 1, pageSize: depth };
  const others = core.directory.ids();
  const [own, { answers, missing }] = await Promise.all([
    ownEvents(core, question).catch(orNothing),
    gather(core.directory, others, 'getEvents', question, context, { lacking: 'empty' }),
  ]);
  const lists = [...(own ? [own] : []), ...answers.map(({ answer }) => answer)];
  if (lists.length === 0 && missing.length === 0) throw noSuchElement(input.element ?? '');
  const direction = oldestFirst ? 1 : -1;
  // The order in which each of them was cut off, so that no page has what another has, too.
  const rows = lists.flatMap(({ events }) => events).sort((a, b) => direction * byPlace(a, b));
  const shown = rows.slice((page - 1) * pageSize, page * pageSize);
  const last = shown.at(-1);
  const goesOn = last !== undefined && (rows.length > page * pageSize || lists.some(({ next }) => next !== undefined));
  return {
    events: shown,
    total: lists.reduce((sum, { total }) => sum + total, 0),
    parts: lists.flatMap(({ parts }) => parts),
    missing,
    ...(goesOn && { next: writeEventPlace(last, oldestFirst) }),
    ...(lists.some(({ totalIsLeast }) => totalIsLeast) && { totalIsLeast: true }),
  };
}

/** An element that another manager has, by its bare id. */
function orNothing(thrown: unknown): undefined {
  if (thrown instanceof PtpError && thrown.fault === 'Client.NotFound') return undefined;
  throw thrown;
}

function isOldestFirst(sort: string | undefined): boolean {
  if (sort === undefined || sort === '-time') return false;
  if (sort === 'time') return true;
  throw new PtpError(
    'Client.Validation',
    'events are sorted by time alone: -time is newest first, time is oldest first',
    {
      place: { path: 'sort' },
    },
  );
}
