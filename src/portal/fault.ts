/** What went wrong, as a page: the code, a sentence and the place, never more. */
import { PtpError } from '../base/errors.js';
import type { PageContent } from './page-data.js';

const TITLES: Readonly<Record<number, string>> = {
  400: 'That cannot be asked',
  401: 'Who are you?',
  403: 'Not for you',
  404: 'Not found',
  405: 'Pages are only read',
  409: 'That does not fit',
  413: 'Too large',
  503: 'Not available now',
  504: 'No answer in time',
};

export function faultContent({ http: status, fault: code, message, retryable, place }: PtpError): PageContent {
  const path = place.path === undefined ? {} : { path: place.path };
  return {
    sheet: 'fault',
    title: TITLES[status] ?? (status >= 500 ? 'Something failed' : 'That cannot be done'),
    status,
    fault: { code, message, ...path },
    answers: [],
    own: { FAULT: { status, code, message, retryable, ...path } },
  };
}

/** Faults that Express and its parsers throw, as ours; anything else stays what it is. */
export function fromHttpFault(thrown: unknown): unknown {
  if (thrown instanceof PtpError || !(thrown instanceof Error) || !('status' in thrown)) return thrown;
  switch (thrown.status) {
    case 400:
      return new PtpError('Client.Validation', 'the request is not well formed', { cause: thrown });
    case 404:
      return new PtpError('Client.NotFound', 'there is no such page; the first page leads to all others', {
        cause: thrown,
      });
    case 413:
      return new PtpError('Client.TooLarge', 'the form is larger than any form of this portal', { cause: thrown });
    case 415:
      return new PtpError('Client.MediaType', 'the form has an encoding that is not supported', { cause: thrown });
    default:
      return thrown;
  }
}
