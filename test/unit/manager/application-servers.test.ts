/** Who may send data in. */
import { expect } from 'chai';
import { senderOf } from '../../../src/manager/application-servers.js';
import type { Caller } from '../../../src/peer/peer.js';
import { peerCaller } from '../../../src/peer/security/authenticate.js';

const settings = { applicationServers: [{ uri: 'http://shop.example', user: 'shop' }] };
const user = (role: Caller['role']): Caller => ({ kind: 'user', name: 'shop', role, from: '127.0.0.1' });
const sender = (caller: Caller) => senderOf(caller, settings, 'pushStore').is;

describe('senders of data', () => {
  it('trusts operators and managers that are proved, and knows an application server', () => {
    expect(sender(user('operator'))).to.equal('trusted');
    expect(sender(peerCaller('em2', undefined, '127.0.0.1', false))).to.equal('trusted');
    expect(sender(user('viewer'))).to.equal('server');
  });

  it('believes nobody who signs with the key that everybody knows, whomever it calls itself or asks for', () => {
    const refusal = /open to operators, and to the user of an APPLICATION_SERVER/;
    expect(() => sender(peerCaller('em2', undefined, '127.0.0.1', true))).to.throw(refusal);
    expect(() => sender(peerCaller('shop', undefined, '127.0.0.1', true))).to.throw(refusal);
    expect(() => sender(peerCaller('em2', user('operator'), '127.0.0.1', true))).to.throw(refusal);
    expect(() => sender(peerCaller('em2', user('viewer'), '127.0.0.1', true))).to.throw(refusal);
  });
});
