/**
 * Forms are safe against other sites: a POST has to come from a page of this portal.
 *
 * Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`), and with Basic authentication they send the
 * password along with whatever another site makes them ask for. The token in each form is the second lock: it is made
 * for one user by one process, and another site cannot read it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { Random } from '../base/env.js';
import { PtpError } from '../base/errors.js';
import { bodyOf } from '../peer/http-server.js';
import type { Caller } from '../peer/peer.js';

export interface FormGuard {
  tokenFor(caller: Caller): string;
  /** @throws PtpError `Client.Forbidden` unless the request was made by a form of this portal, for this caller. */
  check(request: Request, caller: Caller, token: string | null): void;
}

export function createFormGuard(random: Random): FormGuard {
  const secret = random.bytes(32);
  const tokenFor = (caller: Caller) =>
    createHmac('sha256', secret).update(`${caller.kind}\n${caller.name}`).digest('base64url');
  return {
    tokenFor,
    check(request, caller, token) {
      if (!sameOrigin(request)) {
        throw new PtpError(
          'Client.Forbidden',
          'the request was made by a page of another site; use the form of this portal',
        );
      }
      const expected = Buffer.from(tokenFor(caller));
      const given = Buffer.from(token ?? '');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new PtpError('Client.Forbidden', 'the form is too old or was made for another user; load its page again');
      }
    },
  };
}

/** A page of alarms may all be ticked, with a note; no other form of the portal comes near this. */
const LARGEST_FORM_BYTES = 32_768;

/** @throws PtpError `Client.TooLarge`, or `Client.MediaType` for what is no form. */
export function formFields(request: Request): URLSearchParams {
  const body = bodyOf(request);
  if (body.length > LARGEST_FORM_BYTES) {
    throw new PtpError(
      'Client.TooLarge',
      `the form is larger than ${LARGEST_FORM_BYTES} bytes, and so than any form of this portal`,
    );
  }
  if (body.length > 0 && !request.is('application/x-www-form-urlencoded')) {
    throw new PtpError('Client.MediaType', 'a form is sent as application/x-www-form-urlencoded');
  }
  return new URLSearchParams(body.toString('utf8'));
}

function sameOrigin(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  const origin = request.get('origin');
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === request.get('host');
}
