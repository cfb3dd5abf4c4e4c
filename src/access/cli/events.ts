/** EVENTs in the output of commands: told when their text comes up, not again while it stays. */
import { createHash } from 'node:crypto';
import type { AccessSpec } from '../../model/element.js';
import type { PollAnswer } from '../access.js';
import { MOST_LINE, START } from '../log/log-lines.js';
import { LogMatches } from '../log/log-patterns.js';

type Events = PollAnswer['events'];

/** @param before Marks of what was there at the poll before. */
export function newEvents(
  text: string,
  access: AccessSpec,
  place: string,
  before: readonly string[] = [],
): { readonly events: Events; readonly seen: readonly string[] } {
  if (access.events.length === 0) return { events: [], seen: [] };
  const matches = new LogMatches({ ...access, metrics: [] }, place);
  matches.take(
    text.split('\n').map((line) => ({ text: line.slice(0, MOST_LINE), cut: line.length > MOST_LINE, next: START })),
  );
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
