import { expect } from 'chai';
import fc from 'fast-check';
import { maskConfig } from '../../../src/config/mask.js';

describe('masking', () => {
  const cases: readonly (readonly [what: string, before: string, after: string])[] = [
    ['secrets in clear', '<A><POOL name="x"  key = "abc"/></A>', '<A><POOL name="x"  key = "***"/></A>'],
    ['single quotes', "<A><USER password='scrypt:x'/></A>", "<A><USER password='***'/></A>"],
    [
      'all kinds',
      '<CREDENTIAL community="a" password="b" authPassword="c" privPassword="d" passphrase="f" enablePassword="g" user="e"/>',
      '<CREDENTIAL community="***" password="***" authPassword="***" privPassword="***" passphrase="***" enablePassword="***" user="e"/>',
    ],
    ['references stay', `<POOL key="\${env:KEY}"/>`, `<POOL key="\${env:KEY}"/>`],
    ['a reference with something around it', `<POOL key="abc\${env:KEY}"/>`, '<POOL key="***"/>'],
    ['a path is no secret', '<TLS cert="a.crt" key="a.key"/>', '<TLS cert="a.crt" key="a.key"/>'],
    [
      'passwords in addresses',
      '<STORE url="postgres://me:pw@db/x" password="y"/>',
      '<STORE url="postgres://me:***@db/x" password="***"/>',
    ],
    ['no password in an address', '<ACCESS url="http://h:80/a@b?c:d@e"/>', '<ACCESS url="http://h:80/a@b?c:d@e"/>'],
    [
      'what a webhook is called by',
      '<DESTINATION id="a" type="webhook" url="https://u:p@hooks.example:8443/services/T0/B1?token=x"/>',
      '<DESTINATION id="a" type="webhook" url="https://u:***@hooks.example:8443/***"/>',
    ],
    [
      'a query behind the host of a webhook',
      "<A><DESTINATION url='http://h?token=x'/><!-- <DESTINATION id='b' url='http://h/x'/> --><DESTINATION url='http://h/'/></A>",
      "<A><DESTINATION url='http://h/***'/><!-- <DESTINATION id='b' url='http://h/***'/> --><DESTINATION url='http://h/'/></A>",
    ],
    [
      'a reference behind the host of a webhook',
      `<A><DESTINATION url="https://h/\${file:hook}"/><DESTINATION url="tcp://h:514"/></A>`,
      `<A><DESTINATION url="https://h/\${file:hook}"/><DESTINATION url="tcp://h:514"/></A>`,
    ],
    ['a webhook in what is not well-formed', '<A><DESTINATION url="http://h/x', '<A><DESTINATION url="http://h/***'],
    [
      'comments',
      `<A><!-- <USER password="x"/> 'key' key="\${file:k}" url="ftp://u:p@h/" --></A>`,
      `<A><!-- <USER password="***"/> 'key' key="\${file:k}" url="ftp://u:***@h/" --></A>`,
    ],
    ['what is not well-formed', '<A><POOL key="abc"><USER password="x', '<A><POOL key="***"><USER password="***'],
    ['an empty value', '<CREDENTIAL community=""/>', '<CREDENTIAL community=""/>'],
    ['line ends and blanks', '<A>\r\n\t<POOL\n key="a&#10;b"  />\r\n</A>', '<A>\r\n\t<POOL\n key="***"  />\r\n</A>'],
  ];
  for (const [what, before, after] of cases) it(what, () => expect(maskConfig(before)).to.equal(after));

  it('leaves every other byte', () => {
    const plain = fc.string({
      unit: fc.constantFrom('a', 'é', '😀', ' ', '\n', '\r\n', '&amp;', '<!-- c -->', '<B c="d"/>'),
    });
    fc.assert(fc.property(plain, (text) => maskConfig(`<A>${text}</A>`) === `<A>${text}</A>`));
  });

  it('never lets the secret through', () => {
    const around = fc.string({
      unit: fc.constantFrom('a', ' ', '\n', '<B>', '</B>', '"', "'", '<!--', '-->', '&', '😀'),
    });
    fc.assert(
      fc.property(around, around, fc.boolean(), (before, after, single) => {
        const quote = single ? "'" : '"';
        return !maskConfig(`<A>${before} <POOL key=${quote}Sesame42${quote}/> ${after}</A>`).includes('Sesame42');
      }),
    );
  });
});
