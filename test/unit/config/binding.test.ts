import { expect } from 'chai';
import { bindingFault } from '../../../src/config/binding.js';
import { readSettings } from '../../../src/config/load.js';
import type { Settings } from '../../../src/config/settings.js';

const USER = '<USER name="ada" role="admin" password="scrypt:x"/>';
const KEY = '<POOL key="k"/>';

async function settings(body: string, uri = 'em1.example:8080'): Promise<Settings> {
  const text = `<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="EM1"><HOST><HTTP_SERVER uri="${uri}"/></HOST>${body}</EMANAGER></PTP_CONFIG>`;
  const result = await readSettings(text, '/somewhere/em.xml', { environment: {} });
  if (!result.settings) throw new Error(JSON.stringify(result.faults));
  return result.settings;
}

describe('where a manager may listen', () => {
  const cases: readonly (readonly [
    what: string,
    body: string,
    uri: string,
    address: string,
    fault: RegExp | undefined,
  ])[] = [
    ['loopback without anything', '', 'a:1', '127.0.0.1', undefined],
    ['loopback with anonymous viewers', '<SECURITY anonymous="viewer"/>', 'a:1', '::1', undefined],
    ['elsewhere without anything', '', 'a:1', '192.0.2.1', /no SECURITY\/USER and no POOL key/],
    ['all addresses', '', 'a:1', '::', /^:: is not loopback/],
    [
      'elsewhere with a user only',
      `<SECURITY tls="none">${USER}</SECURITY>`,
      'a:1',
      '192.0.2.1',
      /there is no POOL key/,
    ],
    ['elsewhere with a key only', `${KEY}<SECURITY tls="none"/>`, 'a:1', '192.0.2.1', /there is no SECURITY\/USER;/],
    ['elsewhere by plain HTTP', `${KEY}<SECURITY>${USER}</SECURITY>`, 'a:1', '192.0.2.1', /plain HTTP is refused/],
    [
      'elsewhere by plain HTTP, accepted',
      `${KEY}<SECURITY tls="none">${USER}</SECURITY>`,
      'a:1',
      '192.0.2.1',
      undefined,
    ],
    [
      'elsewhere by HTTPS',
      `${KEY}<SECURITY><TLS cert="c" key="k"/>${USER}</SECURITY>`,
      'https://a:1',
      '192.0.2.1',
      undefined,
    ],
    [
      'elsewhere with mutual TLS instead of a key',
      `<SECURITY><TLS cert="c" key="k" ca="a" clients="required"/>${USER}</SECURITY>`,
      'https://a:1',
      '192.0.2.1',
      undefined,
    ],
    [
      'elsewhere with optional certificates',
      `<SECURITY><TLS cert="c" key="k" ca="a" clients="optional"/>${USER}</SECURITY>`,
      'https://a:1',
      '192.0.2.1',
      /no POOL key/,
    ],
    [
      'elsewhere with anonymous viewers',
      `${KEY}<SECURITY anonymous="viewer" tls="none">${USER}</SECURITY>`,
      'a:1',
      '192.0.2.1',
      /anonymous="viewer" is refused/,
    ],
  ];
  for (const [what, body, uri, address, fault] of cases) {
    it(what, async () => {
      const said = bindingFault(await settings(body, uri), ['127.0.0.1', address]);
      if (fault) expect(said).to.match(fault);
      else expect(said).to.equal(undefined);
    });
  }
});
