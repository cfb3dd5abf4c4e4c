/**
 * What is wrong with the pool, since when, and who stands in: in sentences for somebody who was just woken up. The worst
 * comes first. Pure.
 */
import type { PoolMemberView, PoolView } from '../manager/pool/pool-service.js';
import { type Status, URGENCY } from '../model/status.js';
import { formatDuration } from './format.js';
import { type Base, elementNameLink, managerLink } from './links.js';
import type { PageNode } from './page-data.js';
import type { Absence, PoolFacts } from './pool-facts.js';

/** One `SENTENCE`: a heading in few words, the rest behind it, and the page that tells more. */
interface Sentence {
  /** Status words that elements have too, so that the same shapes serve. */
  readonly condition: Status;
  readonly heading: string;
  readonly text: string;
  readonly href?: string;
  /** The manager that it is about, when it is about one. */
  readonly about?: string;
}

export interface SentenceParts {
  readonly facts: PoolFacts;
  readonly self: string;
  readonly base: Base;
  /** Why this manager itself does not reach another, and for how long it has not, milliseconds. */
  readonly unreached: ReadonlyMap<string, { readonly reason?: string; readonly silentMs?: number }>;
}

export function poolSentences(parts: SentenceParts): readonly PageNode[] {
  const { view } = parts.facts;
  const sentences = [
    ...ownStanding(view, parts.self),
    ...unwatchedElements(parts),
    ...view.members.flatMap((member) => memberSentence(member, parts)),
    ...voterMargin(view),
    ...withoutQuorum(view),
  ];
  return sentences
    .map((sentence, index) => ({ sentence, index }))
    .sort((a, b) => URGENCY[b.sentence.condition] - URGENCY[a.sentence.condition] || a.index - b.index)
    .map(({ sentence }) => ({ ...sentence }));
}

function ownStanding(view: PoolView, self: string): readonly Sentence[] {
  const since = view.masterSilentMs === undefined ? '' : ` for ${formatDuration(view.masterSilentMs)}`;
  const own = view.members.find(({ id }) => id === self)?.owns ?? 0;
  switch (view.standing) {
    case 'alone':
      return [];
    case 'seeking':
      return [
        {
          condition: 'major',
          heading: `${self} is seeking its pool${since}`,
          text: `It has found none${view.name === undefined ? '' : ` called ${view.name}`}, and too few of the managers that it is told of answer to found one. It polls what it is at home for; nobody takes over from it.`,
        },
      ];
    case 'joining':
      return [
        {
          condition: 'warning',
          heading: `${self} is joining the pool`,
          text: 'It waits for the master to take it in. It polls what it is at home for; nobody takes over from it yet.',
        },
      ];
    case 'member':
      if (view.cutOff)
        return [
          {
            condition: 'critical',
            heading: `${self} is cut off from its pool${since}`,
            text: `No master is heard. It goes on polling what it owns (${elements(own)}), takes nothing over, and yields what others have taken over when it is back. What is shown of the others is what was last known. If they are lost for good, an administrator goes on without them: ptpmgr recover URL --without ID,...`,
          },
        ];
      if (view.master === undefined)
        return [
          {
            condition: 'major',
            heading: `The pool has no master${since}`,
            text: 'Its voters are choosing one. Until then every manager polls what it owns, and nothing is taken over.',
          },
        ];
      return [];
  }
}

function unwatchedElements({ facts: { unwatched }, base }: SentenceParts): readonly Sentence[] {
  if (unwatched.total === 0) return [];
  const [first] = unwatched.first;
  const names = unwatched.first.map(({ element }) => element).join(', ');
  const href = first && elementNameLink(base, first.element);
  return [
    {
      condition: 'major',
      heading: unwatched.total === 1 ? '1 element is unwatched' : `${unwatched.total} elements are unwatched`,
      text:
        unwatched.total === 1
          ? sentence(`${names}: ${first?.reason ?? ''}`)
          : `${names}${unwatched.total > unwatched.first.length ? ' and others' : ''}. ${sentence(`Of the first: ${first?.reason ?? ''}`)}`,
      ...(href === undefined ? {} : { href }),
    },
  ];
}

function memberSentence(
  member: PoolMemberView,
  { facts: { absences }, self, base, unreached }: SentenceParts,
): readonly Sentence[] {
  const { id, standing } = member;
  const absence = absences.get(id);
  const href = managerLink(base, id);
  const since = member.standingMs === undefined ? '' : ` for ${formatDuration(member.standingMs)}`;
  switch (standing) {
    case 'gone': {
      const { word, detail } = goneBecause(member, unreached.get(id)?.reason);
      const planned = wasShutDown(member);
      return [
        {
          condition: planned ? 'maintenance' : 'down',
          heading: planned
            ? `${id} has been shut down`
            : `${id} is gone${word ? ` (${word})` : ''}${since && `,${since}`}`,
          text: [detail && sentence(detail), whoStandsIn(id, absence)].filter(Boolean).join(' '),
          href,
          about: id,
        },
      ];
    }
    case 'returning':
      return [
        {
          condition: 'maintenance',
          heading: `${id} is back`,
          text: `${absence && absence.total > 0 ? `${capital(elements(absence.total))} of its own ${absence.total === 1 ? 'returns' : 'return'} to it` : 'What is its own returns to it'}${member.returnsInMs === undefined ? ' when it has stayed for a while' : ` in ${formatDuration(member.returnsInMs)}`}. ${takersOf(absence)}`.trim(),
          href,
          about: id,
        },
      ];
    case 'leaving':
      return [
        {
          condition: 'maintenance',
          heading: member.owns === 0 ? `${id} has handed over what it polled` : `${id} hands over what it polls`,
          text: `${member.owns === 0 ? '' : `${capital(elements(member.owns))} ${member.owns === 1 ? 'is' : 'are'} still with it.`} ${takersOf(absence)}`.trim(),
          href,
          about: id,
        },
      ];
    case 'keeping':
      return [
        {
          condition: 'minor',
          heading: `${id} is paused and keeps what it owns${since}`,
          text: `Nobody polls its ${elements(member.owns)} until it is resumed.`,
          href,
          about: id,
        },
      ];
    case 'alive':
    case 'unknown': {
      const silence = unreached.get(id);
      if (!silence || id === self) return [];
      const reason = silence.reason ? `: ${silence.reason}` : '';
      return [
        {
          condition: 'warning',
          heading: `${id} does not answer here${silence.silentMs === undefined ? '' : ` for ${formatDuration(silence.silentMs)}`}`,
          text:
            standing === 'alive'
              ? `The pool finds it alive, so only the way between ${self} and ${id} may be broken${sentence(reason)}`
              : `${self} has not been told what the pool finds${sentence(reason)}`,
          href,
          about: id,
        },
      ];
    }
  }
}

/** `crashed: refuses the connection` as its two parts; what this manager itself has found completes it. */
export function goneBecause(
  { why = '' }: Pick<PoolMemberView, 'why'>,
  ownReason?: string,
): { readonly word: string; readonly detail: string } {
  const colon = why.indexOf(': ');
  if (colon >= 0) return { word: why.slice(0, colon), detail: capital(why.slice(colon + 2)) };
  return { word: why, detail: ownReason ? capital(ownReason) : '' };
}

/** In order, so that nobody has to get up for it. */
export const wasShutDown = ({ standing, why = '' }: Pick<PoolMemberView, 'standing' | 'why'>): boolean =>
  standing === 'gone' && /^(shut down|left)/.test(why);

function whoStandsIn(id: string, absence: Absence | undefined): string {
  if (!absence) return '';
  if (absence.total === 0) return `No element is at home at ${id}.`;
  const unwatched = absence.unwatched === 0 ? '' : ` ${capital(unwatchedWords(absence))}.`;
  return `${takersOf(absence)}${unwatched}`.trim() || sentence(`nobody polls its ${elements(absence.total)} yet`);
}

const unwatchedWords = ({ unwatched, total, whole }: Absence): string =>
  unwatched === total
    ? `nobody polls its ${elements(total)}`
    : `${whole ? '' : 'at least '}${unwatched} ${unwatched === 1 ? 'is' : 'are'} unwatched`;

/** `Its 4 elements are polled by EM3 (3), EM1 (1).` */
function takersOf(absence: Absence | undefined): string {
  if (!absence || absence.takers.length === 0) return '';
  const { takers, total, unwatched, whole } = absence;
  const taken = total - unwatched;
  const what = `${elements(taken)} of its own ${taken === 1 ? 'is' : 'are'} polled by `;
  const by =
    takers.length === 1 && whole ? (takers[0]?.id ?? '') : takers.map(({ id, count }) => `${id} (${count})`).join(', ');
  return capital(`${what}${by}${whole ? '' : ' and others'}.`);
}

/** With fewer than a majority nothing is decided: one more is worth a word before it is lost. */
function voterMargin({ standing, members, quorum, cutOff }: PoolView): readonly Sentence[] {
  if (standing !== 'member' || quorum === 'none' || cutOff) return [];
  const voters = members.filter(({ voter }) => voter);
  const there = voters.filter(({ standing: one }) => one !== 'gone');
  const needed = Math.floor(voters.length / 2) + 1;
  if (there.length === voters.length || there.length !== needed) return [];
  return [
    {
      condition: 'warning',
      heading: `${there.length} of ${voters.length} voters are there`,
      text: `${needed} are needed to choose a master and to take over: until another is back or has been replaced, none of ${there.map(({ id }) => id).join(', ')} may be lost.`,
    },
  ];
}

function withoutQuorum({ standing, quorum, members }: PoolView): readonly Sentence[] {
  if (standing !== 'member' || quorum !== 'none') return [];
  return [
    {
      condition: 'unknown',
      heading: 'This pool decides without a majority',
      text: `While ${members.map(({ id }) => id).join(' and ')} do not reach each other, each may poll what the other polls, and act as master.`,
    },
  ];
}

export const elements = (count: number): string => (count === 1 ? '1 element' : `${count} elements`);
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
/** With a full stop, unless it ends already. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
