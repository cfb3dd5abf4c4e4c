/**
 * `/managers/ID?ask=ACTION`: says what an action will do before it is done.
 *
 * `QUESTION` has the action, where its form goes, and `SENTENCE` for what will happen; `CHOICE` is a field with its
 * `OPTION`s.
 */
import { PtpError } from '../../base/errors.js';
import type { PoolMemberView, PoolView } from '../../manager/pool/pool-service.js';
import { ACTIONS, isManagerAction, requireRole } from '../actions.js';
import { managerLink } from '../links.js';
import type { PageContent, PageNode } from '../page-data.js';
import { lookAtPool } from '../pool-look.js';
import { elements } from '../pool-sentences.js';
import type { ViewContext } from './view.js';

interface Question {
  readonly title: string;
  /** Whether somebody may be sorry for it. */
  readonly grave: boolean;
  readonly sentences: readonly string[];
  readonly choice?: PageNode;
}

/** @throws PtpError `Client.Validation` for an action that is none, `Client.Forbidden`, `Client.NotFound`. */
export async function managerQuestion(context: ViewContext, id: string): Promise<PageContent> {
  const { base, query, call } = context;
  const action = query.text('ask');
  if (!isManagerAction(action) || action === 'resume') {
    throw new PtpError('Client.Validation', `"${action}" cannot be done with a manager; its page has what can`, {
      place: { path: 'ask' },
    });
  }
  requireRole(action, call);
  const pool = await lookAtPool(context);
  const member = pool?.view.members.find((one) => one.id === id);
  if (!pool || !member)
    throw new PtpError('Client.NotFound', `there is no manager "${id}" in the pool; /managers lists those that are`);
  const { title, grave, sentences, choice } = questionOf(action, member, pool.view);
  return {
    sheet: 'question',
    title,
    answers: [],
    own: {
      QUESTION: {
        action,
        word: ACTIONS[action].word,
        grave,
        subject: id,
        formHref: managerLink(base, id),
        backHref: managerLink(base, id),
        SENTENCE: sentences.map((text) => ({ text })),
        ...(choice ? { CHOICE: choice } : {}),
      },
    },
  };
}

function questionOf(
  action: 'pause' | 'report' | 'shutdown' | 'forget',
  member: PoolMemberView,
  view: PoolView,
): Question {
  const { id, owns } = member;
  switch (action) {
    case 'pause':
      return {
        title: `Pause ${id}?`,
        grave: false,
        sentences: [
          `${id} polls ${elements(owns)}. Paused, it polls nothing, and answers all the same.`,
          'It is resumed on this page.',
        ],
        choice: {
          name: 'keep',
          word: `What ${id} owns`,
          kind: 'radio',
          OPTION: [
            { value: '', label: 'is handed over first, and returns when it is resumed', selected: true },
            { value: 'yes', label: 'stays with it: nobody polls it meanwhile', selected: false },
          ],
        },
      };
    case 'shutdown':
      return {
        title: `Shut ${id} down?`,
        grave: true,
        sentences: [
          `${owns > 0 ? `Its ${elements(owns)} ${owns === 1 ? 'is' : 'are'} handed over without a missed poll, then` : 'Then'} its process ends, after 30 seconds at most.`,
          ...(view.master === id ? [`${id} is the master: it gives that up in order, and another is chosen.`] : []),
          ...voteWarning(member, view),
          'It cannot be started again from here, only on its own machine.',
        ],
      };
    case 'report':
      return {
        title: `Report that ${id} has failed?`,
        grave: false,
        sentences: [
          `${id} is questioned at once, on every way there is. Only if it is found to be gone do others take over what it polls.`,
          'Nothing happens to a manager that is alive.',
        ],
        choice: {
          name: 'successor',
          word: 'To take over',
          kind: 'select',
          OPTION: [
            { value: '', label: 'whoever suits best', selected: true },
            ...candidates(view, id).map((one) => ({ value: one, label: one, selected: false })),
          ],
        },
      };
    case 'forget':
      return {
        title: `Forget ${id} for good?`,
        grave: true,
        sentences: [
          `This is for a manager that will not come back. The elements that only ${id} listed are forgotten with it: nobody polls them any more.`,
          `To keep one of them, put it into the configuration of another manager first.`,
        ],
      };
  }
}

/** Who could be given something now. */
export const candidates = (view: PoolView, except: string): readonly string[] =>
  view.members
    .filter(({ id, standing, capacity }) => id !== except && standing === 'alive' && (capacity ?? 1) > 0)
    .map(({ id }) => id);

function voteWarning({ id, voter }: PoolMemberView, { members, quorum }: PoolView): readonly string[] {
  const voters = members.filter((one) => one.voter);
  const left = voters.filter((one) => one.id !== id && one.standing !== 'gone');
  if (!voter || quorum === 'none' || voters.length > 2 || left.length === 0) return [];
  return [`${left.map((one) => one.id).join(', ')} alone can then not take anything over if it has to.`];
}
