/** Messages and effects of whole managers, a line each. */
import { formatEpoch } from '../../model/manager.js';
import type { Bundle, Order } from '../../pool/holding/state.js';
import type { PoolMessage } from '../../pool/node/messages.js';
import type { NodeEffect, PoolNews } from '../../pool/node/state.js';
import { messageText } from '../transcript.js';

const bundleText = ({ element, epoch, cursors }: Bundle): string =>
  `${element} ${formatEpoch(epoch)} polls ${cursors.map(({ next, dueInMs }) => `${next} in ${Math.round(dueInMs)} ms`).join(', ')}`;

function orderText(order: Order): string {
  const { is, element } = order;
  const epoch = order.epoch ? ` ${formatEpoch(order.epoch)}` : '';
  const whom = is === 'await' ? ` from ${order.from}` : is === 'give' ? ` to ${order.to}` : '';
  return `${is} ${element}${epoch}${whom}`;
}

export function poolMessageText(message: PoolMessage): string {
  switch (message.is) {
    case 'beat':
      return `beat term ${message.term} roster ${message.roster} held ${message.held}${message.wants === 'alive' ? '' : ` ${message.wants}`}${message.settled.length > 0 ? ` settled ${message.settled.map(({ element, epoch }) => `${element} ${formatEpoch(epoch)}`).join(', ')}` : ''}`;
    case 'beaten':
      return `beaten term ${message.term} roster ${message.roster}${message.inOrder ? ' in order' : ''}${message.wantsOffer ? ', wants the offer' : ''}`;
    case 'roster':
      return `roster ${message.roster.version} term ${message.term}: ${message.roster.members.map(({ id, voter, incarnation }) => `${id}${voter ? '*' : ''}/${incarnation}`).join(' ')}`;
    case 'join':
      return `join as ${message.start.incarnation} of ${message.start.identity}`;
    case 'offer':
      return `offer ${message.offered} part ${message.part + 1} of ${message.parts}: ${message.elements.length} elements`;
    case 'orders':
      return `orders term ${message.term} #${message.sequence}${message.all ? ' all' : ''}${message.more ? ' and more' : ''}: ${message.orders.slice(0, 8).map(orderText).join('; ')}`;
    case 'ordered':
      return `ordered term ${message.term} #${message.sequence}`;
    case 'left':
      return 'left';
    case 'probe':
      return `probe ${message.member} round ${message.round}`;
    case 'probed':
      return `probed ${message.member} round ${message.round}: ${message.outcome}`;
    case 'give':
      return `give ${formatEpoch(message.epoch)} ${bundleText(message.bundle)}`;
    case 'taken':
      return `taken ${message.element} ${formatEpoch(message.epoch)} from ${message.first.join(', ')}`;
    case 'notTaken':
      return `notTaken ${message.element} ${formatEpoch(message.epoch)}: ${message.reason}`;
    case 'warm':
      return `warm ${bundleText(message.bundle)}`;
    case 'seek':
      return `seek names ${message.seeker.names.join(' ')}`;
    case 'seeking':
      return `seeking ${message.seekers.map(({ id }) => id).join(' ')}`;
    case 'inPool':
      return `inPool ${message.pool}, master ${message.master ?? 'unknown'}`;
    case 'found':
      return `found ${message.roster.pool} version ${message.roster.version}`;
    default:
      return messageText(message);
  }
}

function newsText(news: PoolNews): string {
  const { is, ...rest } = news;
  return `${is} ${JSON.stringify(rest).slice(0, 300)}`;
}

export function effectText(effect: NodeEffect): string {
  switch (effect.is) {
    case 'send':
      return poolMessageText(effect.envelope.message);
    case 'poll':
      return `polls ${effect.element} ${formatEpoch(effect.epoch)} (${effect.arrival})${effect.bundle ? `: ${bundleText(effect.bundle)}` : ', anew'}`;
    case 'renew':
      return `goes on with ${effect.element} ${formatEpoch(effect.epoch)}`;
    case 'release':
      return `releases ${effect.element} ${formatEpoch(effect.epoch)} to ${effect.to} before ${effect.first.join(', ')}`;
    case 'stop':
      return `stops ${effect.element}`;
    case 'refresh':
      return `takes the last of ${effect.element}: ${bundleText(effect.bundle)}`;
    case 'standIn':
      return `stand-in of ${effect.element}: ${effect.standIn ?? 'none'}`;
    case 'makeBundle':
      return `makes a bundle of ${effect.element}, ${effect.aheadMs} ms ahead`;
    case 'ask':
      return `asks ${effect.member} round ${effect.round}`;
    case 'askFor':
      return `asks ${effect.member} for ${effect.asker}, round ${effect.round}`;
    case 'news':
      return newsText(effect.news);
    case 'delegated':
      return `delegated ${JSON.stringify([effect.moved, effect.refused])}`;
    case 'store':
    case 'hold':
    case 'goOn':
    case 'knows':
      return effect.is;
  }
}
