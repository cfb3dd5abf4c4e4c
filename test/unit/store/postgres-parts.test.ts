import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { ConnectionLost, explain, isRefusal } from '../../../src/store/postgres/failures.js';
import { Link } from '../../../src/store/postgres/link.js';
import { lockKey, quoted, schemaOf } from '../../../src/store/postgres/place.js';
import { Where } from '../../../src/store/postgres/where.js';
import { FakeClock } from '../../support/fake-clock.js';

const thrown = (code: string, message = 'what the server says') => Object.assign(new Error(message), { code });

describe('a failure of PostgreSQL', () => {
  it('is one sentence with what to do, and none of what the server says', () => {
    const cases: [Error, RegExp, boolean][] = [
      [thrown('53100', 'could not extend file "base/1/2": No space left'), /no room on its disk; free space/, false],
      [thrown('53300'), /no connection left; raise/, false],
      [thrown('25006'), /can only be read.*primary/, true],
      [thrown('57P01'), /has ended the connection/, true],
      [thrown('57P03'), /is starting or ending/, true],
      [thrown('57014'), /took too long/, false],
      [thrown('55P03'), /locked by another program/, false],
      [thrown('28P01'), /refuses the password/, false],
      [thrown('28000'), /refuses the user/, false],
      [thrown('3D000'), /is not there; create it/, false],
      [thrown('XX001'), /is damaged/, false],
      [thrown('22P02', 'invalid input syntax: hush'), /the log has the details/, false],
      [thrown('ECONNREFUSED'), /does not take connections/, true],
      [thrown('ENOTFOUND'), /cannot be found/, true],
      [thrown('EHOSTUNREACH'), /cannot be reached/, true],
      [new Error('Connection terminated unexpectedly'), /has ended the connection/, true],
      [new Error('Query read timeout'), /does not answer in time/, true],
      [new Error('The server does not support SSL connections'), /has no TLS/, true],
      [thrown('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate'), /certificate that is not to be trusted/, true],
    ];
    for (const [error, text, isLost] of cases) {
      const explained = explain('postgres://u@h/d', error);
      expect(explained.message, error.message)
        .to.match(text)
        .and.match(/^the store postgres:\/\/u@h\/d /);
      expect(explained.message).to.not.include('what the server says').and.not.include('hush');
      expect([explained.code, explained.retryable]).to.deep.equal(['Store.Failed', true]);
      expect(explained instanceof ConnectionLost, explained.message).to.equal(isLost);
      expect(explained.cause).to.equal(error);
    }
  });

  it('of what is in a request is told from others', () => {
    for (const state of ['22003', '23505', '42P01', '54000']) expect(isRefusal(thrown(state)), state).to.equal(true);
    for (const state of ['53100', '57P01', '40001', 'ECONNRESET'])
      expect(isRefusal(thrown(state)), state).to.equal(false);
  });
});

describe('a link to PostgreSQL', () => {
  it('refuses at once within a pause after a failure, which grows', async () => {
    const clock = new FakeClock();
    let tries = 0;
    const link = new Link(clock, async () => {
      tries += 1;
      throw new PtpError('Store.Failed', `try ${tries}`);
    });
    const ask = () => link.session().catch((error: PtpError) => error.message);
    expect([await ask(), await ask()]).to.deep.equal(['try 1', 'try 1']);
    for (const [pauseMs, told] of [
      [249, 'try 1'],
      [1, 'try 2'],
      [499, 'try 2'],
      [1, 'try 3'],
      [60_000, 'try 4'],
      [4999, 'try 5'],
    ] as const) {
      await clock.advance(pauseMs);
      if (told === 'try 5') await clock.advance(1);
      expect(await ask(), `after ${pauseMs} ms`).to.equal(told);
    }
    expect(link.isFailing).to.equal(true);
  });
});

describe('a manager’s part of a database', () => {
  it('has a name of its own within what PostgreSQL takes', () => {
    expect(schemaOf('EM1')).to.equal('ptpmgr_EM1');
    const long = ['ü'.repeat(64), `${'ü'.repeat(63)}x`, 'a'.repeat(64)].map(schemaOf);
    for (const name of long) expect(Buffer.byteLength(name)).to.be.at.most(63);
    expect(new Set(long).size).to.equal(3);
    expect(schemaOf('a'.repeat(56))).to.equal(`ptpmgr_${'a'.repeat(56)}`);
  });

  it('is written in SQL as it is', () => expect(quoted('a"b')).to.equal('"a""b"'));

  it('has a lock of its own, a number of 64 bits', () => {
    expect(lockKey('a')).to.match(/^-?\d{15,19}$/);
    expect(lockKey('a')).to.not.equal(lockKey('b'));
  });
});

describe('conditions', () => {
  it('are numbered with their values, and search what is written', () => {
    const where = new Where();
    expect(where.sql).to.equal('');
    where.add('a = ? OR b = ?', 1, 2);
    where.addPart(['c', 'd'], '50%_\\');
    expect(where.sql).to.equal(
      `WHERE (a = $1 OR b = $2) AND (coalesce(c, '') COLLATE "C" ILIKE $3 OR coalesce(d, '') COLLATE "C" ILIKE $4)`,
    );
    expect(where.values).to.deep.equal([1, 2, '%50\\%\\_\\\\%', '%50\\%\\_\\\\%']);
  });
});
