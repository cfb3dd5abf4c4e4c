/** EVENTs in a text that is read whole each time: told when they come up in it, not again while they stay. */
import { createHash } from 'node:crypto';
import type { AccessSpec } from '../../model/element.js';
import type { PollAnswer } from '../access.js';
import { asLines } from './log-lines.js';
import { LogMatches, textPatterns } from './log-patterns.js';

type Events = PollAnswer['events'];

/** @param before Marks of what was there at the poll before. */
export function newEvents(
  text: string,
  access: AccessSpec,
  place: string,
  before: readonly string[] = [],
): { readonly events: Events; readonly seen: readonly string[] } {
  const patterns = textPatterns(access);
  if (patterns.length === 0) return { events: [], seen: [] };
  const matches = new LogMatches({ ...access, metrics: [], events: patterns }, place);
  matches.take(asLines(text.split('\n')));
  const known = new Set(before);
  const seen = new Set<string>();
  const events = matches.events.filter((event) => {
    const mark = createHash('sha256').update(`${event.name}\n${event.text}`).digest('base64url').slice(0, 12);
    const isNew = !known.has(mark) && !seen.has(mark);
    seen.add(mark);
    return isNew;
  });
  return { events, seen: [...seen] };
}
