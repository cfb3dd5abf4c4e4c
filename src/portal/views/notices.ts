/**
 * `/notices`: whom this manager tells of alarms and events, and whether they hear it.
 *
 * `DESTINATION` has what a stylesheet cannot work out: ages, and words for how it fares.
 */
import type { Output } from '../../xml/messages/operations.js';
import { formatDuration } from '../format.js';
import { link } from '../links.js';
import { mayTest } from '../notice-actions.js';
import type { PageContent, PageNode } from '../page-data.js';
import type { ViewContext } from './view.js';

type Destination = Output<'getDestinations'>['destinations'][number];

const PATH = '/notices';

export async function notices({ ask, base, now, call }: ViewContext): Promise<PageContent> {
  const read = await ask('getDestinations', {});
  return {
    sheet: 'notices',
    title: 'Notices',
    refresh: 5,
    answers: [{ operation: 'getDestinations', content: read }],
    own: {
      NOTICES: { mayTest: mayTest(call), formHref: link(base, PATH) },
      DESTINATION: read.destinations.map((one) => destinationNode(one, now)),
    },
  };
}

/** Status words that elements have too, so that the same shapes serve. */
const SHAPES: Readonly<Record<Destination['condition'], string>> = {
  untried: 'unknown',
  working: 'normal',
  troubled: 'warning',
  failing: 'critical',
};
const WORDS: Readonly<Record<Destination['condition'], string>> = {
  untried: 'not used yet',
  working: 'working',
  troubled: 'being tried again',
  failing: 'failing',
};

function destinationNode(one: Destination, now: number): PageNode {
  const { id, type, place, condition, waiting, sent, failed, lost, lastSent, lastFailure, remark, retryIn } = one;
  const ago = (time: number) => formatDuration(Math.max(0, now - time));
  const isTroubled = condition === 'troubled' || condition === 'failing';
  return {
    id,
    type,
    place,
    condition: SHAPES[condition],
    word: WORDS[condition],
    waiting,
    sent,
    failed,
    ...(lost > 0 ? { lost } : {}),
    ...(lastSent === undefined ? {} : { lastSent: ago(lastSent) }),
    ...(lastFailure ? { reason: lastFailure.reason, failedAt: ago(lastFailure.at), isPast: !isTroubled } : {}),
    ...(remark === undefined ? {} : { remark }),
    ...(retryIn === undefined ? {} : { retry: formatDuration(retryIn * 1000) }),
  };
}
