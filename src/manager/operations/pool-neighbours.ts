/** What managers ask of each other about taking over: IAmLive, identifyFailOver, findCandidates; and reportFailure. */
import { PtpError } from '../../base/errors.js';
import { type ElementName, elementName, isMeantBy } from '../../model/element.js';
import { sectionElements } from '../../model/ptp-store.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import { FIRST_COST_MS } from '../collector/cost.js';
import type { ManagerCore } from '../core.js';
import { noSuchElement } from '../forward.js';
import { gather } from '../gather.js';
import {
  type FailoverAnswer,
  failoverAnswer,
  needsOf,
  type Polled,
  polledOf,
  takesType,
} from '../pool/failover-answer.js';
import { methodsOf } from '../self-portrait.js';
import { checkCount, knowsAll, masterElsewhere } from './pool-knowledge.js';
import { checkMember } from './pool-moves.js';

const MOST_NEEDS = 1000;
/** Elements of one `findCandidates`; each may have to be looked for at other managers. */
const MOST_SOUGHT = 100;
/** Elements that one answer to `IAmLive` tells of. */
const MOST_TOLD = 10_000;
const PAGE = 1000;
const USUAL_INTERVAL_MS = 60_000;

export function poolNeighbourHandlers(core: ManagerCore): Handlers {
  return {
    IAmLive: (input, context) => welcome(core, input, context),
    async identifyFailOver({ id, needs }) {
      checkNeeds(needs);
      return id === core.settings.id ? { canTake: [], spareCapacity: 0 } : ownAnswer(core, needs);
    },
    findCandidates: (input, context) => findCandidates(core, input, context),
    reportFailure: (input) => reportFailure(core, input),
  };
}

/** A manager that is back wants to know where its elements are. Who is not of those that keep the inventory asks the master. */
async function welcome(core: ManagerCore, input: Input<'IAmLive'>, context: CallContext): Promise<Output<'IAmLive'>> {
  const { id, uri } = input;
  const { caller } = context;
  if (caller.kind === 'peer' && caller.name !== id) {
    throw new PtpError('Client.Forbidden', `${caller.name} cannot speak for ${id}; every manager says it of itself`, {
      place: { path: 'id' },
    });
  }
  if (!URL.canParse(uri) || !/^https?:$/.test(new URL(uri).protocol)) {
    throw new PtpError('Client.Validation', 'uri is an origin such as http://em1.example:8080', {
      place: { path: 'uri' },
    });
  }
  if (core.directory.get(id)) void core.directory.ask(id);
  const master = knowsAll(core) ? undefined : masterElsewhere(core, context);
  if (master !== undefined) {
    const onBehalfOf = { ...context, hops: context.hops + 1 };
    return core.directory.peer(master).call('IAmLive', input, { signal: context.signal, onBehalfOf });
  }
  const member = core.pool.view.members.find((one) => one.id === id);
  const nowMs = core.env.clock.now();
  const comesBack = member?.returnsInMs === undefined ? undefined : nowMs + member.returnsInMs;
  const filter = `home:${JSON.stringify(id.replaceAll('"', ''))}`;
  const elements: Output<'IAmLive'>['elements'][number][] = [];
  for (let page = 1; elements.length < MOST_TOLD; page += 1) {
    const { rows, total } = core.pool.assignments({ filter, page, pageSize: PAGE });
    for (const { element, owner, delegatedTo, delegatedUntil, unwatched } of rows)
      elements.push({
        element,
        owner: unwatched === undefined ? owner : undefined,
        returns: owner === id ? undefined : delegatedTo === undefined ? comesBack : delegatedUntil,
      });
    if (page * PAGE >= total) break;
  }
  return { elements };
}

function checkNeeds(needs: Input<'identifyFailOver'>['needs']): void {
  checkCount(needs.length, 'needs', MOST_NEEDS);
  for (const [at, { count, cost }] of needs.entries()) {
    if (count >= 0 && cost >= 0) continue;
    const path = `needs[${at + 1}]/${count < 0 ? 'count' : 'cost'}`;
    throw new PtpError('Client.Validation', `${path} is below 0; it is 0 or more`, { place: { path } });
  }
}

/** What this manager itself could take over. */
function ownAnswer(core: ManagerCore, needs: Input<'identifyFailOver'>['needs']): FailoverAnswer {
  const { settings, collector, pool } = core;
  const isFree = settings.manages && pool.state === 'running';
  const capacity = isFree ? core.overload.capacity : 0;
  const used = collector.meter.ownedCost;
  const declared = settings.supports.flatMap(({ type }) => type ?? []);
  const had = settings.elements.flatMap(({ type }) => type ?? []);
  return failoverAnswer(needs, {
    methods: new Set(methodsOf(core)),
    spareCapacity: capacity - used,
    // Whoever declares nothing takes whatever it has the methods for.
    ...(declared.length > 0 && { types: new Set([...declared, ...had]) }),
  });
}

interface Sought extends Polled {
  readonly owner: string | undefined;
}

async function findCandidates(
  core: ManagerCore,
  { elements }: Input<'findCandidates'>,
  context: CallContext,
): Promise<Output<'findCandidates'>> {
  checkCount(elements.length, 'elements', MOST_SOUGHT);
  if (elements.length === 0) return { candidates: [], missing: [] };
  const sought = await Promise.all(elements.map((element) => findElement(core, element, context)));
  const needs = needsOf(sought, (name) => core.collector.costOf(name) || assumedCost(sought, name));
  const self = core.settings.id;
  const others = core.directory.ids('EM').filter((id) => id !== self);
  const { answers, missing } = await gather(core.directory, others, 'identifyFailOver', { id: self, needs }, context);
  const offers = [{ manager: self, answer: ownAnswer(core, needs) }, ...answers].sort(
    (a, b) => b.answer.spareCapacity - a.answer.spareCapacity || (a.manager < b.manager ? -1 : 1),
  );
  return {
    missing,
    candidates: sought.map((one) => {
      const own = needsOf([one], () => 0);
      const able = offers.filter(({ manager, answer }) => manager !== one.owner && takesType(answer, own, one.type));
      return {
        element: one.name,
        managers: able.map(({ manager, answer }) => ({ id: manager, spareCapacity: answer.spareCapacity })),
        reason: able.length > 0 ? undefined : 'no manager that answers polls by its methods and has room for it',
      };
    }),
  };
}

const assumedCost = (sought: readonly Sought[], name: ElementName): number =>
  (sought.find((one) => one.name === name)?.methods.length ?? 1) * ((FIRST_COST_MS * 1000) / USUAL_INTERVAL_MS);

/** As this manager lists or polls it, else as others show it. */
async function findElement(core: ManagerCore, reference: string, context: CallContext): Promise<Sought> {
  const { settings, collector, table, pool } = core;
  const here = table.find(reference);
  const own = (here && collector.definitionOf(here)) ?? settings.elements.find((one) => isMeantBy(one, reference));
  if (own) return { ...polledOf(own), owner: pool.assignmentOf(own.name)?.owner ?? (here && settings.id) };
  const { sections } = await core.poolSections({ element: reference, detail: 'summary' }, context);
  for (const section of sections) {
    const entry = sectionElements(section).find((one) => isMeantBy(one, reference));
    if (!entry) continue;
    const name = elementName(entry.kind, entry.id);
    const methods = [...new Set(entry.access.map(({ method }) => method))];
    return { name, type: entry.type, methods, owner: entry.owner ?? section.id };
  }
  throw noSuchElement(reference);
}

async function reportFailure(
  core: ManagerCore,
  { id, successor }: Input<'reportFailure'>,
): Promise<Output<'reportFailure'>> {
  const self = core.settings.id;
  if (id === self) {
    throw new PtpError('Client.Conflict', `${self} answers you, so it has not failed; ask another manager about it`, {
      place: { path: 'id' },
    });
  }
  checkMember(core, id, 'id');
  if (successor === id) {
    throw new PtpError('Client.Validation', `${id} cannot be its own successor`, { place: { path: 'successor' } });
  }
  if (successor !== undefined) checkMember(core, successor, 'successor');
  return core.pool.reportFailure(id, successor);
}
