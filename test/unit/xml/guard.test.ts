import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { decodeXml, guardXml, XML_LIMITS } from '../../../src/xml/guard.js';

function refusal(run: () => unknown): PtpError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof PtpError) return thrown;
    throw thrown;
  }
  throw new Error('was taken, should have been refused');
}

describe('xml guard', () => {
  const taken: [string, string][] = [
    ['a plain document', '<?xml version="1.0" encoding="UTF-8"?>\n<a b="c">d</a>'],
    ['a byte order mark', '\uFEFF<a/>'],
    ['DOCTYPE in a comment', '<!-- <!DOCTYPE a> --><a/>'],
    ['DOCTYPE in CDATA', '<a><![CDATA[<!DOCTYPE a [<!ENTITY b "c">]>]]></a>'],
    ['DOCTYPE in a processing instruction', '<?x <!DOCTYPE a>?><a/>'],
    ['markup in an attribute', '<a b="x > y" c=\'"/>\'/>'],
    ['astral characters', '<a>\u{1F600}</a>'],
  ];
  for (const [what, text] of taken) it(`takes ${what}`, () => guardXml(text));

  const refused: [string, string, number, number, RegExp][] = [
    ['DOCTYPE', '<!DOCTYPE a>\n<a/>', 1, 1, /DOCTYPE is not accepted/],
    ['DOCTYPE after blanks and comments', '<?xml version="1.0"?>\n <!-- a -->\n  <!DOCTYPE\na>', 3, 3, /DOCTYPE/],
    ['a DOCTYPE in small letters', '<!doctype a><a/>', 1, 1, /DOCTYPE/],
    ['DOCTYPE within an element', '<a>\n<!DOCTYPE a></a>', 2, 1, /DOCTYPE/],
    ['an entity declaration', '<a><!ENTITY b "c"></a>', 1, 4, /neither a comment/],
    ['NUL', '<a>\n\0</a>', 2, 1, /U\+0000/],
    ['a control character', '<a b="\u0008"/>', 1, 7, /U\+0008/],
    ['a lone surrogate', '<a>x\uD800</a>', 1, 5, /U\+D800/],
    ['U+FFFF', '<a>\uFFFF</a>', 1, 4, /U\+FFFF/],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 1, 1, /should say UTF-8/],
    ['XML 1.1', '<?xml version="1.1"?><a/>', 1, 1, /should be XML 1.0/],
    ['an open comment', '<a><!-- </a>', 1, 4, /"-->" is missing/],
    ['an open tag', '<a b="c" <d/>', 1, 1, /">" is missing before the next/],
    ['an open attribute', '<a b="c></a>', 1, 6, /closing quote/],
    ['nothing', ' \n', 1, 1, /is empty/],
  ];
  for (const [what, text, line, column, message] of refused) {
    it(`refuses ${what}`, () => {
      const fault = refusal(() => guardXml(text));
      expect(fault.message).to.match(message);
      expect(fault.place).to.deep.include({ line, column });
    });
  }

  it('ends at the limits', () => {
    const limits = {
      ...XML_LIMITS,
      maxBytes: 2000,
      maxDepth: 3,
      maxElements: 5,
      maxAttributes: 2,
      maxAttributeLength: 10,
      maxNameLength: 8,
      maxPieces: 2,
    };
    for (const text of [
      '<a><a><a/></a></a>',
      '<a><b/><b/><b/><b/></a>',
      '<a x="1" y="2"/>',
      '<a x="123456789"/>',
      '<abcdefgh/>',
      '<a><!----><!----><a/><!----><!----></a>',
    ]) {
      guardXml(text, limits);
    }
    const cases: [string, RegExp][] = [
      ['<a><a><a><a/></a></a></a>', /at most 3 levels/],
      ['<a><b/><b/><b/><b/><b/></a>', /at most 5 /],
      ['<a x="1" y="2" z="3"/>', /at most 2 /],
      ['<a><!----><?p?><![CDATA[]]></a>', /in a row: at most 2 /],
      ['<a x="12345678901"/>', /at most 10 characters/],
      ['<abcdefghi/>', /at most 8 characters/],
      [`<a>${'x'.repeat(2000)}</a>`, /too large/],
      [`<a>${'é'.repeat(1000)}</a>`, /too large/],
    ];
    for (const [text, message] of cases) {
      const fault = refusal(() => guardXml(text, limits));
      expect(fault.code).to.equal('Client.TooLarge');
      expect(fault.message).to.match(message);
    }
  });

  it('passes hostile megabytes in time with their length', () => {
    const hostile = ['<', '<a', '<a ', '<a b=""', '&#', '\r', ']]>', '<!--', '<a>', '</a>', '"', "<a x='"];
    const before = process.cpuUsage();
    for (const piece of hostile) {
      try {
        guardXml(piece.repeat(Math.floor((2 * 2 ** 20) / piece.length)));
      } catch (thrown) {
        expect(thrown).to.be.instanceOf(PtpError);
      }
    }
    expect(process.cpuUsage(before).user / 1000).to.be.below(4000);
  });

  it('decodes UTF-8 only', () => {
    expect(decodeXml(Buffer.from('\uFEFF<a>é\u{1F600}</a>'))).to.equal('<a>é\u{1F600}</a>');
    expect(refusal(() => decodeXml(Buffer.from('<a/>', 'utf16le'))).code).to.equal('Client.MediaType');
    const broken = refusal(() =>
      decodeXml(Buffer.concat([Buffer.from('<a>\né'), Buffer.from([0xff]), Buffer.from('</a>')])),
    );
    expect(broken.place).to.deep.equal({ line: 2, column: 2 });
    expect(refusal(() => decodeXml(Buffer.alloc(100), { ...XML_LIMITS, maxBytes: 99 })).code).to.equal(
      'Client.TooLarge',
    );
  });
});
