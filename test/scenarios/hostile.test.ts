/**
 * Whatever comes from outside, to a manager as it runs: each thing gets its clear answer, the process lives, its memory
 * stays bounded, and the next good request is answered.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { hashPassword } from '../../src/peer/security/password.js';
import { NAMESPACE } from '../../src/xml/messages/operations.js';
import { ManagerProcess } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { until } from '../support/processes.js';
import { rawConnection, rawRequest } from '../support/raw-http.js';
import { temporaryFolder } from '../support/temporary.js';
import { envelope, getDevices, HOSTILE_MESSAGES } from './hostile-messages.js';
import { type FakeAgent, LYING_AGENTS, startLyingSites } from './liars.js';
import { POOL } from './world.js';

/** What all of it together may add. Queues of bodies alone may take 128 MiB, and so may unread answers. */
const MOST_GROWTH_MB = 500;
const ADA = { name: 'ada', password: 'correct horse' };
const STACK = /node_modules|\bat .*\.[jt]s:\d|\.js:\d+:\d+/;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

describe('a manager among hostile parties', function () {
  this.timeout(60_000);
  let manager: ManagerProcess;
  let socketPort: number;
  let agents: readonly { readonly id: string; readonly agent: FakeAgent }[];
  let sites: Awaited<ReturnType<typeof startLyingSites>>;
  let startMb: number;

  before(async () => {
    agents = await Promise.all(Object.entries(LYING_AGENTS).map(async ([id, start]) => ({ id, agent: await start() })));
    sites = await startLyingSites();
    socketPort = await freeTcpPort();
    const sheets = join(temporaryFolder('hostile-sheets'), 'sheets');
    mkdirSync(sheets);
    const sheet = (content: string) =>
      `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">${content}</xsl:stylesheet>`;
    writeFileSync(join(sheets, 'events.xsl'), '<xsl:stylesheet');
    writeFileSync(
      join(sheets, 'report.xsl'),
      sheet(
        '<xsl:template match="/"><xsl:call-template name="a"/></xsl:template><xsl:template name="a"><xsl:call-template name="a"/></xsl:template>',
      ),
    );
    writeFileSync(join(sheets, 'managers.xsl'), sheet('<xsl:import href="../../../../../etc/passwd"/>'));
    const user = `<USER name="${ADA.name}" role="operator" password="${await hashPassword(ADA.password, systemRandom)}"/>`;
    const snmp = agents.map(
      ({ id, agent }) =>
        `<DEVICE id="${id}" ip="127.0.0.1"><ACCESS method="snmp" port="${agent.port}" interval="4" timeout="3" retries="0"/></DEVICE>`,
    );
    manager = await ManagerProcess.create({
      id: 'EM1',
      socketPort,
      body: `${POOL}<SECURITY anonymous="viewer">${user}</SECURITY><STYLESHEETS folder="${sheets}"/>
        <DEVICES>${snmp.join('\n')}</DEVICES><SERVICES>${sites.services}</SERVICES>`,
    });
    await manager.start();
    await good();
    startMb = memoryMb();
  });
  after(async () => {
    await manager?.stop();
    await Promise.all((agents ?? []).map(({ agent }) => agent.stop()));
    await sites?.close();
  });

  const memoryMb = (): number => {
    const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${manager.process.pid}/status`, 'utf8'));
    return Number(found?.[1]) / 1024;
  };

  function ask(
    path: string,
    {
      method = 'GET',
      body,
      headers = {},
    }: { method?: string; body?: string | Buffer; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = httpRequest(
        // Not by URL: that would tidy the path up.
        { host: '127.0.0.1', port: manager.port, path, method, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          );
          response.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }
  const post = (body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> =>
    ask('/ptpmgr/em/soap', { method: 'POST', body, headers: { 'content-type': 'text/xml', ...headers } });
  const page = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
    ask(`/ptpmgr/em${path}`, { headers: { accept: 'text/html', ...headers } });

  /** The next good request, by SOAP and as a page. */
  async function good(): Promise<void> {
    const [soap, home] = await Promise.all([post(getDevices('<detail>summary</detail>')), page('/')]);
    expect(soap.status, soap.text.slice(0, 500)).to.equal(200);
    expect(soap.text).to.contain('getDevicesResponse');
    expect(home.status).to.equal(200);
  }
  afterEach(async () => {
    await good();
    expect(memoryMb() - startMb, 'megabytes more').to.be.below(MOST_GROWTH_MB);
    expect(manager.process.output).to.not.match(/Uncaught|Unhandled|FATAL ERROR/);
  });

  for (const [what, body, status, says] of HOSTILE_MESSAGES)
    it(`refuses ${what}`, async () => {
      const answer = await post(body);
      expect(answer.status).to.equal(status);
      expect(answer.text).to.match(says);
      expect(answer.text).to.not.match(STACK);
    });

  it('refuses what headers say about a body', async () => {
    const cases: readonly (readonly [Record<string, string>, number, RegExp])[] = [
      [{ 'content-encoding': 'gzip' }, 415, /Content-Encoding/],
      [{ 'content-type': 'text/plain' }, 415, /Content-Type/],
      [{ 'content-type': 'text/xml; charset=utf-7' }, 415, /UTF-8/],
      [{ 'content-type': `text/xml;${' '.repeat(14_000)}x` }, 200, /getDevicesResponse/],
      [{ soapaction: `"${NAMESPACE}#pollNow"` }, 500, /the SOAP action says/],
      [{ soapaction: '"'.repeat(15_000) }, 500, /the SOAP action says/],
      [{ authorization: 'Ptp a=b' }, 401, /credentials/],
      [{ authorization: `Ptp ${'a=b, '.repeat(3000)}mac=x` }, 401, /credentials/],
      [{ authorization: `Basic ${'A'.repeat(12_000)}` }, 401, /credentials/],
      [{ 'x-long': 'x'.repeat(20_000) }, 431, /^$/],
    ];
    for (const [headers, status, says] of cases) {
      const answer = await post(getDevices('<detail>summary</detail>'), headers);
      expect(answer.status, JSON.stringify(headers).slice(0, 80)).to.equal(status);
      expect(answer.text).to.match(says);
      expect(answer.text).to.not.match(STACK);
    }
  });

  it('takes no 100 MB, announced or in pieces', async () => {
    const head = 'POST /ptpmgr/em/soap HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n';
    const announced = await rawConnection(manager.port, `${head}Content-Length: 104857600\r\n\r\n`);
    expect(await announced.until('split the request')).to.match(/^HTTP\/1\.1 413 /);
    announced.socket.destroy();
    const chunked = await rawConnection(manager.port, `${head}Transfer-Encoding: chunked\r\n\r\n`);
    const megabyte = `100000\r\n${'x'.repeat(2 ** 20)}\r\n`;
    for (let sent = 0; sent < 100; sent += 1)
      if (!chunked.socket.write(megabyte)) await new Promise((resolve) => chunked.socket.once('drain', resolve));
    expect(await chunked.until('split the request')).to.match(/^HTTP\/1\.1 413 /);
    chunked.socket.destroy();
  });

  it('answers beside 2,000 idle connections, slow senders, and readers that do not read', async () => {
    const idle = await Promise.all(Array.from({ length: 2000 }, () => rawConnection(manager.port)));
    await good();
    for (const { socket } of idle) if (socket.writable) socket.write('GET / HT');
    await good();
    for (const { socket } of idle) socket.destroy();
    const sending = await Promise.all(
      Array.from({ length: 400 }, () =>
        rawConnection(
          manager.port,
          `POST /ptpmgr/em/soap HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 4000000\r\n\r\n${'x'.repeat(400_000)}`,
        ),
      ),
    );
    await good();
    for (const { socket } of sending) socket.destroy();
    const readers = await Promise.all(Array.from({ length: 60 }, () => rawConnection(manager.port)));
    for (const { socket } of readers) {
      socket.pause();
      socket.write('GET /ptpmgr/em/stylesheets/uPlot.esm.js HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(40));
    }
    await until('the next good request is answered', () =>
      good().then(
        () => true,
        () => false,
      ),
    );
    for (const { socket } of readers) socket.destroy();
  });

  it('leaves nobody who has no key in at its socket', async () => {
    const frame = (text: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      return Buffer.concat([length, Buffer.from(text)]);
    };
    const attempts = [
      Buffer.from([255, 255, 255, 255]),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      frame('['.repeat(1024)),
      frame('{}'),
      frame('null'),
      frame('{"v":1,"id":"EM2","to":"EM1","nonce":"x","proof":"__proto__"}'),
      Buffer.alloc(2 ** 20),
    ];
    for (const bytes of attempts) expect(await rawRequest(socketPort, bytes)).to.match(/refused|^$/);
    const idle = await Promise.all(Array.from({ length: 500 }, () => rawConnection(socketPort)));
    await good();
    for (const { socket } of idle) socket.destroy();
  });

  it('makes something of every query and path of its pages', async () => {
    const cases: readonly (readonly [path: string, status: number])[] = [
      ...[
        'page=1e308',
        'page=-1',
        'page=999999999',
        'size=-1',
        'sort=__proto__',
        'sort=-constructor',
        'status=__proto__',
        'q=%00',
        'q=%ff',
        'q=%22%22%22',
        `q=${'a'.repeat(14_000)}`,
        'format=__proto__',
        'a&'.repeat(6000),
      ].map((query) => [`/devices?${query}`, 200] as const),
      ['/?theme=dark', 303],
      ['/devices/__proto__', 404],
      ['/devices/%00', 400],
      ['/devices/%zz', 400],
      ['/devices/..', 404],
      ['/devices/%2e%2e', 404],
      ['/devices/..%2f..%2fetc', 404],
      ['/devices/a%0d%0aX:%201', 404],
      ['/stylesheets/../../../etc/passwd', 404],
      ['/stylesheets/..%2f..%2f..%2fetc%2fpasswd', 404],
      ['/stylesheets/%5c..%5c..%5cpackage.json', 404],
      ['/managers/x/y', 404],
      ['/managers/%2e%2e/devices', 404],
      ['/soap?xsd=../../package.json', 404],
      ['/soap?xsd=__proto__', 404],
      ['/config', 401],
    ];
    for (const [path, status] of cases) {
      const answer = await page(path);
      expect(answer.status, path.slice(0, 80)).to.equal(status);
      expect(answer.text, path.slice(0, 80)).to.not.match(STACK);
      expect(answer.text).to.not.match(/root:x:0/);
      expect(answer.headers.location ?? '/somewhere').to.match(/^\/[^/]/);
    }
    for (let at = 0; at < 20; at += 1)
      expect((await page('/report?from=0001-01-01&to=9999-12-31')).status).to.be.oneOf([400, 500, 504]);
  });

  it('is not fooled by names and frames that strangers give it', async () => {
    const strangers: readonly Record<string, string>[] = [
      { host: 'evil.example' },
      { host: '127.0.0.1.evil.example' },
      { 'x-forwarded-for': '192.0.2.1' },
    ];
    for (const headers of strangers) {
      expect((await page('/', headers)).status, JSON.stringify(headers)).to.equal(401);
      expect((await ask('/metrics', { headers })).status, JSON.stringify(headers)).to.equal(401);
    }
    const framed = await page('/', {
      'x-ptpmgr-base': '/somewhere',
      'x-ptpmgr-user': 'mallory',
      'x-ptpmgr-theme': 'dark',
    });
    expect(framed.text).to.not.match(/somewhere|mallory|data-theme="dark"/);
    expect((await ask('/ptpmgr/em/soap?wsdl', { headers: { host: 'x"><script>' } })).text).to.not.contain('<script>');
  });

  it('polls for its own forms only', async () => {
    const authorization = `Basic ${Buffer.from(`${ADA.name}:${ADA.password}`).toString('base64')}`;
    const poll = (headers: Record<string, string>, body: string) =>
      ask('/ptpmgr/em/devices/markup', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      });
    const form = (await page('/devices/markup', { authorization })).text;
    const body = `action=poll&token=${/name="token" value="([^"]+)"/.exec(form)?.[1]}`;
    const refused: readonly (readonly [Record<string, string>, string])[] = [
      [{ authorization }, 'action=poll'],
      [{ authorization }, 'action=poll&token=x'],
      [{ authorization, origin: 'http://evil.example' }, body],
      [{ authorization, 'sec-fetch-site': 'cross-site' }, body],
      [{}, body],
    ];
    for (const [headers, sent] of refused) expect((await poll(headers, sent)).status).to.equal(403);
    expect((await poll({ authorization }, body)).status).to.equal(303);
  });

  it('slows guesses down and lets in who is known meanwhile', async () => {
    const login = (password: string) =>
      page('/?format=json', { authorization: `Basic ${Buffer.from(`${ADA.name}:${password}`).toString('base64')}` });
    expect((await login(ADA.password)).status).to.equal(200);
    const guesses = Promise.all(Array.from({ length: 30 }, (_, at) => login(`guess${at}`)));
    const startedMs = performance.now();
    expect((await login(ADA.password)).status).to.equal(200);
    const knownMs = performance.now() - startedMs;
    for (const { status } of await guesses) expect(status).to.be.oneOf([401, 503]);
    expect(knownMs).to.be.below(performance.now() - startedMs);
  });

  it('shows other pages where sheets of the administrator are broken or have no end', async () => {
    for (const path of ['/events', '/report', '/managers']) {
      const answer = await page(path);
      expect(answer.status, path).to.be.oneOf([500, 504]);
      expect(answer.text, path).to.match(/stylesheet/);
      expect(answer.text, path).to.not.match(/root:x:0/);
      expect((await page(`${path}?format=xml`)).status).to.equal(200);
      await good();
    }
  });

  it('says of every device and service that lies what is wrong, and shows what it says as text', async () => {
    const all = async () =>
      (await post(envelope(`<getStore xmlns="${NAMESPACE}"><scope>self</scope></getStore>`))).text;
    const outcome = (text: string, id: string) =>
      new RegExp(`<(Device|Service) id="${id}"[^]*?</\\1>`).exec(text)?.[0].match(/<Access [^>]*>/)?.[0] ?? '';
    const ids = [...agents.map(({ id }) => id), ...sites.ids];
    await until(
      'everything has been polled',
      async () => {
        const text = await all();
        return ids.every((id) => outcome(text, id) !== '');
      },
      30_000,
    );
    const text = await all();
    for (const [id, expected] of Object.entries({ ...EXPECTED, ...sites.expected }))
      expect(outcome(text, id), id).to.match(expected);
    for (const path of ['/devices/markup', '/devices', '/services']) {
      const { text: html, status } = await page(path);
      expect(status).to.equal(200);
      expect(html).to.not.match(/<script>alert|<b onload|<img src=x/);
    }
    expect((await page('/devices/markup')).text).to.contain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
});

const EXPECTED: Readonly<Record<string, RegExp>> = {
  flagged: /ok="false"[^>]*answered only with an answer to another question/,
  truncated: /ok="false"[^>]*answered only with something that cannot be decoded/,
  otherRequest: /ok="false"[^>]*answered only with an answer to another question/,
  endless: /ok="(true|false)"/,
  circles: /ok="(true|false)"/,
  markup: /ok="true"/,
  noise: /ok="false"/,
  echo: /ok="false"[^>]*answered only with a message that is no response/,
};
