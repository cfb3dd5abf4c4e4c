import { expect } from 'chai';
import { addressOf, contains, hostRange, parseNetwork } from '../../../src/config/networks.js';

const network = (text: string) => {
  const parsed = parseNetwork(text);
  if (!parsed) throw new Error(`${text} is a network`);
  return parsed;
};

describe('networks', () => {
  it('have the addresses that devices can have', () => {
    const addresses = (text: string) => {
      const one = network(text);
      const { first, count } = hostRange(one);
      return [addressOf(first, one.version), addressOf(first + BigInt(count - 1), one.version), count];
    };
    expect(addresses('192.0.2.0/24')).to.deep.equal(['192.0.2.1', '192.0.2.254', 254]);
    expect(addresses('192.0.2.77/30')).to.deep.equal(['192.0.2.77', '192.0.2.78', 2]);
    expect(addresses('192.0.2.4/31')).to.deep.equal(['192.0.2.4', '192.0.2.5', 2]);
    expect(addresses('192.0.2.4')).to.deep.equal(['192.0.2.4', '192.0.2.4', 1]);
    expect(addresses('0.0.0.0/0')[2]).to.equal(2 ** 32 - 2);
    expect(addresses('2001:db8::/120')).to.deep.equal(['2001:db8::', '2001:db8::ff', 256]);
    expect(addresses('::ffff:192.0.2.1/128')).to.deep.equal(['::ffff:c000:201', '::ffff:c000:201', 1]);
    expect(addresses('2001:db8:1:2:3:4:5:6')[0]).to.equal('2001:db8:1:2:3:4:5:6');
  });

  it('hold what is in them and nothing else', () => {
    const held = ['192.0.1.255', '192.0.2.0', '192.0.2.255', '192.0.3.0', '::1', 'x', '192.0.2.1/33'];
    expect(held.map((one) => contains(network('192.0.2.0/24'), one))).to.deep.equal([
      false,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(contains(network('2001:db8::/32'), '2001:db8:ffff::1')).to.equal(true);
    expect(contains(network('2001:db8::/32'), '2001:db9::1')).to.equal(false);
  });

  it('are not made of anything else', () => {
    for (const text of ['', '192.0.2.0/', '192.0.2.0/33', '192.0.2.0/1/2', '192.0.2/24', 'fe80::1%eth0/64', '::/129'])
      expect(parseNetwork(text), text).to.equal(undefined);
  });
});
