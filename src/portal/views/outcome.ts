/** What came of an action: said on a page of its own, with the way back, and the way to take it back. */
import type { Outcome } from '../actions.js';
import type { PageContent } from '../page-data.js';

export interface OutcomePlace {
  /** What it was done to, as a person calls it. */
  readonly subject: string;
  /** Its page; forms of it go there, too. */
  readonly href: string;
}

/** `OUTCOME` with a `SENTENCE` for each thing that is to be said, and `UNDO` where it can be taken back. */
export function outcomePage({ title, condition, sentences, undo }: Outcome, place: OutcomePlace): PageContent {
  return {
    sheet: 'outcome',
    title,
    answers: [],
    own: {
      OUTCOME: {
        condition,
        subject: place.subject,
        href: place.href,
        SENTENCE: sentences.map((text) => ({ text })),
        ...(undo ? { UNDO: { ...undo, href: place.href } } : {}),
      },
    },
  };
}
