/** A notice as JSON, posted to a webhook (docs/notifications.md). */
import { jsonBody } from '../../assess/notices/json.js';
import type { Credential } from '../access.js';
import { httpUrl } from '../http/request.js';
import { postHttp } from './http-post.js';
import type { NoticeSender } from './sender.js';

export interface WebhookOptions {
  readonly url: string;
  readonly ca: string | undefined;
  readonly credential: Credential | undefined;
}

/** @throws PtpError `Access.Settings` */
export function webhookSender({ url: text, ca, credential }: WebhookOptions): NoticeSender {
  const url = httpUrl(text);
  const place = url.origin;
  return {
    place,
    async send({ message, telling }, signal) {
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'idempotency-key': headerValue(message.id),
      };
      await postHttp({ url, place, ca, credential, headers, body: jsonBody(message, telling) }, signal);
      return undefined;
    },
  };
}

/** Ids of managers and destinations may be written in any alphabet; a header is ASCII. */
const headerValue = (id: string): string => id.replace(/[^\x21-\x7e]/g, (one) => encodeURIComponent(one));
