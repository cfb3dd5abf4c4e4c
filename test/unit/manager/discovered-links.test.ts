import { assert } from 'chai';
import type { ElementFacts, Neighbour } from '../../../src/access/access.js';
import { ElementNames, linksOf } from '../../../src/manager/discovered-links.js';
import { ElementTable } from '../../../src/manager/element-table.js';
import type { ElementState } from '../../../src/store/store.js';
import { element } from '../../support/access.js';

const device = (id: string, more: Parameters<typeof element>[0] = {}) =>
  element({ id, name: `device/${id}`, ip: `192.0.2.${id.length}`, ...more });
const neighbour = (...names: string[]): Neighbour => ({
  via: 'lldp',
  port: 'eth0',
  names,
  remotePort: 'ge-0/0/1',
  capacity: '1G',
});

describe('links to discovered neighbours', () => {
  const names = new ElementNames();
  names.set(device('core1', { ip: '192.0.2.1', dnsname: 'core1.example.net' }), {
    hardwareAddresses: ['00:1b:c5:00:00:01'],
  });
  names.set(device('edge', { ip: '192.0.2.2' }), { sysName: 'EDGE-7.example.net' });
  names.set(device('twin-a', { ip: '192.0.2.3' }), { sysName: 'twin' });
  names.set(device('twin-b', { ip: '192.0.2.4' }), { sysName: 'twin' });
  const own = device('access1');
  const to = (...told: Neighbour[]) =>
    linksOf(own, told, names.find).map((link) => `${link.to}${link.managed === false ? '?' : ''}`);

  for (const [what, told, expected] of [
    ['its id', ['core1'], 'core1'],
    ['its name with a domain', ['CORE1.example.net.'], 'core1'],
    ['its name with another domain', ['core1.lan'], 'core1'],
    ['what it calls itself', ['edge-7'], 'edge'],
    ['its address', ['somebody', '192.0.2.2'], 'edge'],
    ['its hardware address', ['00:1B:C5:00:00:01'], 'core1'],
    ['a name that two have', ['twin'], 'twin?'],
    ['a name that nobody has', ['stranger', '198.51.100.1'], 'stranger?'],
  ] as const)
    it(`find an element by ${what}`, () => assert.deepEqual(to(neighbour(...told)), [expected]));

  it('say how they were found, from which port to which', () =>
    assert.deepEqual(linksOf(own, [neighbour('core1')], names.find), [
      { to: 'core1', capacity: '1G', label: 'eth0 – ge-0/0/1', discovered: 'lldp' },
    ]));

  it('stand beside those that are configured, and never in their place', () => {
    const configured = [{ to: 'core1', capacity: '10G', cost: 5 }];
    const links = linksOf({ ...own, links: configured }, [neighbour('core1'), neighbour('edge')], names.find);
    assert.deepEqual(
      links.map(({ to: other, discovered }) => [other, discovered]),
      [
        ['core1', undefined],
        ['edge', 'lldp'],
      ],
    );
    assert.strictEqual(linksOf({ ...own, links: configured }, [], names.find), configured);
  });

  it('by a bridge lead to elements only', () => {
    const heard = (name: string): Neighbour => ({ via: 'bridge', port: '1', names: [name] });
    assert.deepEqual(to(heard('00:1b:c5:00:00:01'), heard('00:1b:c5:00:00:99')), ['core1']);
  });

  it('lead to elements of the configuration that others poll, too', () => {
    let configured = [
      device('far', { ip: '192.0.2.7' }),
      device('twin-c', { dnsname: 'same' }),
      device('twin-d', { dnsname: 'same' }),
    ];
    const known = new ElementNames(() => configured);
    assert.deepEqual(['far', '192.0.2.7', 'same', 'near'].map(known.find), ['far', 'far', undefined, undefined]);
    configured = [device('near')];
    assert.deepEqual(['far', 'near'].map(known.find), [undefined, 'near']);
  });

  it('do not lead to the element itself', () => {
    names.set(own, {});
    assert.deepEqual(to(neighbour('access1')), []);
  });

  it('follow what elements are called', () => {
    const table = new ElementTable('EM1');
    const state = (name: ElementState['element']): ElementState => ({
      element: name,
      status: 'normal',
      since: 1,
      latest: [],
    });
    const facts: ElementFacts = { neighbours: [neighbour('router-9')] };
    const [here, there] = [device('here'), device('there', { ip: '192.0.2.9' })];
    table.define(here, { term: 1, number: 1, giver: 'EM1' }, state(here.name), facts);
    table.define(there, { term: 1, number: 1, giver: 'EM1' }, state(there.name), {});
    const links = () => {
      table.apply(here.name, { facts: { ...facts } });
      return table.get(here.name)?.links.map(({ to: other, managed }) => [other, managed]);
    };
    assert.deepEqual(links(), [['router-9', false]]);
    table.apply(there.name, { facts: { sysName: 'router-9' } });
    assert.deepEqual(links(), [['there', undefined]]);
    table.remove(there.name);
    assert.deepEqual(links(), [['router-9', false]]);
  });
});
