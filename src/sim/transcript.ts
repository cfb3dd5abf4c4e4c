/** What happened in a run, an event a line: time and member first. */

import type { DurableChange } from '../pool/mastership/durable.js';
import type { Message } from '../pool/messages.js';
import type { World } from './world.js';

/** A long run says more than anybody reads; its end is what matters. */
const MOST_LINES = 20_000;

export class Transcript {
  private readonly kept: string[] = [];
  private dropped = 0;

  constructor(private readonly world: World) {}

  add(who: string, what: string): void {
    const seconds = (this.world.nowMs / 1000).toFixed(4).padStart(9);
    this.kept.push(`${seconds} ${who.padEnd(6)} ${what}`);
    if (this.kept.length > 2 * MOST_LINES) this.dropped += this.kept.splice(0, MOST_LINES).length;
  }

  lines(): string[] {
    return this.dropped > 0 ? [`... ${this.dropped} lines before`, ...this.kept] : this.kept;
  }
}

const entriesText = (entries: readonly { readonly index: number; readonly term: number }[]): string =>
  entries.length === 0
    ? 'none'
    : entries.length > 6
      ? `${entries.length} from ${entries[0]?.index}`
      : entries.map(({ index, term }) => `${index}@${term}`).join(',');

export function messageText(message: Message): string {
  const term = `term ${message.term}`;
  switch (message.is) {
    case 'canvass':
      return `canvass ${term} round ${message.round} priority ${message.rank.priority} up ${Math.round(message.rank.uptimeMs)} ms`;
    case 'canvassed':
      return `canvassed ${term} round ${message.round} ${message.would ? 'would' : 'would not'}${message.higher ? ', ranks higher' : ''}`;
    case 'vote':
    case 'fetch':
      return `${message.is} ${term}`;
    case 'voted':
      return `voted ${term} ${message.granted ? 'granted' : 'refused'}, knows ${message.tip.index}@${message.tip.term}`;
    case 'renew':
      return `renew ${term} #${message.sequence} ${message.leaseMs} ms after ${message.before.index}@${message.before.term} entries ${entriesText(message.entries)} confirmed ${message.confirmed}`;
    case 'renewed':
      return `renewed ${term} #${message.sequence} ${message.promised ? 'promised' : 'refused'}${message.match === undefined ? '' : `, kept up to ${message.match}`}`;
    case 'kept':
      return `kept ${term} up to ${message.match}${message.refused === undefined ? '' : `, refuses ${message.refused}`}`;
    case 'install':
      return `install ${term} base ${message.base.index}@${message.base.term} entries ${entriesText(message.entries)} confirmed ${message.confirmed}`;
    case 'fetched':
      return `fetched ${term} base ${message.base.index}@${message.base.term} entries ${entriesText(message.entries)}`;
    case 'yield':
      return `yield ${term} to ${message.successor ?? 'anybody'}`;
  }
}

export function changeText(change: DurableChange): string {
  switch (change.is) {
    case 'term':
      return `term ${change.term}, vote ${change.vote ?? 'none'}`;
    case 'lease':
      return `lease of ${change.leaseMs} ms`;
    case 'entries':
      return `entries after ${change.after}: ${entriesText(change.entries)}`;
    case 'base':
      return `base ${change.base.index}@${change.base.term}, entries ${entriesText(change.entries)}`;
  }
}
