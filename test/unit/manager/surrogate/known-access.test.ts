import { expect } from 'chai';
import { exportDefinition, importDefinition } from '../../../../src/manager/pool/bundle/definition.js';
import { type KnownElements, permission } from '../../../../src/manager/surrogate/known-access.js';
import type { AccessSpec, ManagedElement } from '../../../../src/model/element.js';
import { access, element } from '../../../support/access.js';

const HTTP = access('http', { url: 'http://10.0.0.1/', expect: '200' }, { via: 'EM2', credential: 'site' });
const one = (spec: AccessSpec, over: Partial<ManagedElement> = {}) =>
  element({ access: [spec], ip: '10.0.0.1', ...over });

/** As it comes from the owner: without secrets, and through JSON. */
const asked = (defined: ManagedElement, position = 0) => {
  const sent = importDefinition(exportDefinition(defined));
  const spec = sent.access[position];
  if (!spec) throw new Error('no such access');
  return { element: sent, access: spec };
};
const known = (over: Partial<KnownElements>): KnownElements => ({
  self: 'EM2',
  listed: undefined,
  pooled: undefined,
  ...over,
});
const reasonOf = (...by: Parameters<typeof permission>): string => {
  const allowed = permission(...by);
  return allowed.is === 'refused' ? allowed.reason : 'permitted';
};

describe('what a surrogate polls for others', () => {
  it('is what the pool says, in the time that the owner gives it, tried once', () => {
    const pooled = one(HTTP);
    const sent = asked(one({ ...HTTP, intervalMs: 7000, timeoutMs: 900, retries: 3 }));
    const allowed = permission(sent, known({ pooled }));
    expect(allowed).to.deep.equal({
      is: 'permitted',
      element: pooled,
      access: { ...HTTP, intervalMs: 7000, timeoutMs: 900, retries: 0 },
    });
  });

  it('is what its own configuration lists, with the secrets that stand there', () => {
    const spec = access('snmp', { community: 'secret', port: '1161' });
    const listed = one(spec);
    const allowed = permission(asked(one({ ...spec, via: 'EM2' })), known({ listed, pooled: one(HTTP) }));
    expect(allowed.is === 'permitted' && allowed.access.options).to.deep.equal(spec.options);
    expect(allowed.is === 'permitted' && allowed.element).to.equal(listed);
  });

  it('may be another access of the element than the first, wherever that stands', () => {
    const pooled = one(HTTP, { access: [HTTP, access('probe', { kind: 'icmp' }, { via: 'EM2' })] });
    const sent = asked(one(HTTP, { access: [pooled.access[1] ?? HTTP, HTTP] }));
    expect(permission(sent, known({ pooled }))).to.have.nested.property('access.method', 'probe');
  });

  const pooled = one(HTTP);
  const refusals: readonly (readonly [what: string, by: Parameters<typeof permission>, words: RegExp])[] = [
    ['nobody knows', [asked(pooled), known({})], /^neither its configuration nor the pool knows device\/probe/],
    ['is to be reached through another', [asked(one({ ...HTTP, via: 'EM3' })), known({ pooled })], /does not name EM2/],
    ['is to be reached directly', [asked(one({ ...HTTP, via: undefined })), known({ pooled })], /does not name EM2/],
    [
      'the pool reaches through another',
      [asked(pooled), known({ pooled: one({ ...HTTP, via: 'EM3' }) })],
      /known there with another/,
    ],
    [
      'it reaches through another itself',
      [asked(pooled), known({ listed: one({ ...HTTP, via: 'EM1' }), pooled })],
      /^its configuration reaches device\/probe through EM1; only one can be/,
    ],
    [
      'has another address',
      [asked(one(HTTP, { ip: '127.0.0.1' })), known({ pooled })],
      /with another address or http access/,
    ],
    [
      'has another name to resolve',
      [asked(one(HTTP, { dnsname: 'x' })), known({ pooled, listed: pooled })],
      /another address/,
    ],
    [
      'is asked something else',
      [asked(one({ ...HTTP, options: { url: 'http://127.0.0.1:8500/v1/kv' } })), known({ pooled, listed: pooled })],
      /a change may be on its way, else let both list the same/,
    ],
    [
      'is asked with another credential',
      [asked(one({ ...HTTP, credential: 'root' })), known({ pooled })],
      /known there with/,
    ],
    [
      'is asked other commands',
      [asked(one({ ...HTTP, commands: ['reload'] })), known({ pooled, listed: pooled })],
      /known there with/,
    ],
    [
      'is asked for another value',
      [asked(one({ ...HTTP, metrics: [{ name: 'x', regex: '(.*)' }] })), known({ pooled })],
      /known there with/,
    ],
  ];
  for (const [what, by, words] of refusals) {
    it(`is not what ${what}`, () => {
      expect(reasonOf(...by)).to.match(words);
    });
  }

  for (const spec of [
    access('file', { path: '/etc/shadow' }, { via: 'EM2' }),
    access('xml', { path: '/etc/ptpmgr.xml' }, { via: 'EM2' }),
    access('api', { module: './anything.js' }, { via: 'EM2' }),
  ]) {
    it(`is no ${spec.method} of its own disk that only the pool knows`, () => {
      expect(reasonOf(asked(one(spec)), known({ pooled: one(spec) }))).to.match(
        /^a surrogate reads files and runs modules/,
      );
      expect(reasonOf(asked(one(spec)), known({ listed: one({ ...spec, via: undefined }) }))).to.equal('permitted');
    });
  }
});
