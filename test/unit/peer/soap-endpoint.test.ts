import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import type { HttpLimits } from '../../../src/peer/http-limits.js';
import { HttpServer } from '../../../src/peer/http-server.js';
import type { Invoke } from '../../../src/peer/peer.js';
import { Authenticator, type SecurityPolicy } from '../../../src/peer/security/authenticate.js';
import { hashPassword } from '../../../src/peer/security/password.js';
import { createMessageService } from '../../../src/peer/soap.js';
import { mountSoapEndpoint } from '../../../src/peer/soap-endpoint.js';
import { rawConnection, rawRequest } from '../../support/raw-http.js';
import { realTimeEnv, seededRandom } from '../../support/test-env.js';

const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const PASSWORD_TEXT = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText';
const TYPE_11 = 'Content-Type: text/xml; charset=utf-8';
const TYPE_12 = 'Content-Type: application/soap+xml; charset=utf-8';
const GOOD = '<getNeighbors xmlns="urn:ptpmgr:peer"/>';

const envelope = (body: string, header = '', namespace = SOAP_11) =>
  `<e:Envelope xmlns:e="${namespace}">${header && `<e:Header>${header}</e:Header>`}<e:Body>${body}</e:Body></e:Envelope>`;

describe('the SOAP endpoint', () => {
  const open: HttpServer[] = [];
  let password = '';
  before(async () => {
    password = await hashPassword('secret', seededRandom(3));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close(0)));
  });

  async function serve(policy: Partial<SecurityPolicy> = {}, limits: Partial<HttpLimits> = {}) {
    const env = realTimeEnv();
    const server = new HttpServer({ env, limits });
    open.push(server);
    const callers: string[] = [];
    const invoke: Invoke = async (operation, input, { caller }) => {
      callers.push(`${caller.kind} ${caller.name} ${operation} ${JSON.stringify(input)}`);
      if (operation === 'pollNow') throw new PtpError('Client.Forbidden', 'needs the role operator');
      return { neighbors: [] } as never;
    };
    const inForce: SecurityPolicy = {
      users: [{ name: 'ada', role: 'viewer', password }],
      anonymous: 'viewer',
      keys: undefined,
      isManager: () => false,
      ...policy,
    };
    const authenticator = new Authenticator(env, 'em1', () => inForce);
    mountSoapEndpoint({
      env,
      server,
      context: 'ptpmgr/em',
      authenticator,
      service: createMessageService({ env, invoke }),
    });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const post = (body: string | Buffer, headers: readonly string[] = [TYPE_11]) => {
      const bytes = Buffer.from(body);
      const head = [
        'POST /ptpmgr/em/soap HTTP/1.1',
        'Host: localhost',
        'Connection: close',
        `Content-Length: ${bytes.length}`,
        ...headers,
      ];
      return rawRequest(port, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]));
    };
    const get = (path: string, host = 'localhost') =>
      rawRequest(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const good = async () => expect(await post(envelope(GOOD))).to.match(/^HTTP\/1\.1 200 [\s\S]*getNeighborsResponse/);
    return { env, server, port, callers, post, get, good };
  }

  it('answers in the version that it was asked in', async () => {
    const { post } = await serve();
    const in11 = await post(envelope(GOOD), [TYPE_11, 'SOAPAction: "urn:ptpmgr:peer#getNeighbors"']);
    expect(in11)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.to.match(/Content-Type: text\/xml/i)
      .and.to.include(SOAP_11);
    const in12 = await post(envelope(GOOD, '', SOAP_12), [
      'Content-Type: application/soap+xml; action="urn:ptpmgr:peer#getNeighbors"',
    ]);
    expect(in12)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.to.match(/Content-Type: application\/soap\+xml/i)
      .and.to.include(SOAP_12);
  });

  it('writes faults as SOAP 1.1 and 1.2 want them', async () => {
    const { post } = await serve();
    const poll = '<pollNow xmlns="urn:ptpmgr:peer"><element>a</element></pollNow>';
    const detail =
      /<Fault xmlns="urn:ptpmgr:peer"><code>Client\.Forbidden<\/code><path><\/path><message>needs the role operator<\/message><\/Fault>/;
    const in11 = await post(envelope(poll));
    expect(in11)
      .to.match(/^HTTP\/1\.1 500 /)
      .and.to.match(detail);
    expect(in11).to.match(/<faultcode xmlns:p="urn:ptpmgr:peer">p:Client\.Forbidden<\/faultcode>/);
    const in12 = await post(envelope(poll, '', SOAP_12), [TYPE_12]);
    expect(in12)
      .to.match(/^HTTP\/1\.1 400 /)
      .and.to.match(detail);
    expect(in12).to.match(
      /<soap:Value>soap:Sender<\/soap:Value><soap:Subcode><soap:Value xmlns:p="urn:ptpmgr:peer">p:Client\.Forbidden</,
    );
  });

  it('refuses every hostile or broken message clearly, and answers the next good one', async () => {
    const { post, good, env } = await serve();
    const bomb = `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">${'bcdefghij'
      .split('')
      .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefghi'[at]};`.repeat(10)}">`)
      .join('')}]>${envelope('<b>&j;</b>')}`;
    const cases: [what: string, body: string | Buffer, expected: RegExp, headers?: string[]][] = [
      ['DOCTYPE', `<!DOCTYPE x>${envelope(GOOD)}`, /500 [\s\S]*Client\.Validation[\s\S]*DOCTYPE/],
      ['billion laughs', bomb, /500 [\s\S]*DOCTYPE/],
      [
        'external entity',
        `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${envelope('<b>&e;</b>')}`,
        /500 [\s\S]*DOCTYPE/,
      ],
      [
        'id="__proto__"',
        envelope('<getNeighbors id="__proto__" xmlns="urn:ptpmgr:peer"/>'),
        /500 [\s\S]*Client\.Validation/,
      ],
      [
        '__proto__',
        envelope('<__proto__ xmlns="urn:ptpmgr:peer"><polluted>1</polluted></__proto__>'),
        /500 [\s\S]*no operation __proto__/,
      ],
      ['constructor', envelope('<constructor xmlns="urn:ptpmgr:peer"/>'), /500 [\s\S]*no operation constructor/],
      [
        'a href to itself',
        envelope('<getNeighbors href="#x" xmlns="urn:ptpmgr:peer"/>'),
        /500 [\s\S]*Client\.Validation/,
      ],
      [
        'gzip header on a plain body',
        envelope(GOOD),
        /415 [\s\S]*Content-Encoding/,
        [TYPE_11, 'Content-Encoding: gzip'],
      ],
      [
        '10,000 nested elements',
        envelope(
          `<getNeighbors xmlns="urn:ptpmgr:peer">${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}</getNeighbors>`,
        ),
        /500 [\s\S]*nested/,
      ],
      [
        'wrong namespace',
        envelope('<getNeighbors xmlns="urn:other"/>'),
        /500 [\s\S]*&quot;urn:other&quot;|500 [\s\S]*"urn:other"/,
      ],
      ['no namespace', envelope('<getNeighbors/>'), /500 [\s\S]*no namespace/],
      ['wrong envelope', envelope(GOOD, '', 'urn:x'), /500 [\s\S]*soap:VersionMismatch/],
      [
        'wrong type',
        envelope('<getDevices xmlns="urn:ptpmgr:peer"><page>many</page></getDevices>'),
        /500 [\s\S]*<path>[^<]*page<\/path><line>1<\/line>[\s\S]*many/,
      ],
      [
        'unknown parameter',
        envelope('<getDevices xmlns="urn:ptpmgr:peer"><pag>1</pag></getDevices>'),
        /500 [\s\S]*Client\.Validation[\s\S]*pag/,
      ],
      [
        'unknown operation',
        envelope('<getDevice xmlns="urn:ptpmgr:peer"/>'),
        /500 [\s\S]*getDevices is probably meant/,
      ],
      [
        'an answer instead of a request',
        envelope('<getNeighborsResponse xmlns="urn:ptpmgr:peer"/>'),
        /500 [\s\S]*no operation getNeighborsResponse/,
      ],
      ['two children', envelope(GOOD + GOOD), /500 [\s\S]*2 children/],
      ['none', envelope(''), /500 [\s\S]*is empty/],
      [
        'action against body',
        envelope(GOOD),
        /500 [\s\S]*Client\.Validation[\s\S]*getStatus/,
        [TYPE_11, 'SOAPAction: "urn:ptpmgr:peer#getStatus"'],
      ],
      ['1.1 in the media type of 1.2', envelope(GOOD), /^400 [\s\S]*media type/, [TYPE_12]],
      ['truncated', envelope(GOOD).slice(0, -20), /500 [\s\S]*Client\.Validation/],
      ['not XML', 'getNeighbors', /500 [\s\S]*Client\.Validation/],
      ['empty', '', /500 [\s\S]*Client\.Validation/],
      ['NUL', envelope(`${GOOD}\0`), /500 [\s\S]*U\+0000/],
      ['UTF-16', Buffer.from(`\ufeff${envelope(GOOD)}`, 'utf16le'), /415 [\s\S]*UTF-8/],
      ['UTF-16 by its name', envelope(GOOD), /415 [\s\S]*UTF-8/, ['Content-Type: text/xml; charset=utf-16']],
      ['broken UTF-8', Buffer.concat([Buffer.from('<a>'), Buffer.from([0xc3, 0x28])]), /500 [\s\S]*UTF-8/],
      ['wrong media type', envelope(GOOD), /415 [\s\S]*text\/xml/, ['Content-Type: application/json']],
      ['no media type', envelope(GOOD), /415 /, []],
      [
        'must be understood',
        envelope(GOOD, `<a xmlns="urn:x" e:mustUnderstand="1"/>`),
        /500 [\s\S]*soap:MustUnderstand/,
      ],
    ];
    for (const [what, body, expected, headers] of cases) {
      const answer = await post(body, headers);
      expect(answer.replace(/^HTTP\/1\.1 /, ''), what).to.match(expected);
      expect(answer, what)
        .to.match(/<soap:Fault>|^HTTP\/1\.1 415/)
        .and.to.not.match(/node_modules|\.js:|root:/);
      await good();
    }
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
    expect(env.log.lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });

  it('ignores what need not be understood, or is meant for others', async () => {
    const { post } = await serve();
    const other = `<a xmlns="urn:x"/><b xmlns="urn:x" e:mustUnderstand="1" e:actor="urn:somebody"/>`;
    expect(await post(envelope(GOOD, other))).to.match(/^HTTP\/1\.1 200 /);
  });

  it('says 413 as a fault', async () => {
    const { post, good } = await serve({}, { bodyBytes: 10_000 });
    expect(await post(envelope(`<getNeighbors xmlns="urn:ptpmgr:peer">${' '.repeat(20_000)}</getNeighbors>`))).to.match(
      /^HTTP\/1\.1 413 [\s\S]*<soap:Fault>[\s\S]*10000 bytes/,
    );
    await good();
  });

  it('knows users by Basic and by UsernameToken, and says 401 with a challenge otherwise', async () => {
    const { post, callers } = await serve({ anonymous: 'none' });
    const basic = (text: string) => `Authorization: Basic ${Buffer.from(text).toString('base64')}`;
    const token = (text: string, type = PASSWORD_TEXT) =>
      `<w:Security xmlns:w="${WSSE}" e:mustUnderstand="1"><w:UsernameToken><w:Username>ada</w:Username><w:Password Type="${type}">${text}</w:Password></w:UsernameToken></w:Security>`;
    expect(await post(envelope(GOOD), [TYPE_11, basic('ada:secret')])).to.match(/^HTTP\/1\.1 200 /);
    expect(await post(envelope(GOOD, token('secret')))).to.match(/^HTTP\/1\.1 200 /);
    expect(callers).to.deep.equal(Array(2).fill('user ada getNeighbors {}'));
    const refused = [
      await post(envelope(GOOD)),
      await post(envelope(GOOD), [TYPE_11, basic('ada:wrong')]),
      await post(envelope(GOOD, token('wrong'))),
      await post(envelope(GOOD, token('secret', PASSWORD_TEXT.replace('Text', 'Digest')))),
    ];
    for (const answer of refused) {
      expect(answer)
        .to.match(/^HTTP\/1\.1 401 /)
        .and.to.match(/WWW-Authenticate: Basic/i)
        .and.to.match(/p:Client\.Unauthorized/);
    }
    expect(callers).to.have.lengthOf(2);
  });

  it('serves the WSDL under the address that was asked, and the schemas that it names', async () => {
    const { get, port } = await serve();
    const wsdl = await get('/ptpmgr/em/soap?wsdl', `localhost:${port}`);
    expect(wsdl)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.to.include(`location="http://localhost:${port}/ptpmgr/em/soap"`);
    const named = [...wsdl.matchAll(/schemaLocation="http:\/\/localhost:\d+([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(named.length).to.be.at.least(1);
    for (const path of named) expect(await get(path), path).to.match(/^HTTP\/1\.1 200 [\s\S]*<xs:schema/);
    expect(await get('/ptpmgr/em/soap?WSDL')).to.match(/^HTTP\/1\.1 200 /);
    expect(await get('/ptpmgr/em/soap?wsdl', '"/><evil x="')).to.not.match(/<evil/);
    for (const name of ['nothing.xsd', '../package.json', '__proto__', '%2e%2e%2fpackage.json']) {
      expect(await get(`/ptpmgr/em/soap?xsd=${name}`), name).to.match(/^HTTP\/1\.1 404 /);
    }
    expect(await get('/ptpmgr/em/soap')).to.match(/^HTTP\/1\.1 405 [\s\S]*Allow: POST/i);
    expect(await rawRequest(port, 'DELETE /ptpmgr/em/soap HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).to.match(
      /^HTTP\/1\.1 405 /,
    );
    const head = await rawRequest(port, 'HEAD /ptpmgr/em/soap?wsdl HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(head)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.to.match(/\r\n\r\n$/);
  });

  it('answers others while a sender is slow', async () => {
    const { port, good } = await serve({}, { requestTimeoutMs: 300 });
    const slow = await rawConnection(
      port,
      `POST /ptpmgr/em/soap HTTP/1.1\r\nHost: a\r\n${TYPE_11}\r\nContent-Length: 500\r\n\r\n<e:`,
    );
    await good();
    expect(await slow.ended()).to.match(/^HTTP\/1\.1 408 /);
    await good();
  });
});
