/**
 * `/sources`: where elements come from besides the configuration, what was found in networks, and what may be done.
 *
 * `SOURCE`, `NETWORK` and `FOUND` have what a stylesheet cannot work out: ages, shares, addresses of pages.
 */
import { PtpError } from '../../base/errors.js';
import type { Output } from '../../xml/messages/operations.js';
import { formatDuration } from '../format.js';
import { elementNameLink, link } from '../links.js';
import { mayChangeOrigins } from '../origin-actions.js';
import type { PageContent, PageNode } from '../page-data.js';
import { listRequest, paging } from '../query.js';
import { pageLinks } from './page-links.js';
import type { ViewContext } from './view.js';

type Source = Output<'getSources'>['sources'][number];
type Network = Output<'getDiscovery'>['networks'][number];
type FoundDevice = Output<'getDiscovery'>['found'][number];

const PATH = '/sources';

export async function sources(context: ViewContext): Promise<PageContent> {
  const { ask, base, query, now } = context;
  if (query.text('ask') !== '') return question(context);
  const { q, page } = listRequest(query);
  const size = 50;
  const listing = { sort: 'decision', page, pageSize: size, ...(q === '' ? {} : { filter: q }) };
  const [read, discovery] = await Promise.all([ask('getSources', {}), ask('getDiscovery', listing)]);
  const place = paging({ page, size }, discovery.total);
  const isSearching = discovery.networks.some(({ state }) => state === 'searching');
  return {
    sheet: 'sources',
    title: 'Sources of elements',
    refresh: isSearching ? 2 : 10,
    answers: [
      { operation: 'getSources', content: read },
      { operation: 'getDiscovery', content: discovery },
    ],
    own: {
      ORIGINS: { mayChange: mayChangeOrigins(context.call), formHref: link(base, PATH) },
      QUERY: {
        path: link(base, PATH),
        q,
        ...place,
        ...pageLinks(place, (change) => link(base, PATH, { q, ...change })),
      },
      SOURCE: read.sources.map((one) => sourceNode(one, base, now)),
      NETWORK: discovery.networks.map((one) => networkNode(one, now)),
      FOUND: discovery.found.map((one) => foundNode(one, base, now)),
    },
  };
}

const ago = (now: number, time: number): string => formatDuration(Math.max(0, now - time));

function sourceNode(
  { source, elements, shadowed, readAt, triedAt, fault, inDoubt }: Source,
  base: string,
  now: number,
): PageNode {
  const condition = inDoubt ? 'major' : fault !== undefined ? 'warning' : readAt === undefined ? 'unknown' : 'normal';
  const word = inDoubt
    ? 'in doubt'
    : fault !== undefined
      ? 'not taken'
      : readAt === undefined
        ? 'not read yet'
        : 'in force';
  const doubt = inDoubt && {
    doubt:
      inDoubt.elements === 0
        ? `It names no element any more. Its ${inDoubt.missing} elements stay until somebody confirms that.`
        : `It lacks ${inDoubt.missing} of ${elements} elements. They stay unless it says so again, or somebody confirms it.`,
    askHref: link(base, PATH, { ask: 'confirm', source }),
  };
  return {
    source,
    condition,
    word,
    elements,
    ...(shadowed > 0 ? { shadowed } : {}),
    ...(readAt === undefined ? {} : { read: ago(now, readAt) }),
    ...(triedAt === undefined ? {} : { tried: ago(now, triedAt) }),
    ...(fault === undefined ? {} : { fault }),
    ...doubt,
  };
}

function networkNode(
  { network, state, tried, addresses, found, fresh, startedAt, nextAt, approve, fault }: Network,
  now: number,
): PageNode {
  return {
    network,
    state,
    tried,
    addresses,
    share: addresses === 0 ? 0 : Math.round((100 * tried) / addresses),
    found,
    fresh,
    approve,
    ...(startedAt === undefined ? {} : { started: ago(now, startedAt) }),
    ...(nextAt === undefined ? {} : { next: formatDuration(Math.max(0, nextAt - now)) }),
    ...(fault === undefined ? {} : { fault }),
  };
}

function foundNode(found: FoundDevice, base: string, now: number): PageNode {
  const { address, decision, vendor, model, type, name, description, lastSeen, missed, element } = found;
  const what = [vendor, model].filter((one) => one !== undefined).join(' ');
  const href = element === undefined ? undefined : elementNameLink(base, element);
  return {
    address,
    network: found.network,
    decision,
    condition: found.fault !== undefined ? 'warning' : missed > 0 ? 'unreachable' : 'normal',
    answers: found.answers.join(' '),
    seen: ago(now, lastSeen),
    ...(missed > 0 ? { missed } : {}),
    ...(name === undefined ? {} : { name }),
    ...(what === '' ? {} : { what }),
    ...(type === undefined ? {} : { type }),
    ...(description === undefined ? {} : { description }),
    ...(found.credential === undefined ? {} : { credential: found.credential }),
    ...(found.by === undefined || found.at === undefined ? {} : { decided: `${found.by}, ${ago(now, found.at)} ago` }),
    ...(found.fault === undefined ? {} : { fault: found.fault }),
    ...(href === undefined ? {} : { href }),
    ...(decision === 'approved' ? { askHref: link(base, PATH, { ask: 'reconsider', address }) } : {}),
  };
}

/** Asked first is what takes elements away. */
async function question({ base, query, call, ask }: ViewContext): Promise<PageContent> {
  const action = query.text('ask');
  if (!mayChangeOrigins(call))
    throw new PtpError(
      call.caller.kind === 'anonymous' ? 'Client.Unauthorized' : 'Client.Forbidden',
      'sources and what was found are changed by the role admin only',
    );
  const about = action === 'confirm' ? query.exact('source') : query.exact('address');
  if ((action !== 'confirm' && action !== 'reconsider') || about === undefined)
    throw new PtpError('Client.Validation', `"${action}" cannot be asked for; the page of the sources has what can`, {
      place: { path: 'ask' },
    });
  const inDoubt =
    action === 'confirm'
      ? (await ask('getSources', {})).sources.find(({ source }) => source === about)?.inDoubt
      : undefined;
  const isConfirm = action === 'confirm';
  return {
    sheet: 'question',
    title: isConfirm ? 'Take this list?' : `Stop polling ${about}?`,
    answers: [],
    own: {
      QUESTION: {
        action,
        word: isConfirm ? 'Take it' : 'Take the approval back',
        grave: true,
        subject: 'Sources of elements',
        formHref: link(base, PATH, isConfirm ? { source: about } : { address: about }),
        backHref: link(base, PATH),
        SENTENCE: (isConfirm
          ? [
              `What ${about} says now has ${inDoubt?.elements ?? 0} elements, and lacks ${inDoubt?.missing ?? 0} of those in force.`,
              'Those are not polled any more, by nobody, and their alarms end.',
            ]
          : [
              `${about} is no element any more: nobody polls it.`,
              'It stays on the list of what was found, and can be approved again.',
            ]
        ).map((text) => ({ text })),
      },
    },
  };
}
