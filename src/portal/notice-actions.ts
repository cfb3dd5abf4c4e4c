/** What a person does with a destination of notices from its page: sending it a test message. */
import { PtpError } from '../base/errors.js';
import { roleAtLeast } from '../model/manager.js';
import type { CallContext, Invoke } from '../peer/peer.js';
import { fullStop, type Outcome } from './actions.js';

export const isNoticeAction = (name: string | null): name is 'test' => name === 'test';

/** As the operation has it. */
export const mayTest = ({ caller }: Pick<CallContext, 'caller'>): boolean => roleAtLeast(caller.role, 'operator');

export interface NoticeParts {
  readonly invoke: Invoke;
  readonly call: CallContext;
  /** The manager whose page it was, where that is another one. */
  readonly remote?: string;
}

/** @throws PtpError where it could not be tried at all. */
export async function performOnNotices({ invoke, call, remote }: NoticeParts, form: URLSearchParams): Promise<Outcome> {
  const destination = form.get('destination') ?? '';
  const content = { destination };
  try {
    if (remote === undefined) await invoke('testDestination', content, call);
    else await invoke('relay', { manager: remote, request: { operation: 'testDestination', content } }, call);
  } catch (thrown) {
    // What the destination said is what was asked for.
    if (!(thrown instanceof PtpError) || thrown.fault !== 'Server.Unavailable') throw thrown;
    return {
      title: `${destination} did not take the test message`,
      condition: 'major',
      sentences: [fullStop(thrown.message)],
    };
  }
  return {
    title: `${destination} took the test message`,
    condition: 'normal',
    sentences: ['Whether it has come to people only they can say.'],
  };
}
