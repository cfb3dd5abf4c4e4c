/** Who may do what, and how it is proved: keys between managers, users and roles, certificates, addresses. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { systemEnv } from '../../src/base/system-env.js';
import { HttpConnection } from '../../src/peer/http-connection.js';
import { hashPassword } from '../../src/peer/security/password.js';
import { OPEN_POOL_KEY, poolKeys } from '../../src/peer/security/pool-keys.js';
import { RequestSigner } from '../../src/peer/security/signature.js';
import { NAMESPACE } from '../../src/xml/messages/operations.js';
import { type Certificate, CertificateAuthority } from '../support/certificates.js';
import { counterpart } from '../support/counterparts.js';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { until } from '../support/processes.js';
import {
  type Account,
  ask,
  CONTEXT,
  device,
  faultOf,
  httpAccess,
  known,
  LOOKING,
  POOL,
  page,
  ptpmgr,
  Site,
  stopAll,
  untilAnswers,
} from './world.js';

const env = systemEnv('error');
const EVENTS = { events: [{ severity: 'minor' as const, name: 'test', text: 'by hand' }] };

describe('managers without a pool key', function () {
  this.timeout(60_000);
  let eim: ManagerProcess;
  let em: ManagerProcess;
  let stranger: ManagerProcess;

  before(async () => {
    const [eimPort = 0, port = 0] = await Promise.all([1, 2].map(freeTcpPort));
    const [eimXml, emXml] = [
      referenceXml({ id: 'EIM1', role: 'EIM', port: eimPort, scheme: 'http' }),
      referenceXml({ id: 'EM1', role: 'EM', port, scheme: 'http' }),
    ];
    eim = await ManagerProcess.create({ id: 'EIM1', role: 'EIM', port: eimPort });
    em = await ManagerProcess.create({ id: 'EM1', port, body: `${eimXml}${LOOKING}` });
    stranger = await ManagerProcess.create({
      id: 'EM2',
      body: `${eimXml}<NEIGHBORS>${emXml}</NEIGHBORS>${POOL}${LOOKING}`,
    });
    // In this order, so that the first thing that is known of another is not that nothing listens there yet.
    for (const manager of [eim, em, stranger]) await manager.start();
  });
  after(() => stopAll(eim, em, stranger));

  it('register with each other on one host', async () => {
    await untilAnswers('EM1 is registered', [eim, 'getNeighbors', {}], (answer) => known(answer).includes('EM1 alive'));
    await untilAnswers(
      'EM1 says so',
      [em, 'getStatus', {}],
      ({ managers }) => managers[0]?.registeredWith.length === 1,
    );
  });

  it('may look at each other, and nothing else', async () => {
    const connection = new HttpConnection({
      env,
      to: { id: 'EM1', origin: em.origin, context: CONTEXT.EM },
      signer: new RequestSigner('EM7', env),
      keys: () => poolKeys([OPEN_POOL_KEY]),
    });
    expect(await connection.call('areYouThere', {})).to.include({ id: 'EM1' });
    expect(await faultOf(connection.call('sendEvent', EVENTS))).to.equal(
      'Client.Forbidden: sendEvent is open to operators, and to the user of an APPLICATION_SERVER who signs in here; EM7 is neither',
    );
    expect(await faultOf(connection.call('getConfig', {}))).to.match(/^Client\.Forbidden/);
    await connection.close();
  });

  it('and one that has a key refuse each other, and say why', async () => {
    const { neighbors } = await untilAnswers('it has asked both', [stranger, 'getNeighbors', {}], (answer) =>
      answer.neighbors.every(({ reach }) => reach !== 'unknown'),
    );
    expect(known({ neighbors })).to.deep.equal(['EIM1 refused', 'EM1 refused']);
    for (const { reason } of neighbors)
      expect(reason).to.match(/did not accept our proof; pool key and manager ids must be the same/);
    expect(known(await ask(eim, 'getNeighbors', {}))).to.deep.equal(['EM1 alive']);
  });
});

describe('users of a manager', function () {
  this.timeout(60_000);
  const accounts = new Map<string, Account>(
    ['viewer', 'operator', 'admin'].map((role) => [role, { name: `the-${role}`, password: `"${role}" & <pass>: ü` }]),
  );
  let site: Site;
  let em: ManagerProcess;
  let users: readonly string[] = [];

  before(async () => {
    site = await Site.start();
    users = await Promise.all(
      [...accounts].map(async ([role, { name, password }]) => {
        const made = await ptpmgr(['passwd', name, '--role', role], `${password}\n`);
        expect(made.code, made.output).to.equal(0);
        return made.stdout;
      }),
    );
    em = await ManagerProcess.create({
      id: 'EM1',
      body: `<SECURITY anonymous="none">${users.join('')}</SECURITY><DEVICES>${device('core1', httpAccess(site, '/core1'))}</DEVICES>`,
    });
    await em.start();
  });
  after(async () => {
    await stopAll(em);
    await site.close();
  });

  /** HTTP status and fault code of a SOAP 1.1 request with a UsernameToken. */
  async function byToken({ name, password }: Account, operation: string, content: string): Promise<string> {
    const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
    const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
    const type = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText';
    const response = await fetch(`${em.url}/soap`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' },
      body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><s:Security xmlns:s="${wsse}">
        <s:UsernameToken><s:Username>${escaped(name)}</s:Username><s:Password Type="${type}">${escaped(password)}</s:Password></s:UsernameToken>
        </s:Security></e:Header><e:Body><${operation} xmlns="${NAMESPACE}">${content}</${operation}></e:Body></e:Envelope>`,
    });
    const text = await response.text();
    return `${response.status} ${/<(?:\w+:)?faultcode[^>]*>(?:\w+:)?([^<]*)/.exec(text)?.[1] ?? `${operation}Response`}`;
  }

  for (const [role, look, poll] of [
    ['viewer', true, false],
    ['operator', true, true],
    ['admin', true, true],
  ] as const) {
    it(`that are ${role} ${poll ? 'may look and act' : 'may look, and not act'}, whichever way they prove themselves`, async () => {
      const account = accounts.get(role);
      if (!account) throw new Error(role);
      const allowed = (is: boolean) =>
        is
          ? /^answered/
          : /^Client\.Forbidden: .* is open to (?:the role operator only|operators, and to the user of an APPLICATION_SERVER)/;
      expect(await faultOf(ask(em, 'getDevices', {}, account))).to.match(allowed(look));
      expect(await faultOf(ask(em, 'pollNow', { element: 'core1' }, account))).to.match(allowed(poll));
      expect(await faultOf(ask(em, 'sendEvent', EVENTS, account))).to.match(allowed(poll));
      expect(await faultOf(ask(em, 'getConfig', {}, account))).to.match(allowed(poll));
      const registration = {
        id: 'EM9',
        role: 'EM',
        incarnation: 1,
        hostname: 'x',
        port: 1,
        context: '',
        uri: 'http://x',
        capacity: 1,
        methods: [],
        types: [],
        responsibilities: [],
      } as const;
      expect(await faultOf(ask(em, 'IAmHere', { manager: registration }, account))).to.match(
        /^Client\.(Forbidden: IAmHere is open to a manager of the pool only|NotFound)/,
      );
      expect(await byToken(account, 'getDevices', '')).to.equal('200 getDevicesResponse');
      expect(await byToken(account, 'pollNow', '<element>core1</element>')).to.equal(
        poll ? '200 pollNowResponse' : '500 Client.Forbidden',
      );
      expect((await page(em, '/devices', { user: account })).status).to.equal(200);
      const config = await page(em, '/config', { user: account });
      expect(config.status).to.equal(poll ? 200 : 403);
      expect(config.text).to.not.include('scrypt:');
    });
  }

  it('are asked for name and password when they give none, or wrong ones', async () => {
    const wrong: Account = { name: 'the-admin', password: 'guessed' };
    expect(await faultOf(ask(em, 'getDevices', {}))).to.match(/^Client\.Unauthorized/);
    expect(await faultOf(ask(em, 'getDevices', {}, wrong))).to.match(/^Client\.Unauthorized/);
    expect(await byToken(wrong, 'getDevices', '')).to.match(/^401 /);
    const response = await fetch(`${em.url}/devices`);
    expect(response.status).to.equal(401);
    expect(response.headers.get('www-authenticate')).to.match(/^Basic realm="[^"]*", charset="UTF-8"/);
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect([path, (await fetch(`${em.origin}${path}`)).status]).to.deep.equal([path, 200]);
    }
  });

  it('do not fall back on nobody where nobody may look', async () => {
    const looking = await ManagerProcess.create({
      id: 'EM2',
      body: `<SECURITY anonymous="viewer">${users.join('')}</SECURITY>`,
    });
    await looking.start();
    try {
      expect(await faultOf(ask(looking, 'getDevices', {}))).to.match(/^answered/);
      expect(await faultOf(ask(looking, 'getConfig', {}))).to.match(/^Client\.Unauthorized/);
      expect(await faultOf(ask(looking, 'getDevices', {}, { name: 'the-admin', password: 'no' }))).to.match(
        /^Client\.Unauthorized/,
      );
    } finally {
      await looking.stop();
    }
  });
});

describe('an address off loopback', function () {
  this.timeout(30_000);
  const USER =
    '<USER name="ada" role="admin" password="scrypt:16384:8:1:AAAAAAAAAAAAAAAAAAAAAA==:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="/>';

  for (const [what, body, line] of [
    [
      'without users and key',
      '<SECURITY anonymous="none"/>',
      /0\.0\.0\.0 is not loopback, and there is no SECURITY\/USER and no POOL key .*; configure what is missing or bind to 127\.0\.0\.1/,
    ],
    [
      'without a key',
      `<SECURITY tls="none">${USER}</SECURITY>`,
      /0\.0\.0\.0 is not loopback, and there is no POOL key/,
    ],
    [
      'with a key but without users',
      `${POOL}<SECURITY tls="none"/>`,
      /0\.0\.0\.0 is not loopback, and there is no SECURITY\/USER;/,
    ],
    ['by plain HTTP', `${POOL}<SECURITY>${USER}</SECURITY>`, /0\.0\.0\.0 is not loopback, so plain HTTP is refused/],
    [
      'for everybody to look',
      `${POOL}<SECURITY anonymous="viewer" tls="none">${USER}</SECURITY>`,
      /0\.0\.0\.0 is not loopback, so anonymous="viewer" is refused/,
    ],
  ] as const) {
    it(`is not taken ${what}`, async () => {
      const em = await ManagerProcess.create({ id: 'EM1', body });
      const text = readFileSync(em.configFile, 'utf8');
      writeFileSync(em.configFile, text.replace(' context=', ` bind="0.0.0.0:${em.port}" context=`));
      const refused = await ptpmgr(['run', em.configFile, '--data', em.dataFolder]);
      expect(refused.output).to.match(line);
      expect(refused.output.trimEnd().split('\n')).to.have.length(1);
      expect(refused.code).to.equal(2);
    });
  }
});

describe('managers over HTTPS', function () {
  this.timeout(60_000);
  counterpart('openssl');
  let authority: CertificateAuthority;
  const managers: ManagerProcess[] = [];
  before(async () => {
    authority = new CertificateAuthority();
    user = `<USER name="${ada.name}" role="operator" password="${await hashPassword(ada.password, env.random)}"/>`;
  });
  afterEach(async () => stopAll(...managers.splice(0)));

  const ada: Account = { name: 'ada', password: 'correct horse' };
  let user = '';
  const tls = ({ cert, key }: Certificate, clients: string, ca = authority.cert) =>
    `<SECURITY anonymous="viewer"><TLS cert="${cert}" key="${key}" ca="${ca}" clients="${clients}"/>${user}</SECURITY>`;

  async function start(clients: 'none' | 'required', pool: string, trusted = authority.cert) {
    const [eimPort = 0, port = 0] = await Promise.all([1, 2].map(freeTcpPort));
    const reference = (id: string, role: 'EM' | 'EIM', at: number) =>
      referenceXml({ id, role, port: at, scheme: 'https' });
    const eim = await ManagerProcess.create({
      id: 'EIM1',
      role: 'EIM',
      port: eimPort,
      scheme: 'https',
      body: `${pool}${tls(authority.manager('EIM1'), clients)}<EMANAGERS>${reference('EM1', 'EM', port)}</EMANAGERS>`,
    });
    const em = await ManagerProcess.create({
      id: 'EM1',
      port,
      scheme: 'https',
      body: `${reference('EIM1', 'EIM', eimPort)}${pool}${tls(authority.manager('EM1'), clients, trusted)}`,
    });
    managers.push(em, eim);
    // In this order, so that the first thing that is known of it is not that nothing listens there yet.
    await eim.start();
    await em.start();
    return { eim, em };
  }

  const connect = (manager: ManagerProcess, certificate?: Certificate, account?: Account) =>
    new HttpConnection({
      env,
      ...(account && { user: account }),
      to: { id: manager.id, origin: manager.origin, context: CONTEXT[manager.role] },
      tls: {
        ca: readFileSync(authority.cert, 'utf8'),
        ...(certificate && {
          cert: readFileSync(certificate.cert, 'utf8'),
          key: readFileSync(certificate.key, 'utf8'),
        }),
      },
    });
  /** What a manager finds of another in the end: at first nothing may listen there yet. */
  const settled = async (manager: ManagerProcess, id: string, certificate?: Certificate, wanted = 'alive') => {
    const connection = connect(manager, certificate);
    try {
      for (const end = performance.now() + 20_000; performance.now() < end; ) {
        const { neighbors } = await connection.call('getNeighbors', {});
        const found = neighbors.find((one) => one.id === id);
        const {
          managers: [status],
        } = await connection.call('getStatus', { scope: 'self' });
        if (
          found &&
          found.reach === wanted &&
          (manager.role === 'EIM' || found.reach !== 'alive' || status?.registeredWith.length)
        )
          return { ...found, registeredWith: status?.registeredWith };
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`${id} was not found ${wanted}`);
    } finally {
      await connection.close();
    }
  };

  it('trust each other by their authority and their key', async () => {
    const { eim, em } = await start('none', POOL);
    expect(await settled(em, 'EIM1'))
      .to.include({ reach: 'alive' })
      .and.deep.include({ registeredWith: ['EIM1'] });
    expect(await settled(eim, 'EM1')).to.include({ reach: 'alive' });
    const plain = await fetch(em.origin.replace('https', 'http')).catch((error: Error) => error);
    expect(plain).to.be.instanceOf(Error);
  });

  it('prove themselves by their certificates alone where those are required', async () => {
    const { eim, em } = await start('required', '');
    const visitor = authority.client('visitor');
    expect(await settled(em, 'EIM1', visitor))
      .to.include({ reach: 'alive' })
      .and.deep.include({ registeredWith: ['EIM1'] });
    expect(await settled(eim, 'EM1', visitor)).to.include({ reach: 'alive' });
    // As a manager it may do what managers may; a visitor's certificate makes nobody a manager.
    const byManager = connect(em, authority.manager('EIM1'));
    expect(await faultOf(byManager.call('sendEvent', EVENTS))).to.match(/^answered/);
    await byManager.close();
    // What a user may do at the one, the other believes of them.
    const byAda = connect(eim, visitor, ada);
    const relayed = { manager: 'EM1', request: { operation: 'sendEvent', content: EVENTS } } as const;
    expect(await faultOf(byAda.call('relay', relayed))).to.match(/^answered/);
    await byAda.close();
    const byVisitor = connect(em, visitor);
    expect(await faultOf(byVisitor.call('sendEvent', EVENTS))).to.match(/^Client\.Unauthorized/);
    await byVisitor.close();
    const byNobody = connect(em);
    expect(await faultOf(byNobody.call('areYouThere', {}))).to.match(/^Server\.Unavailable/);
    await byNobody.close();
  });

  it('say that a certificate is not trusted, and trust it as soon as they are told to', async () => {
    const other = new CertificateAuthority('another authority').cert;
    const { em } = await start('none', POOL, other);
    const { reach, reason } = await settled(em, 'EIM1', undefined, 'unreachable');
    expect(reach).to.equal('unreachable');
    expect(reason).to.match(/^EIM1 at .* cannot be reached: .*certificate/);
    writeFileSync(em.configFile, readFileSync(em.configFile, 'utf8').replace(other, authority.cert));
    const connection = connect(em);
    await until('it is registered', async () => {
      const { managers } = await connection.call('getStatus', {});
      return managers[0]?.registeredWith.join() === 'EIM1';
    });
    await connection.close();
  });
});
