import { assert } from 'chai';
import { type Finding, failureOf, findingOf } from '../../../../../src/access/snmp/usm/findings.js';

describe('findings of SNMPv3', () => {
  const reports: readonly (readonly [oid: string, finding: Finding, code: string, words: RegExp])[] = [
    ['1.3.6.1.6.3.15.1.1.1.0', 'unsupportedLevel', 'Access.Denied', /does not offer the user this level/],
    ['1.3.6.1.6.3.15.1.1.2.0', 'notInTime', 'Access.Protocol', /clock/],
    ['1.3.6.1.6.3.15.1.1.3.0', 'unknownUser', 'Access.Denied', /does not know the user/],
    ['1.3.6.1.6.3.15.1.1.4.0', 'unknownEngine', 'Access.Protocol', /engine id/],
    ['1.3.6.1.6.3.15.1.1.5.0', 'wrongDigest', 'Access.Denied', /refuses the password; authPassword/],
    ['1.3.6.1.6.3.15.1.1.6.0', 'decryptionError', 'Access.Denied', /privPassword and privProtocol/],
    ['1.3.6.1.6.3.11.2.1.1.0', 'unknownModel', 'Access.Protocol', /user-based/],
    ['1.3.6.1.6.3.11.2.1.2.0', 'invalidMessage', 'Access.Protocol', /version 3/],
    ['1.3.6.1.6.3.11.2.1.3.0', 'noHandler', 'Access.Protocol', /engine id/],
    ['1.3.6.1.6.3.12.1.4.0', 'unavailableContext', 'Access.NotFound', /context/],
    ['1.3.6.1.6.3.12.1.5.0', 'unknownContext', 'Access.NotFound', /does not know the context/],
    ['1.3.6.1.6.3.15.1.1.5', 'wrongDigest', 'Access.Denied', /authPassword/],
    ['1.3.6.1.6.3.15.1.1.7.0', 'unknownReport', 'Access.Denied', /does not make known/],
    ['1.3.6.1.2.1.1.3.0', 'unknownReport', 'Access.Denied', /does not make known/],
  ];
  for (const [oid, finding, code, words] of reports)
    it(`tell of ${oid} as ${finding}`, () => {
      assert.equal(findingOf(oid), finding);
      const cause = new Error('cause');
      const failure = failureOf(finding, 'snmp 10.0.0.1:161', cause);
      assert.equal(failure.code, code);
      assert.match(failure.message, words);
      assert.match(failure.message, /^snmp 10\.0\.0\.1:161 /);
      assert.strictEqual(failure.cause, cause);
    });

  it('tell of silence as of a timeout', () => {
    const failure = failureOf('neverDecrypted', 'snmp 10.0.0.1:161');
    assert.equal(failure.code, 'Access.Timeout');
    assert.match(failure.message, /privPassword and privProtocol/);
  });
});
