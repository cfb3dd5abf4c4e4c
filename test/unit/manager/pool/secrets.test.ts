import { expect } from 'chai';
import type { Credential } from '../../../../src/config/settings.js';
import { elementOffers } from '../../../../src/manager/pool/offer.js';
import { sealKeys } from '../../../../src/manager/pool/sealing.js';
import { Secrets, sealedIn } from '../../../../src/manager/pool/secrets.js';
import type { ManagedElement } from '../../../../src/model/element.js';
import { seededRandom, testEnv } from '../../../support/test-env.js';

const ACCESS = {
  method: 'snmp',
  intervalMs: 60_000,
  timeoutMs: 5000,
  retries: 1,
  options: {},
  commands: [],
  metrics: [],
  events: [],
  thresholds: [],
} as const;
const element = (...credentials: (string | undefined)[]): ManagedElement => ({
  kind: 'device',
  id: 'core1',
  name: 'device/core1',
  pool: false,
  customers: [],
  links: [],
  parents: [],
  access: credentials.map((credential) => ({ ...ACCESS, ...(credential !== undefined && { credential }) })),
});
const community: Credential = { id: 'c1', community: 's3cret' };
const v3: Credential = { id: 'c2', user: 'u', authPassword: 'a-s3cret', privPassword: 'p-s3cret', authProtocol: 'SHA' };
const ssh: Credential = {
  id: 'c3',
  user: 'u',
  password: 'pw-s3cret',
  privateKey: '/etc/key',
  passphrase: 'ph-s3cret',
  hostKey: 'h',
};

describe('secrets', () => {
  const random = seededRandom(9);
  const own = (...all: Credential[]) => new Map(all.map((one) => [one.id, one]));
  const manager = (
    self: string,
    credentials: Map<string, Credential>,
    { offered = {}, told = {} }: { offered?: Record<string, string>; told?: Record<string, string | Error> } = {},
  ) => {
    const env = testEnv();
    const asked: string[] = [];
    const secrets = new Secrets({
      env,
      self,
      keys: sealKeys(random.bytes(32)),
      own: () => credentials,
      offered: (id) => offered[id],
      ask: async (id) => {
        asked.push(id);
        const key = told[id];
        if (key instanceof Error) throw key;
        return key;
      },
    });
    return { env, secrets, asked };
  };

  it('go sealed from owner to taker, and on to the next', async () => {
    const em3 = manager('EM3', own());
    const em2 = manager('EM2', own(), { offered: { EM3: em3.secrets.publicKey } });
    const em1 = manager('EM1', own(community, v3, ssh), { offered: { EM2: em2.secrets.publicKey } });
    const polled = element('c1', 'c2', 'c3', undefined, 'c1');
    const sealed = await em1.secrets.sealed(polled, 'EM2');
    expect(sealed).to.be.a('string');
    em2.secrets.open('device/core1', sealed ?? '');
    expect(em2.secrets.credential('device/core1', 'c1')).to.deep.equal(community);
    expect(em2.secrets.credential('device/core1', 'c2')).to.deep.equal(v3);
    // The file of a key lies on the machine where it was.
    expect(em2.secrets.credential('device/core1', 'c3')).to.deep.equal({
      id: 'c3',
      user: 'u',
      password: 'pw-s3cret',
      hostKey: 'h',
    });
    expect(em2.secrets.credential('device/other', 'c1')).to.equal(undefined);
    em3.secrets.open('device/core1', (await em2.secrets.sealed(polled, 'EM3')) ?? '');
    expect(em3.secrets.credential('device/core1', 'c1')).to.deep.equal(community);
    em2.secrets.forget('device/core1');
    expect(em2.secrets.credential('device/core1', 'c1')).to.equal(undefined);
    expect(`${em1.env.log.text}${em2.env.log.text}${em3.env.log.text}`).not.to.include('s3cret');
  });

  it('are sealed once for each receiver, until they change', async () => {
    const [em2, em3] = [manager('EM2', own()), manager('EM3', own())];
    const offered = { EM2: em2.secrets.publicKey, EM3: em3.secrets.publicKey };
    const credentials = own(community);
    const em1 = manager('EM1', credentials, { offered });
    const sealed = async (to: string) => (await em1.secrets.sealed(element('c1'), to)) ?? '';
    const first = await sealed('EM2');
    expect(await sealed('EM2')).to.equal(first);
    expect(await sealed('EM3')).not.to.equal(first);
    credentials.set('c1', { id: 'c1', community: 'new' });
    const changed = await sealed('EM2');
    expect(changed).not.to.equal(first);
    em2.secrets.open('device/core1', changed);
    expect(em2.secrets.credential('device/core1', 'c1')).to.deep.equal({ id: 'c1', community: 'new' });
  });

  it('of the own configuration go first', async () => {
    const mine = { id: 'c1', community: 'mine' };
    const em2 = manager('EM2', own(mine));
    const em1 = manager('EM1', own(community), { offered: { EM2: em2.secrets.publicKey } });
    em2.secrets.open('device/core1', (await em1.secrets.sealed(element('c1'), 'EM2')) ?? '');
    expect(em2.secrets.credential('device/core1', 'c1')).to.equal(mine);
  });

  it('are none where an element needs none, or none is known', () => {
    const { secrets } = manager('EM1', own(community), { offered: { EM2: 'x' } });
    expect(secrets.sealed(element(undefined), 'EM2')).to.equal(undefined);
    expect(secrets.sealed(element('unknown'), 'EM2')).to.equal(undefined);
  });

  it('ask the receiver for its key where the pool does not tell it, once for many', async () => {
    const em2 = manager('EM2', own());
    const em1 = manager('EM1', own(community), { told: { EM2: em2.secrets.publicKey, EM4: new Error('silent') } });
    const both = await Promise.all([
      em1.secrets.sealed(element('c1'), 'EM2'),
      em1.secrets.sealed(element('c1'), 'EM2'),
    ]);
    expect(em1.asked).to.deep.equal(['EM2']);
    for (const sealed of both) {
      em2.secrets.open('device/core1', sealed ?? '');
      expect(em2.secrets.credential('device/core1', 'c1')).to.deep.equal(community);
    }
    expect(em1.secrets.sealed(element('c1'), 'EM2')).to.be.a('string');
    await em1.env.clock.advance(61_000);
    await em1.secrets.sealed(element('c1'), 'EM2');
    expect(em1.asked).to.deep.equal(['EM2', 'EM2']);
    expect(await em1.secrets.sealed(element('c1'), 'EM3')).to.equal(undefined);
    expect(await em1.secrets.sealed(element('c1'), 'EM4')).to.equal(undefined);
    expect(em1.env.log.text).to.include('EM3').and.to.include('EM4');
  });

  it('that cannot be opened are left out, and the log says so', () => {
    const { secrets, env } = manager('EM2', own());
    secrets.open('device/core1', '1.RU0x.nonsense');
    expect(secrets.credential('device/core1', 'c1')).to.equal(undefined);
    expect(env.log.text).to.include('device/core1');
  });

  it('are found in a bundle, and in nothing else', () => {
    expect(sealedIn('{"version":1,"sealed":"1.a.b"}')).to.equal('1.a.b');
    for (const body of ['', '{"version":1}', '{"sealed":', '{"sealed":5}', `{"sealed":"${'x'.repeat(70_000)}"}`])
      expect(sealedIn(body), body.slice(0, 20)).to.equal(undefined);
  });

  it('keep an element where it is while they may not travel', () => {
    const settings = {
      id: 'EM1',
      manages: true,
      credentials: own(community, ssh),
      elements: [element('c1'), { ...element('c3'), name: 'device/b' }, { ...element(undefined), name: 'device/c' }],
    };
    const stationary = (hasKey: boolean) =>
      elementOffers({ role: 'EM', settings, methods: [], costOf: () => 1, hasKey } as never).map(
        (one) => one.stationary,
      );
    expect(stationary(true)).to.deep.equal([false, true, false]);
    expect(stationary(false)).to.deep.equal([true, true, false]);
  });

  it('that are too long to travel keep no other from being offered', () => {
    const settings = {
      manages: true,
      credentials: new Map(),
      elements: [
        { ...element(undefined), label: 'x'.repeat(600_000) },
        { ...element(undefined), name: 'device/b' },
      ],
    };
    const offered = elementOffers({ role: 'EM', settings, methods: [], costOf: () => 1, hasKey: true } as never);
    expect(offered.map(({ name }) => name)).to.deep.equal(['device/b']);
  });
});
