import { expect } from 'chai';
import { AddressBook, namesToResolve } from '../../../../src/manager/traps/address-book.js';
import { ResolvedNames } from '../../../../src/manager/traps/names.js';
import type { ElementKind, ElementName, ManagedElement } from '../../../../src/model/element.js';
import { testEnv } from '../../../support/test-env.js';

const element = (kind: ElementKind, id: string, place: Pick<ManagedElement, 'ip' | 'dnsname'>): ManagedElement => ({
  kind,
  id,
  name: `${kind}/${id}`,
  ...place,
  pool: false,
  customers: [],
  links: [],
  parents: [],
  access: [],
});

describe('the book of addresses', () => {
  const elements = [
    element('service', 'shop', { ip: '192.0.2.1' }),
    element('device', 'host', { ip: '192.0.2.1', dnsname: 'host.example' }),
    element('application', 'billing', { ip: '192.0.2.9' }),
    element('device', 'named', { dnsname: 'named.example' }),
    element('device', 'literal', { dnsname: '192.0.2.4' }),
    element('device', 'host', { ip: '192.0.2.1' }),
    element('service', 'nowhere', {}),
  ];
  const book = new AddressBook(elements, (name) => (name === 'named.example' ? ['192.0.2.7', '2001:db8::7'] : []));

  const table: readonly (readonly [address: string, owner: string])[] = [
    ['192.0.2.1', 'device/host'],
    ['192.0.2.9', 'application/billing'],
    ['192.0.2.7', 'device/named'],
    ['2001:db8::7', 'device/named'],
    ['192.0.2.4', 'device/literal'],
    ['192.0.2.2', 'unknown'],
    ['', 'unknown'],
  ];
  for (const [address, owner] of table) {
    it(`has ${owner} for "${address}"`, () => {
      const found = book.ownerOf(address);
      expect(found.is === 'element' ? found.element : found.is).to.equal(owner);
    });
  }

  it('knows names of elements, also of those without an address', () => {
    expect(
      ['service/nowhere', 'device/host', 'device/shop'].map((name) => book.knows(name as ElementName)),
    ).to.deep.equal([true, true, false]);
  });

  it('asks for names only where there is no address', () => {
    expect(namesToResolve(elements)).to.deep.equal(['named.example']);
  });
});

describe('names of elements', () => {
  it('are resolved one after the other, and again; one that fails keeps what it had', async () => {
    const env = testEnv();
    const asked: string[] = [];
    let isDown = false;
    let changes = 0;
    const names = new ResolvedNames(
      env,
      () => ['a.example', 'b.example'],
      () => {
        changes += 1;
      },
      async (name) => {
        asked.push(name);
        if (isDown) throw new Error('SERVFAIL');
        return [`192.0.2.${asked.length}`];
      },
    );
    names.begin();
    await env.clock.advance(10);
    expect(asked).to.deep.equal(['a.example']);
    expect(names.addressesOf('a.example')).to.deep.equal(['192.0.2.1']);
    await env.clock.advance(1000);
    expect(names.addressesOf('b.example')).to.deep.equal(['192.0.2.2']);
    expect(changes).to.equal(3);
    isDown = true;
    await env.clock.advance(601_000);
    expect(asked).to.have.length(4);
    expect(names.addressesOf('a.example')).to.deep.equal(['192.0.2.1']);
    names.end();
    await env.clock.advance(10);
    expect(env.clock.pending).to.equal(0);
  });
});
