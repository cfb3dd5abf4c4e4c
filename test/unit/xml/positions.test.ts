import { expect } from 'chai';
import fc from 'fast-check';
import { PtpError } from '../../../src/base/errors.js';
import { locate, type PositionedElement, parsePositioned } from '../../../src/xml/positions.js';

describe('xml with positions', () => {
  const text =
    '\uFEFF<?xml version="1.0"?>\r\n<a \r\n x="1\r\n2">\r\n<b>\r\r\n</b>\r\n \u{1F600}<b q=\'&lt;\'>t<!-- z -->u</b ><c></c><d/>\r\n</a>';
  const document = parsePositioned(text);
  const slice = (element: PositionedElement) => text.slice(element.offset, element.end);

  it('keeps every offset, whatever the line ends and characters', () => {
    const [b1, b2, c, d] = document.root.children;
    expect(b1 && slice(b1)).to.equal('<b>\r\r\n</b>');
    expect(b1?.text).to.equal('\n\n');
    expect(b2 && slice(b2)).to.equal("<b q='&lt;'>t<!-- z -->u</b >");
    expect(b2 && text.slice(b2.startTagEnd, b2.contentEnd)).to.equal('t<!-- z -->u');
    expect(b2?.text).to.equal('tu');
    expect(c?.contentEnd).to.equal(c?.startTagEnd);
    expect(c?.selfClosing).to.equal(false);
    expect(d?.selfClosing).to.equal(true);
    expect([b1?.path, b2?.path, c?.path]).to.deep.equal(['/a/b[1]', '/a/b[2]', '/a/c']);
    expect([b2?.line, b2?.column]).to.deep.equal([7, 4]);
    expect(document.root.end).to.equal(text.length);
    const q = b2?.attributes.get('q');
    expect(q?.value).to.equal('<');
    expect(q && text.slice(q.valueOffset, q.valueEnd)).to.equal('&lt;');
    expect(q && text.slice(q.offset, q.end)).to.equal("q='&lt;'");
    expect(document.root.attributes.get('x')?.value).to.equal('1 2');
  });

  it('finds what libxml2 names', () => {
    expect(locate(document, '/a/b[2]/@q')?.attribute?.value).to.equal('<');
    expect(locate(document, '/a/*[3]')?.element.name).to.equal('c');
    expect(locate(document, '/*/b[1]/text()')?.element.path).to.equal('/a/b[1]');
    expect(locate(document, '/a/b[3]')).to.equal(undefined);
    expect(locate(parsePositioned('<p:a xmlns:p="u"><p:b/></p:a>'), '/p:a/p:b')?.element.local).to.equal('b');
  });

  const faults: [string, number, number, RegExp][] = [
    ['<a>\u{1F600}\r\n<b></a>', 2, 4, /missing end tag for element b/],
    ['<a>&foo;</a>', 1, 4, /&foo;/],
    ['<a x="1" x="2"/>', 1, 15, /duplicate attribute: x/],
    ['<a/>\n<b/>', 2, 1, /extra content/],
    ['<a>'.repeat(10_000), 1, 193, /nested too deeply/],
    ['<!DOCTYPE a><a/>', 1, 1, /DOCTYPE/],
  ];
  for (const [bad, line, column, message] of faults) {
    it(`places the fault in ${JSON.stringify(bad.slice(0, 30))}`, () => {
      expect(() => parsePositioned(bad))
        .to.throw(PtpError, message)
        .with.nested.property('place')
        .that.deep.includes({ line, column });
    });
  }

  it('does not take longer than the length of the text', () => {
    const before = process.cpuUsage();
    parsePositioned(`<a>${'\r'.repeat(2e6)}</a>`);
    parsePositioned(`<a>${'\r\n'.repeat(1e6)}</a>`);
    expect(process.cpuUsage(before).user / 1000).to.be.below(5000);
  });

  it('gives elements whose slices parse to themselves', () => {
    const leaf = fc.constantFrom(
      'x',
      '&amp;',
      '<!-- c -->',
      '<![CDATA[]]]]>',
      '\r\n',
      '\u{1F600}',
      '<e a="1"\n b=\'"\'/>',
      '<?p i?>',
    );
    const tree = fc.letrec<{ node: string }>((tie) => ({
      node: fc
        .array(fc.oneof({ maxDepth: 4 }, leaf, tie('node')), { maxLength: 5 })
        .map((parts) => `<n k="&#10;">${parts.join('')}</n\t>`),
    })).node;
    fc.assert(
      fc.property(tree, (xml) => {
        const check = (element: PositionedElement): void => {
          const again = parsePositioned(xml.slice(element.offset, element.end)).root;
          expect(again.text).to.equal(element.text);
          expect(again.children.length).to.equal(element.children.length);
          for (const child of element.children) check(child);
        };
        check(parsePositioned(xml).root);
      }),
      { numRuns: 100 },
    );
  });
});
