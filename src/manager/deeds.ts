/**
 * What people and applications have managers do, in the event log: who, from which address, what, and what came of it.
 *
 * Told once, by the manager that was asked, whoever carries it out. What managers ask of each other is told where it shows.
 * What only looks, and what has events of its own (alarms, maintenance, events that are sent in), is not told again.
 */
import type { Env } from '../base/env.js';
import { asPtpError, type PtpError } from '../base/errors.js';
import { parseElementName } from '../model/element.js';
import type { NewEvent } from '../model/event.js';
import type { Severity } from '../model/status.js';
import type { CallContext, Caller } from '../peer/peer.js';
import { type Input, isOperation, type OperationName, type Output } from '../xml/messages/operations.js';
import { FewEvents } from './few-events.js';

interface Deed<O extends OperationName> {
  readonly name: string;
  /** What is said of it where the operation has several of them. */
  readonly variant?: (input: Input<O>) => string;
  /** Default `indeterminate`. */
  readonly severity?: Severity;
  /** It is told before it is done: there may be no after, or its event is what it rests on. */
  readonly isBefore?: true;
  readonly text: (input: Input<O>, self: string, output?: Output<O>) => string;
  /** The one that it was done to, if it was one. */
  readonly element?: (input: Input<O>, output?: Output<O>) => string | undefined;
}

type Deeds = { readonly [O in OperationName]?: Deed<O> };

/** Names in one text. */
const MOST_NAMED = 20;

const named = (all: readonly string[]): string =>
  all.length > MOST_NAMED
    ? `${all.slice(0, MOST_NAMED).join(', ')} and ${all.length - MOST_NAMED} more`
    : all.join(', ');

const DEEDS: Deeds = {
  pause: {
    name: 'managerPaused',
    text: ({ keep }, self) =>
      `${self} is paused and ${keep ? 'keeps what it owns, unwatched' : 'hands over what it owns'}`,
  },
  resume: { name: 'managerResumed', text: (_, self) => `${self} is resumed` },
  shutdown: {
    name: 'managerShutDown',
    isBefore: true,
    text: ({ handOver = true }, self) =>
      `${self} is told to shut down ${handOver ? 'after handing over' : 'without handing over'}`,
  },
  forget: {
    name: 'managerForgotten',
    severity: 'warning',
    text: ({ manager }) => `${manager} is forgotten, with what only it listed`,
  },
  recover: {
    name: 'poolRecovered',
    severity: 'major',
    isBefore: true,
    text: ({ without }) => `the pool is to go on without ${named(without)}, said to be lost for good`,
  },
  delegate: {
    name: 'delegated',
    variant: ({ recall }) => (recall ? 'recalled' : 'delegated'),
    text: ({ elements }, _, output) => {
      const { moved = [], refused = [] } = output ?? {};
      const parts = [
        ...(moved.length > 0 ? [named(moved.map(({ element, to }) => `${element} to ${to}`))] : []),
        ...(refused.length > 0
          ? [`refused: ${named(refused.map(({ element, reason }) => `${element} (${reason})`))}`]
          : []),
      ];
      return parts.length > 0 ? parts.join('; ') : named(elements);
    },
    element: ({ elements }, { moved } = { moved: [], refused: [] }) =>
      moved.length === 1 ? moved[0]?.element : elements.length === 1 ? elements[0] : undefined,
  },
  failOverAction: {
    name: 'failOverAction',
    text: ({ id }, self, output) => `${self} takes over ${output?.taken.length ?? 0} elements from ${id}`,
  },
  takeOver: {
    name: 'takenOver',
    text: ({ bundles }, self) => `${self} is given ${bundles.length} elements with their data`,
  },
  release: { name: 'released', text: ({ elements }, self) => `${self} gives up ${named(elements)}` },
  reportFailure: {
    name: 'failureReported',
    severity: 'warning',
    text: ({ id }, _, output) =>
      `${id} is said to have failed${output ? `; found: ${output.finding}, ${output.done}` : ''}`,
  },
  becomeIntegrationManager: {
    name: 'roleChanges',
    isBefore: true,
    text: (_, self) => `${self} gives away what it owns, to become an integration manager`,
  },
  changeSource: {
    name: 'sourceChanged',
    variant: ({ action }) => (action === 'confirm' ? 'sourceConfirmed' : 'sourceReadAgain'),
    text: ({ source, action }) =>
      action === 'confirm' ? `the list of ${source} is confirmed` : `${source} is read again`,
  },
  changeDiscovery: {
    name: 'discoveryDecided',
    variant: ({ action }) => (action === 'search' || action === 'stop' ? 'networkSearch' : 'discoveryDecided'),
    text: ({ action, addresses }, _, output) => `${action} ${named(output?.done ?? addresses)}`,
  },
  testDestination: { name: 'destinationTested', text: ({ destination }) => `a test is sent to ${destination}` },
};

/** Who asks, as the source of an event. */
export const sourceOfCaller = ({ kind, name, from }: Caller): string =>
  `${kind} ${name}${from === '' ? '' : ` from ${from}`}`;

type Told = Omit<NewEvent, 'time'>;

interface Asked<O extends OperationName> {
  readonly isBefore: boolean;
  event(output: Output<O> | undefined): Told;
}

/** Carries out what somebody asks for, and tells of it. */
export type AsDeed = <O extends OperationName>(
  operation: O,
  input: Input<O>,
  context: Pick<CallContext, 'caller'>,
  work: () => Promise<Output<O>>,
) => Promise<Output<O>>;

export class DeedLog {
  readonly #self: string;
  readonly #record: (event: Told) => Promise<void>;
  readonly #refused: FewEvents;

  /** @param record Never rejects: what cannot be stored is logged. */
  constructor(env: Pick<Env, 'clock'>, self: string, record: (event: Told) => Promise<void>) {
    this.#self = self;
    this.#record = record;
    this.#refused = new FewEvents({
      clock: env.clock,
      record,
      others: (count) => ({
        name: 'requestsRefused',
        severity: 'warning',
        text: `${count} more requests of users were refused or failed within a minute and were not told one by one`,
      }),
    });
  }

  /** Carries it out, and tells of it. */
  async perform<O extends OperationName>(
    operation: O,
    input: Input<O>,
    { caller }: Pick<CallContext, 'caller'>,
    work: () => Promise<Output<O>>,
  ): Promise<Output<O>> {
    // Who passes it on has told of it; where that was not a manager of ours, the request came from nowhere else.
    const told = caller.kind === 'user' && caller.by === undefined ? this.#of(operation, input) : undefined;
    if (!told) return work();
    const source = sourceOfCaller(caller);
    try {
      if (told.isBefore) await this.#record({ ...told.event(undefined), source });
      const output = await work();
      if (!told.isBefore) await this.#record({ ...told.event(output), source });
      return output;
    } catch (thrown) {
      await this.#tellRefused(operation, told.event(undefined), source, asPtpError(thrown));
      throw thrown;
    }
  }

  /** Somebody known may not do what was asked for. */
  refused(operation: OperationName, { caller }: Pick<CallContext, 'caller'>, why: PtpError): Promise<void> {
    if (caller.kind !== 'user' || caller.by !== undefined) return Promise.resolve();
    return this.#tellRefused(operation, { text: '' }, sourceOfCaller(caller), why);
  }

  #tellRefused(
    operation: OperationName,
    { text, element }: Pick<Told, 'text' | 'element'>,
    source: string,
    why: PtpError,
  ): Promise<void> {
    return this.#refused.tell({
      name: 'requestRefused',
      severity: 'warning',
      text: `${operation} was not done${text === '' ? '' : ` (${text})`}: ${why.message}`,
      source,
      ...(element !== undefined && { element }),
    });
  }

  #of<O extends OperationName>(operation: O, input: Input<O>): Asked<O> | undefined {
    if (operation === 'relay') return this.#relayed(input as Input<'relay'>);
    const deed: Deed<O> | undefined = DEEDS[operation];
    return deed && this.#asked(deed, input, this.#self);
  }

  /** Another manager carries it out, and leaves it to this one to tell of it. */
  #relayed({ manager, request }: Input<'relay'>): Asked<OperationName> | undefined {
    if (manager === this.#self || !isOperation(request.operation)) return undefined;
    // The decoder has checked the content against the table, so it is an input of that operation.
    const deed = DEEDS[request.operation] as Deed<OperationName> | undefined;
    const asked = deed && this.#asked(deed, request.content as Input<OperationName>, manager);
    return asked && { ...asked, event: () => asked.event(undefined) };
  }

  #asked<O extends OperationName>(
    { name, variant, severity = 'indeterminate', isBefore, text, element }: Deed<O>,
    input: Input<O>,
    self: string,
  ) {
    return {
      isBefore: isBefore === true,
      event: (output: Output<O> | undefined): Told => {
        const reference = element?.(input, output);
        const parsed = reference === undefined ? undefined : parseElementName(reference);
        return {
          name: variant?.(input) ?? name,
          severity,
          text: text(input, self, output),
          ...(parsed && { element: `${parsed.kind}/${parsed.id}` as const }),
        };
      },
    };
  }
}
