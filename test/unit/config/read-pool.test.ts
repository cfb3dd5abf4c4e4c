import { expect } from 'chai';
import { compareSettings } from '../../../src/config/compare.js';
import { readSettings } from '../../../src/config/load.js';
import { parseGroup } from '../../../src/config/quantities.js';
import type { Settings } from '../../../src/config/settings.js';

const manager = (id: string, port: number): string =>
  `<EMANAGER id="${id}"><HOST><HTTP_SERVER uri="localhost:${port}"/></HOST></EMANAGER>`;

async function read(body: string) {
  const host = '<HOST dnsname="localhost"><HTTP_SERVER/></HOST>';
  const text = `<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="EM1">${host}${body}</EMANAGER></PTP_CONFIG>`;
  return readSettings(text, '/somewhere/em.xml', { environment: {} });
}

async function good(body: string): Promise<Settings> {
  const { settings, faults } = await read(body);
  expect(faults).to.deep.equal([]);
  if (!settings) throw new Error('no settings');
  return settings;
}

describe('POOL', () => {
  it('has the defaults of the specification', async () => {
    expect((await good('')).pool).to.equal(undefined);
    expect((await good('<POOL/>')).pool).to.deep.equal({
      priority: 0,
      quorum: 'majority',
      heartbeatMs: 500,
      forgetMs: 60_000,
      found: false,
    });
  });

  it('takes every attribute, and all of them have an effect', async () => {
    const settings = await good(
      '<POOL name="lab" key="k" group="239.192.80.84:9000" priority="7" capacity="500" quorum="none" heartbeat="1s" forget="10s" found="true"/>',
    );
    expect(settings.pool).to.deep.equal({
      name: 'lab',
      key: 'k',
      group: { host: '239.192.80.84', port: 9000 },
      priority: 7,
      capacity: 500,
      quorum: 'none',
      heartbeatMs: 1000,
      forgetMs: 10_000,
      found: true,
    });
    expect(settings.withoutEffect).to.deep.equal([]);
  });

  it('forgets nobody sooner than after ten heartbeats, by default either', async () => {
    expect((await good('<POOL heartbeat="30s"/>')).pool?.forgetMs).to.equal(300_000);
  });

  it('lets two do without a majority, but not three', async () => {
    const two = `<NEIGHBORS>${manager('EM2', 8081)}</NEIGHBORS><POOL quorum="none"/>`;
    expect((await good(two)).pool?.quorum).to.equal('none');
    const { faults } = await read(two.replace('</N', `${manager('EM3', 8082)}</N`));
    expect(faults.map(({ message }) => message)).to.deep.equal([
      'quorum="none" is for two managers without a witness, but EM1, EM2, EM3 are named here; write quorum="majority"',
    ]);
  });

  it('warns of a group that no key protects', async () => {
    const { warnings } = await read('<POOL group="239.192.80.84"/>');
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      'group stands without key, so announcements are believed from this host only; add the key that all managers of the pool share',
    ]);
  });

  it('takes a second key beside the one in use', async () => {
    const before = await good('<POOL name="a" key="k"/>');
    const during = await good('<POOL name="a" key="k" acceptKey="l"/>');
    const change = compareSettings(before, during);
    expect(change.effects).to.deep.equal(['a second pool key is accepted']);
    expect(change.needsRestart).to.deep.equal([]);
    expect(compareSettings(during, before).effects).to.deep.equal(['no second pool key is accepted any more']);
    const { faults } = await read('<POOL acceptKey="l"/>');
    expect(faults.map(({ message }) => message)).to.deep.equal([
      'acceptKey stands beside a key only; write the one in use as key',
    ]);
  });

  it('changes key, priority and capacity while it runs, and nothing else', async () => {
    const before = await good('<POOL name="a" key="k"/>');
    const after = await good('<POOL name="a" key="l" priority="3" capacity="9"/>');
    const change = compareSettings(before, after);
    expect(change.effects).to.deep.equal([
      'the pool key is another',
      'the manager has another priority in the pool',
      'the manager can carry another poll cost per second',
    ]);
    expect(change.needsRestart).to.deep.equal([]);
    for (const other of ['', '<POOL name="b" key="k"/>', '<POOL name="a" key="k" heartbeat="1s"/>'])
      expect(compareSettings(before, await good(other)).needsRestart).to.deep.equal([
        'of the pool only key, priority and capacity can change while the manager runs',
      ]);
  });
});

describe('a group for announcements', () => {
  it('is a multicast or a broadcast address, with a port or without', () => {
    const groups: readonly (readonly [string, string, number])[] = [
      ['239.192.80.84:8897', '239.192.80.84', 8897],
      ['239.192.80.84', '239.192.80.84', 8897],
      ['[ff15::5054]', 'ff15::5054', 8897],
      ['[FF02::1]:1', 'FF02::1', 1],
      ['255.255.255.255:9', '255.255.255.255', 9],
      ['192.0.2.255', '192.0.2.255', 8897],
      ['10.0.0.7', '10.0.0.7', 8897],
      ['127.255.255.255:5', '127.255.255.255', 5],
    ];
    for (const [text, host, port] of groups) expect(parseGroup(text), text).to.deep.equal({ host, port });
  });

  it('is nothing else', () => {
    for (const text of [
      '',
      ':1',
      '192.0.2.1',
      '127.0.0.1:5',
      'pool.example',
      '[::1]:5',
      '[2001:db8::ff]',
      'ff15::5054',
      '239.1.1.1:0',
      '240.0.0.1',
      '239.1.1:5',
    ])
      expect(parseGroup(text), text).to.equal(undefined);
  });
});
