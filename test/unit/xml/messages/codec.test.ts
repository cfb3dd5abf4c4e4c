import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { PtpError } from '../../../../src/base/errors.js';
import { packagePath } from '../../../../src/base/paths.js';
import { decodeMessage } from '../../../../src/xml/messages/decode.js';
import { encodeMessage } from '../../../../src/xml/messages/encode.js';
import { NAMESPACE, OPERATION_NAMES, OPERATIONS, type OperationName } from '../../../../src/xml/messages/operations.js';
import { MESSAGES_FILE, messagesSchema, WSDL_FILE, wsdl } from '../../../../src/xml/messages/schema.js';
import { messageSchema, SOAP11, SOAP12, servedSchema, servedWsdl } from '../../../../src/xml/messages/validate.js';
import { parseXml } from '../../../../src/xml/parse.js';
import { content } from '../../../support/message-content.js';

const validateMessage = (text: string) => messageSchema().validate(text);

const decode = (text: string) => decodeMessage(parseXml(text));

/** The generator follows the table, so its content has the right type for the operation, which only it knows. */
const encode = encodeMessage as (operation: OperationName, direction: 'request' | 'answer', content: unknown) => string;

describe('messages', () => {
  for (const operation of OPERATION_NAMES) {
    for (const direction of ['request', 'answer'] as const) {
      it(`${operation}: its ${direction} is valid and comes back equal`, () => {
        const fields = direction === 'request' ? OPERATIONS[operation].input : OPERATIONS[operation].output;
        fc.assert(
          fc.property(content(fields), fc.constantFrom(SOAP11, SOAP12), (one, soap) => {
            const written = encode(operation, direction, one);
            expect(
              validateMessage(`<s:Envelope xmlns:s="${soap}"><s:Body>${written}</s:Body></s:Envelope>`),
            ).to.deep.equal([]);
            expect(decode(written)).to.deep.equal({ operation, direction, content: one });
          }),
          { numRuns: 20 },
        );
      });
    }
  }

  it('reads what other tools write: prefixes, blanks, comments', () => {
    const written = `<p:getDevices xmlns:p="${NAMESPACE}">\n <!-- x --><p:page> +2\n</p:page><p:maxAge>1E1</p:maxAge></p:getDevices>`;
    expect(validateMessage(written)).to.deep.equal([]);
    expect(decode(written)).to.deep.equal({
      operation: 'getDevices',
      direction: 'request',
      content: { page: 2, maxAge: 10 },
    });
  });

  const wrong: [string, string, RegExp][] = [
    ['no namespace', '<areYouThere/>', /no namespace; it should be in "urn:ptpmgr:peer"/],
    ['another namespace', '<areYouThere xmlns="urn:x"/>', /the namespace "urn:x"/],
    ['an unknown operation', `<areYouHere xmlns="${NAMESPACE}"/>`, /is no message/],
    ['a name of Object', `<constructor xmlns="${NAMESPACE}"/>`, /is no message/],
    ['a missing field', `<pollNow xmlns="${NAMESPACE}"/>`, /not complete; missing is: element/],
    [
      'a field too much',
      `<areYouThere xmlns="${NAMESPACE}"><id>1</id></areYouThere>`,
      /has id, which is not known; it may contain nothing/,
    ],
    [
      'a field twice',
      `<pollNow xmlns="${NAMESPACE}"><element>1</element><element>2</element></pollNow>`,
      /has element once too often/,
    ],
    [
      'a field in no namespace',
      `<p:pollNow xmlns:p="${NAMESPACE}"><element>1</element></p:pollNow>`,
      /has element in the wrong namespace/,
    ],
    [
      'a wrong number',
      `<getDevices xmlns="${NAMESPACE}"><page>1.5</page></getDevices>`,
      /page is "1.5"; it should be a whole number/,
    ],
    [
      'a number that a double cannot hold',
      `<getDevices xmlns="${NAMESPACE}"><page>9007199254740993</page></getDevices>`,
      /whole number/,
    ],
    ['an infinite number', `<getDevices xmlns="${NAMESPACE}"><maxAge>INF</maxAge></getDevices>`, /finite number/],
    [
      'a word outside its list',
      `<getDevices xmlns="${NAMESPACE}"><scope>world</scope></getDevices>`,
      /should be one of self, pool/,
    ],
    ['an empty id', `<pollNow xmlns="${NAMESPACE}"><element/></pollNow>`, /1 to 1024 characters/],
    ['a wrong time', `<getReport xmlns="${NAMESPACE}"><from>yesterday</from></getReport>`, /should be a time such as/],
    [
      'an answer where a request belongs',
      `<relay xmlns="${NAMESPACE}"><manager>a</manager><request><areYouThereResponse/></request></relay>`,
      /exactly one request/,
    ],
  ];
  for (const [what, xml, message] of wrong) {
    it(`refuses ${what}, and so does the schema`, () => {
      expect(() => decode(xml)).to.throw(PtpError, message);
      expect(validateMessage(xml)).not.to.deep.equal([]);
    });
  }

  it('names the path of what is wrong', () => {
    const xml = `<sendEvent xmlns="${NAMESPACE}"><events><severity>bad</severity><name>a</name><text/></events></sendEvent>`;
    expect(() => decode(xml))
      .to.throw(PtpError)
      .with.nested.property('place.path', '/sendEvent/events/severity');
    const [fault] = validateMessage(`<s:Envelope xmlns:s="${SOAP11}"><s:Body>\n${xml}</s:Body></s:Envelope>`);
    expect(fault).to.deep.equal({
      line: 2,
      column: 44,
      path: '/s:Envelope/s:Body/sendEvent/events/severity',
      message:
        '"bad" is not right for severity; it should be cleared, indeterminate, warning, minor, major or critical',
    });
  });

  it('does not write what is not in the table', () => {
    const cases: [OperationName, unknown, RegExp][] = [
      ['pollNow', {}, /pollNow\/element is nothing; it should be text of 1 to 1024/],
      ['pollNow', { element: 'a\0' }, /U\+0000/],
      ['getDevices', { page: 1.5 }, /getDevices\/page is 1.5; it should be a whole number/],
      ['getDevices', { scope: 'world' }, /"world"; it should be one of self, pool/],
      ['getReport', { from: 1e17 }, /a time between/],
      ['checkConfig', { config: 'x'.repeat(2 ** 20 + 1) }, /at most 1048576/],
      ['sendEvent', {}, /should be a list/],
      ['relay', { manager: 'a', request: { operation: 'toString', content: {} } }, /request of an operation/],
    ];
    for (const [operation, one, message] of cases)
      expect(() => encode(operation, 'request', one)).to.throw(PtpError, message);
  });

  it('says what is wrong in a body', () => {
    const first = (body: string): string | undefined =>
      validateMessage(`<s:Envelope xmlns:s="${SOAP11}"><s:Body>${body}</s:Body></s:Envelope>`)[0]?.message;
    expect(first(`<getDevice xmlns="${NAMESPACE}"/>`)).to.equal(
      'getDevice (namespace "urn:ptpmgr:peer") is not known here; did you mean getDevices?',
    );
    expect(first('<areYouThere xmlns="urn:x"/>')).to.equal(
      'areYouThere (namespace "urn:x") is not known here; did you mean areYouThere?',
    );
    expect(first(`<getDevices xmlns="${NAMESPACE}"><page>${'1'.repeat(100_000)}</page></getDevices>`)).to.match(
      /^"1{60}\.\.\." is not right for page; it should be a whole number$/,
    );
  });

  it('is found out in time with its length, whatever is in it', () => {
    const pieces = `<element>${`${'x'.repeat(1000)}<!---->`.repeat(2000)}</element>`;
    const events = '<events><severity>bad</severity><name>n</name><text>t</text></events>'.repeat(60_000);
    const before = process.cpuUsage();
    expect(validateMessage(`<pollNow xmlns="${NAMESPACE}">${pieces}</pollNow>`)[0]?.message).to.include('in a row');
    const faults = validateMessage(`<sendEvent xmlns="${NAMESPACE}">\n${events}</sendEvent>`);
    expect(faults.length).to.equal(50);
    expect(faults[0]).to.deep.include({ line: 2, path: '/*/*[1]/*[1]' });
    expect(process.cpuUsage(before).user / 1000).to.be.below(5000);
  });

  it('carries texts of a megabyte', () => {
    const config = '<\r&>'.repeat(2 ** 18);
    const written = encodeMessage('checkConfig', 'request', { config });
    expect(validateMessage(written)).to.deep.equal([]);
    expect(decode(written).content).to.deep.equal({ config });
  });

  it('refuses envelopes that are not of SOAP 1.1 or 1.2, or hold more or less than one message', () => {
    const envelope = (body: string, soap: string = SOAP11): string =>
      `<s:Envelope xmlns:s="${soap}"><s:Body>${body}</s:Body></s:Envelope>`;
    const one = `<areYouThere xmlns="${NAMESPACE}"/>`;
    expect(validateMessage(envelope(one))).to.deep.equal([]);
    expect(
      validateMessage(
        `<s:Envelope xmlns:s="${SOAP12}"><s:Header><x xmlns="urn:any" s:mustUnderstand="1"/></s:Header><s:Body>${one}</s:Body></s:Envelope>`,
      ),
    ).to.deep.equal([]);
    for (const bad of [
      envelope(''),
      envelope(one + one),
      envelope('<x xmlns="urn:x"/>'),
      envelope(one, 'urn:soap'),
      envelope(`text${one}`),
      '<x/>',
    ]) {
      expect(validateMessage(bad), bad).not.to.deep.equal([]);
    }
    const detail = `<Fault xmlns="${NAMESPACE}"><code>Client.NotFound</code><message>m</message></Fault>`;
    const faults = [
      envelope(
        `<s:Fault><faultcode xmlns:p="${NAMESPACE}">p:Client.NotFound</faultcode><faultstring>m</faultstring><detail>${detail}</detail></s:Fault>`,
      ),
      envelope(
        `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:p="${NAMESPACE}">p:Client.NotFound</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">m</s:Text></s:Reason><s:Detail>${detail}</s:Detail></s:Fault>`,
        SOAP12,
      ),
    ];
    for (const fault of faults) expect(validateMessage(fault)).to.deep.equal([]);
    expect(
      validateMessage(faults[0]?.replace('<code>', '<kode>').replace('</code>', '</kode>') ?? ''),
    ).not.to.deep.equal([]);
  });
});

describe('schema and WSDL of the messages', () => {
  for (const [name, made] of [
    [MESSAGES_FILE, messagesSchema()],
    [WSDL_FILE, wsdl()],
  ] as const) {
    it(`schemas/${name} is what the table says (else: node dist/src/xml/messages/write-schemas.js)`, () => {
      expect(readFileSync(packagePath('schemas', name), 'utf8')).to.equal(made);
    });
  }

  it('are served with the address that was asked', () => {
    const url = 'https://em1.example:8443/ptpmgr/em/soap';
    const served = parseXml(servedWsdl(url));
    expect(JSON.stringify(served)).not.to.include('localhost');
    expect(servedWsdl(url).match(/(?:location|schemaLocation)="[^"]*"/g)).to.deep.equal([
      `schemaLocation="${url}?xsd=ptp-store.xsd"`,
      `schemaLocation="${url}?xsd=ptp-messages.xsd"`,
      `location="${url}"`,
      `location="${url}"`,
    ]);
    expect(servedSchema('ptp-messages.xsd', url)).to.include(`schemaLocation="${url}?xsd=ptp-store.xsd"`);
    expect(servedSchema('ptp-store.xsd', url)).to.include('PTP_STORE');
    for (const name of ['ptp-config.xsd', '../package.json', '', '__proto__'])
      expect(servedSchema(name, url)).to.equal(undefined);
  });
});
