/** Notices which decisions a manager holds to be confirmed, from outside: entries, effects and bases tell. */
import type { Durable, Entry } from '../../pool/decisions.js';
import { entryAt, termAt } from '../../pool/mastership/durable.js';
import { rosterOf } from '../../pool/mastership/follow.js';
import type { NodeEffect } from '../../pool/node/state.js';
import type { Checkers } from '../checkers.js';
import type { Subject } from '../subject.js';
import type { Watch } from './watch.js';

export class Confirmed {
  private index = 0;

  begin({ base }: Durable): void {
    this.index = base.index;
  }

  /**
   * @param former What the manager had before its step.
   * @param upTo What it holds to be confirmed now.
   */
  take(
    node: Subject,
    former: Durable,
    effects: readonly NodeEffect[],
    upTo: number,
    { checkers, watch }: { readonly checkers: Checkers; readonly watch: Watch },
  ): void {
    const { durable } = node;
    if (upTo < this.index) this.index = upTo;
    if (upTo > this.index) {
      checkers.givesOut(node, upTo);
      const written = effects.flatMap((effect) =>
        effect.is === 'store' && effect.change.is !== 'term' && effect.change.is !== 'lease'
          ? effect.change.entries
          : [],
      );
      const { base } = durable;
      const reached = termAt(former, base.index) ?? written.find(({ index }) => index === base.index)?.term;
      // Everything came in one piece: what it had before may be something else, and was not confirmed.
      if (base !== former.base && reached !== base.term) this.index = Math.max(this.index, base.index);
      for (let index = this.index + 1; index <= upTo; index += 1) {
        const entry = entryAt(durable, index) ?? entryAt(former, index) ?? written.find((one) => one.index === index);
        if (!entry) continue;
        const isNew = index === checkers.confirmedIndex + 1;
        checkers.gaveOut(node, entry, String(hashOf(entry)), rosterOf(former).roster);
        if (isNew) watch.decided(entry);
      }
      this.index = upTo;
    }
    if (durable.base !== former.base && durable.base.index > 0) checkers.folded(node, durable.base);
  }
}

/** The same entry is applied by every voter. */
const hashes = new WeakMap<Entry, number>();

function hashOf(entry: Entry): number {
  const known = hashes.get(entry);
  if (known !== undefined) return known;
  const text = JSON.stringify(entry);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hashes.set(entry, hash);
  return hash;
}
