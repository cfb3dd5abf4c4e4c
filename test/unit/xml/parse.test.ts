import { expect } from 'chai';
import fc from 'fast-check';
import { XmlCData, XmlElement, XmlText } from 'libxml2-wasm';
import { PtpError } from '../../../src/base/errors.js';
import { XML_LIMITS } from '../../../src/xml/guard.js';
import { withDocument } from '../../../src/xml/libxml2.js';
import { parseXml, type XmlNode } from '../../../src/xml/parse.js';
import { cleanText, escapeAttribute, escapeText } from '../../../src/xml/write.js';

/** The same text as libxml2 reads it. */
function oracle(text: string): XmlNode {
  const read = (element: XmlElement): XmlNode => {
    const children: XmlNode[] = [];
    let content = '';
    for (const node of element.find('node()')) {
      if (node instanceof XmlElement) children.push(read(node));
      else if (node instanceof XmlText || node instanceof XmlCData) content += node.content;
    }
    const attributes = new Map(
      element.attrs.map((one) => [one.prefix ? `{${one.namespaceUri}}${one.name}` : one.name, one.content] as const),
    );
    return { name: element.name, namespace: element.namespaceUri, attributes, children, text: content };
  };
  return withDocument(text, (document) => read(document.root));
}

const plain = (node: XmlNode): unknown => ({
  ...node,
  attributes: [...node.attributes].sort(),
  children: node.children.map(plain),
});

describe('reading XML as a tree', () => {
  const texts: string[] = [
    '<a/>',
    '<a>007</a>',
    '<a>+49 170</a>',
    '<a> <b/> </a>',
    '<a>a<!-- x -->b<!--y--></a>',
    '<a>a<?p q="r"?>b</a>',
    '<a>\r\nx\ry\n</a>',
    '<a>&#13;&#x1F600;&#10;&lt;&gt;&amp;&quot;&apos;</a>',
    '<a b="x\r\ny\tz&#9;&#10;&#13;"/>',
    '<a b=\'"\' c="\'"/>',
    '<a b = "1"\n\tc\n=\n"2"/>',
    '<a b="a>b/>c"/>',
    '<a b="x/"/>',
    "<a b='/'></a>",
    '<a><![CDATA[]]></a>',
    '<a><![CDATA[<b>&amp;]]]]><![CDATA[>]]></a>',
    '<a>x<![CDATA[ y ]]>z</a>',
    '<__proto__ __proto__="1"><__proto__ constructor="2"/><constructor/><toString hasOwnProperty="x"/></__proto__>',
    '<a xmlns="u"><b xmlns=""/><c xmlns:p="v" p:q="1" q="2"><p:d/></c></a>',
    '<p:a xmlns:p="u" xml:lang="de"><p:b xmlns:p="v"/></p:a>',
    '<a xmlns="u&amp;v"/>',
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<!-- c -->\n<?p?><a/>\n<!-- d -->\n',
    '\uFEFF<a>\uFEFF</a>',
    '<é ü="\u{1F600}">\u{10FFFF}</é>',
    '<a.b-c_d/>',
    '<a>true</a>',
    '<a>0x1F 1e5 </a>',
    '<a>&amp;lt;</a>',
    '<a>&amp;#60;</a>',
    '<a></a >',
    '<a><b></b\n></a>',
    '<input><br/><p>x</p></input>',
    '<a><text/><cdata/></a>',
  ];
  for (const text of texts) {
    it(`reads ${JSON.stringify(text).slice(0, 70)} as libxml2 does`, () => {
      expect(plain(parseXml(text))).to.deep.equal(plain(oracle(text)));
    });
  }

  it('reads any well-formed text as libxml2 does', () => {
    const chars = fc.string({
      unit: fc.constantFrom(...'ab0 7+.\n\r\t\'">/=-]', '\u{1F600}', 'é', '\u2028', '\u00A0', '__proto__'),
      maxLength: 8,
    });
    const name = fc.constantFrom(
      'a',
      'b',
      '__proto__',
      'constructor',
      'p:c',
      'toString',
      'é',
      'q:__proto__',
      'x-y.z',
      'length',
    );
    const text = fc.oneof(
      chars.map(escapeText),
      chars.map((value) => escapeText(value).replace(/&#13;/g, '\r')),
      chars.map((value) => `<![CDATA[${value.replaceAll(']]>', ']] >')}]]>`),
      fc.constantFrom('<!-- & < -->', '<?p x="&y"?>', '&#xD;', '&#x1F600;', ']]&gt;', '&amp;amp;', '&#0065;'),
    );
    const attribute = fc.tuple(
      fc.constantFrom(
        'a',
        '__proto__',
        'constructor',
        'p:a',
        'xml:lang',
        'xmlns',
        'xmlns:p',
        'hasOwnProperty',
        'version',
      ),
      fc.oneof(
        chars.map(escapeAttribute),
        chars.map((value) => value.replace(/["<&]/g, '')),
      ),
      fc.constantFrom('=', ' = ', '\n=\t'),
    );
    const attributes = fc
      .uniqueArray(attribute, { selector: ([key]) => key, maxLength: 4 })
      .map((all) =>
        all
          .map(
            ([key, value, is]) =>
              ` ${key}${is}"${key.startsWith('xmlns') ? `urn:${escapeAttribute(value.replace(/[^a-z]/g, ''))}` : value}"`,
          )
          .join('\n'),
      );
    const { node } = fc.letrec<{ node: string }>((tie) => ({
      node: fc
        .tuple(name, attributes, fc.array(fc.oneof({ maxDepth: 5 }, text, tie('node')), { maxLength: 4 }))
        .map(([tag, attrs, parts]) =>
          parts.length === 0 ? `<${tag}${attrs}/>` : `<${tag}${attrs}>${parts.join('')}</${tag}>`,
        ),
    }));
    fc.assert(
      fc.property(node, (inner) => {
        const whole = `<r xmlns:p="urn:p" xmlns:q="urn:q">${inner}</r>`;
        expect(plain(parseXml(whole))).to.deep.equal(plain(oracle(whole)));
      }),
      { numRuns: 300 },
    );
    expect(({} as Record<string, unknown>)['1']).to.equal(undefined);
  });

  it('keeps U+FEFF within the text, which libxml2-wasm drops', () => {
    expect(parseXml('<a b="\uFEFF1">\uFEFF a text of more than sixteen bytes</a>').text).to.equal(
      '\uFEFF a text of more than sixteen bytes',
    );
  });

  const refused = [
    '',
    'x',
    '<a>',
    '<a></b>',
    '<a b="1" b="2"/>',
    '<a b=1/>',
    '<a b/>',
    '<a>&x;</a>',
    '<a>&#0;</a>',
    '<a>&</a>',
    '<a b="<"/>',
    '<a>]]></a>',
    '<a/><b/>',
    '<a/>x',
    '<1/>',
    '<p:a/>',
    '<a><!-- -- --></a>',
    '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>',
    '<!DOCTYPE a><a/>',
    '<a>'.repeat(10_000),
    `<a>${'<b/>'.repeat(XML_LIMITS.maxElements)}</a>`,
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text.slice(0, 50))}`, () => {
      expect(() => parseXml(text)).to.throw(PtpError);
    });
  }
});

describe('writing XML', () => {
  it('keeps any text that XML can carry, in elements and attributes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 50 }),
        fc.constantFrom('', '\r', ']]>', '\t\n', '"\'&<>'),
        (start, end) => {
          const text = cleanText(start + end);
          const node = parseXml(`<a b="${escapeAttribute(text)}">${escapeText(text)}</a>`);
          expect(node.text).to.equal(text);
          expect(node.attributes.get('b')).to.equal(text);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses what XML cannot carry, and can clean it', () => {
    for (const bad of ['\0', '\u0008', '\uFFFF', '\uD800', 'a\uDC00']) {
      expect(() => escapeText(bad)).to.throw(PtpError, /cannot stand in XML/);
      expect(() => escapeAttribute(bad)).to.throw(PtpError, /cannot stand in XML/);
      expect(cleanText(bad)).to.match(/\uFFFD$/);
    }
    expect(cleanText('a\0b\u{1F600}\uD800')).to.equal('a\uFFFDb\u{1F600}\uFFFD');
  });
});
