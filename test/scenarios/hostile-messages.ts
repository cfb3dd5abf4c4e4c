/** Messages that no decent client would send. */
import { NAMESPACE } from '../../src/xml/messages/operations.js';

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';

export const envelope = (body: string): string => `<s:Envelope xmlns:s="${SOAP}"><s:Body>${body}</s:Body></s:Envelope>`;
export const getDevices = (content = '', attributes = ''): string =>
  envelope(`<getDevices xmlns="${NAMESPACE}"${attributes}>${content}</getDevices>`);
const entities = [...'bcdefghij']
  .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefghij'[at]};`.repeat(10)}">`)
  .join('');

function token(body: string): string {
  const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
  return `<s:Envelope xmlns:s="${SOAP}"><s:Header><w:Security xmlns:w="${wsse}"><w:UsernameToken><w:Username>ada</w:Username><w:Password>no</w:Password></w:UsernameToken></w:Security></s:Header><s:Body><getDevices xmlns="${NAMESPACE}"><filter>${body}</filter></getDevices></s:Body></s:Envelope>`;
}

/** What to post, and what has to be answered. */
export const HOSTILE_MESSAGES: readonly (readonly [
  what: string,
  body: string | Buffer,
  status: number,
  says: RegExp,
])[] = [
  ['a DOCTYPE', `<!DOCTYPE a>${getDevices()}`, 500, /a DOCTYPE is not accepted/],
  [
    'a billion laughs',
    `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">${entities}]>${getDevices('<filter>&j;</filter>')}`,
    500,
    /DOCTYPE/,
  ],
  [
    'an external entity',
    `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${getDevices('<filter>&x;</filter>')}`,
    500,
    /DOCTYPE/,
  ],
  ['id="__proto__"', getDevices('', ' id="__proto__"'), 500, /getDevices has no attribute id/],
  ['an element __proto__', getDevices('<__proto__>x</__proto__>'), 500, /__proto__ is not known in getDevices/],
  ['an operation __proto__', envelope(`<__proto__ xmlns="${NAMESPACE}"/>`), 500, /no operation __proto__/],
  ['an operation constructor', envelope(`<constructor xmlns="${NAMESPACE}"/>`), 500, /no operation constructor/],
  ['a column __proto__', getDevices('<sort>__proto__</sort>'), 500, /no column "__proto__"/],
  ['10,000 nested elements', envelope('<a>'.repeat(10_000) + '</a>'.repeat(10_000)), 500, /nested too deeply/],
  ['another namespace', envelope('<getDevices xmlns="urn:other"/>'), 500, /it should be in "urn:ptpmgr:peer"/],
  ['no namespace', envelope('<getDevices/>'), 500, /no namespace/],
  ['another envelope', '<Envelope xmlns="urn:x"><Body><a/></Body></Envelope>', 500, /it should be that of SOAP/],
  ['text for a number', getDevices('<page>abc</page>'), 500, /&quot;abc&quot;|"abc" is not right for page/],
  ['1e308 for a page', getDevices('<page>1e308</page>'), 500, /is not right for page/],
  ['a page beyond all', getDevices('<page>999999999</page>'), 500, /page is 999999999/],
  ['a negative size', getDevices('<pageSize>-1</pageSize>'), 500, /pageSize is -1/],
  ['a NUL', getDevices('<filter>&#0;</filter>'), 500, /well-formed/],
  ['half a surrogate pair', getDevices('<filter>&#xD800;</filter>'), 500, /well-formed/],
  ['broken UTF-8', Buffer.from([0x3c, 0x61, 0xff, 0x3e]), 500, /not valid UTF-8/],
  ['UTF-16', Buffer.from('\ufeff<a/>', 'utf16le'), 415, /UTF-16/],
  ['half a message', getDevices().slice(0, -9), 500, /.+/],
  ['nothing', '', 500, /text is empty/],
  ['no XML', 'hello', 500, /no element here/],
  [
    '100,000 attributes',
    getDevices('', Array.from({ length: 100_000 }, (_, at) => ` a${at}="x"`).join('')),
    500,
    /too many attributes/,
  ],
  ['19,000 wrong elements', getDevices('<x/>'.repeat(19_000)), 500, /x is not known in getDevices/],
  ['400,000 elements', getDevices('<x/>'.repeat(400_000)), 500, /too many elements/],
  ['500,000 comments', getDevices('<!---->'.repeat(500_000)), 500, /too many comments/],
  ['4 MB of text', getDevices(`<filter>${'x '.repeat(1_900_000)}</filter>`), 500, /maximum length|filter/],
  ['a name of 1 MB', envelope(`<${'g'.repeat(1_000_000)}/>`), 500, /name is too long/],
  ['5 MB', getDevices(`<filter>${'x'.repeat(5_000_000)}</filter>`), 413, /larger than 4194304 bytes/],
  ['a wrong token with 3 MB behind it', token('x'.repeat(3_000_000)), 401, /credentials/],
];
