import { expect } from 'chai';
import { findUsernameToken } from '../../../src/peer/soap.js';

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const TOKEN = `<w:Security xmlns:w="${WSSE}"><w:UsernameToken><w:Username>ada</w:Username><w:Password>secret</w:Password></w:UsernameToken></w:Security>`;

const find = (text: string) => findUsernameToken(Buffer.from(text));
const envelope = (header: string, body: string, prefix = 's:') =>
  `<${prefix}Envelope xmlns${prefix ? `:${prefix.slice(0, -1)}` : ''}="${SOAP}"><${prefix}Header>${header}</${prefix}Header>${body}</${prefix}Envelope>`;

describe('a UsernameToken in a message of a stranger', () => {
  it('is found in the header, whatever prefixes and blanks there are', () => {
    for (const prefix of ['s:', '', 'ü.1:'])
      for (const body of [`<${prefix}Body>`, `<${prefix}Body a="b">`, `<${prefix}Body\n>`, `<${prefix}Body/>`])
        expect(find(envelope(TOKEN, `${body}<x/>`, prefix)), `${prefix} ${body}`).to.deep.equal({
          user: 'ada',
          password: 'secret',
        });
  });

  it('is not looked for behind the header, so that nothing there costs anything', () => {
    expect(find(envelope('', `<s:Body>${TOKEN}</s:Body>`))).to.equal(undefined);
    const startedMs = performance.now();
    const body = '<x/>'.repeat(900_000);
    expect(find(envelope(TOKEN, `<s:Body>${body}</s:Body>`))?.user).to.equal('ada');
    expect(find(envelope(TOKEN, '<s:Body><broken &'))?.user).to.equal('ada');
    expect(performance.now() - startedMs).to.be.below(200);
  });

  it('is not in what is no envelope, and a header without end is refused', () => {
    for (const text of ['', '<Body>', `${TOKEN}<Body/>`, 'UsernameToken', `<a>${TOKEN}</a>`])
      expect(find(text), text).to.equal(undefined);
    expect(() => find(envelope(TOKEN.repeat(1000), '<s:Body/>'))).to.throw(/Header is longer than 65536 bytes/);
    expect(() => find(envelope(`${TOKEN}<open>`, '<s:Body/>'))).to.throw(/<open>.*is closed by/);
    expect(() => find(`<!DOCTYPE a>${envelope(TOKEN, '<s:Body/>')}`)).to.throw(/DOCTYPE/);
  });
});
