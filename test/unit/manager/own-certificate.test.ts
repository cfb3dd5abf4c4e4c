import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { certificateEvent, firstEndOf, OwnCertificate } from '../../../src/manager/own-certificate.js';
import type { NewEvent } from '../../../src/model/event.js';
import { CertificateAuthority } from '../../support/certificates.js';
import { needCounterpart } from '../../support/counterparts.js';
import { testEnv } from '../../support/test-env.js';

const DAY = 86_400_000;
const END = Date.UTC(2026, 5, 1);

describe('the certificate of a manager', () => {
  const cases: [daysLeft: number, severity: string | undefined, text: RegExp][] = [
    [31, undefined, /^$/],
    [30, 'warning', /ends on 2026-06-01, in 30 days/],
    [7.5, 'warning', /in 8 days/],
    [7, 'major', /in 7 days/],
    [0.1, 'major', /in 1 days/],
    [0, 'critical', /ended on 2026-06-01, and others refuse it/],
    [-400, 'critical', /ended on 2026-06-01/],
  ];
  for (const [days, severity, text] of cases)
    it(`with ${days} days left is ${severity ?? 'no trouble'}`, () => {
      const event = certificateEvent(END, END - days * DAY);
      expect(event?.severity).to.equal(severity);
      expect(event?.text ?? '').to.match(text);
    });

  it('is none where there is nothing to read', () => {
    expect(firstEndOf('')).to.equal(undefined);
    expect(firstEndOf('-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----')).to.equal(undefined);
  });

  it('is told of before it ends, whenever that gets nearer, and when it is renewed', async function () {
    needCounterpart(this, 'openssl');
    const authority = new CertificateAuthority();
    const [short, long] = [2, 60].map((days) => readFileSync(authority.server(`em${days}`, { days }).cert, 'utf8'));
    expect(firstEndOf(`${long}\n${short}`)).to.equal(firstEndOf(short ?? ''));

    const env = testEnv({ startMs: Date.now() - 40 * DAY });
    const told: string[] = [];
    const certificate = new OwnCertificate(env, ({ severity, alarm }: Omit<NewEvent, 'time'>) =>
      told.push(`${severity} ${alarm}`),
    );
    certificate.shown(short);
    expect(told).to.deep.equal([]);
    await env.clock.advance(13 * DAY);
    expect(new Set(told)).to.deep.equal(new Set(['warning certificate']));
    await env.clock.advance(30 * DAY);
    expect(new Set(told)).to.deep.equal(new Set(['warning certificate', 'major certificate', 'critical certificate']));
    certificate.shown(long);
    expect(told.at(-1)).to.equal('cleared certificate');
    certificate.shown(undefined);
    certificate.close();
    expect(env.clock.pending).to.equal(0);
  });
});
