import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { compileSchema } from '../../../src/xml/xsd.js';

const MAIN = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" xmlns="urn:t" elementFormDefault="qualified">
  <xs:import schemaLocation="other.xsd"/>
  <xs:element name="r">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="item" maxOccurs="unbounded">
          <xs:complexType>
            <xs:simpleContent>
              <xs:extension base="xs:int">
                <xs:attribute name="kind" use="required" type="kind"/>
              </xs:extension>
            </xs:simpleContent>
          </xs:complexType>
        </xs:element>
        <xs:element xmlns="" ref="other"/>
        <xs:choice minOccurs="0">
          <xs:element name="label"/>
          <xs:element name="port" type="port"/>
        </xs:choice>
      </xs:sequence>
      <xs:attribute name="every" type="duration"/>
    </xs:complexType>
    <xs:unique name="kinds"><xs:selector xpath="other/kind"/><xs:field xpath="."/></xs:unique>
  </xs:element>
  <xs:simpleType name="kind">
    <xs:restriction base="xs:string"><xs:enumeration value="alpha"/><xs:enumeration value="beta"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="port">
    <xs:restriction base="xs:int"><xs:minInclusive value="1"/><xs:maxInclusive value="65535"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="duration">
    <xs:annotation><xs:documentation>a duration such as 30s</xs:documentation></xs:annotation>
    <xs:restriction base="xs:string"><xs:pattern value="[0-9]+s"/></xs:restriction>
  </xs:simpleType>
</xs:schema>`;
const OTHER = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="other"><xs:complexType>
    <xs:sequence><xs:element name="kind" type="xs:string" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
  </xs:complexType><xs:unique name="kinds"><xs:selector xpath="kind"/><xs:field xpath="."/></xs:unique></xs:element>
</xs:schema>`;

describe('validation by schema', () => {
  const schema = compileSchema(
    new Map([
      ['main.xsd', MAIN],
      ['other.xsd', OTHER],
    ]),
  );
  const r = (content: string, attributes = ''): string => `<r xmlns="urn:t"${attributes}>\n${content}</r>`;
  const good = '<item kind="alpha">1</item><other xmlns=""/>';

  it('finds nothing wrong in what is right, imports included', () => {
    expect(schema.validate(r(good, ' every="30s"'))).to.deep.equal([]);
    schema.require(r(good));
  });

  const cases: [string, string, number, number, string, string][] = [
    [
      'an attribute value outside its list',
      r('<item kind="betta">1</item><other xmlns=""/>'),
      2,
      7,
      '/r/item/@kind',
      '"betta" is not right for the attribute kind of item; it should be alpha or beta (did you mean beta?)',
    ],
    [
      'an attribute value with a documented type',
      r(good, '\n  every="1h"'),
      2,
      3,
      '/r/@every',
      '"1h" is not right for the attribute every of r; it should be a duration such as 30s',
    ],
    ['a misspelt attribute', r(good, ' evry="1s"'), 1, 18, '/r/@evry', 'r has no attribute evry; did you mean every?'],
    ['an unknown attribute', r(good, ' colour="red"'), 1, 18, '/r/@colour', 'r has no attribute colour; it has every'],
    [
      'a missing attribute',
      r('<item>1</item><other xmlns=""/>'),
      2,
      1,
      '/r/item',
      'item lacks its attribute kind; it should be alpha or beta',
    ],
    [
      'text of the wrong type',
      r('<item kind="beta">1.5</item><other xmlns=""/>'),
      2,
      1,
      '/r/item',
      '"1.5" is not right for item; it should be a whole number',
    ],
    [
      'a number out of bounds',
      r(`${good}<port>70000</port>`),
      2,
      45,
      '/r/port',
      '"70000" is not right for port; it should be a whole number from 1 to 65535',
    ],
    ['a misspelt element', r(`${good}<lable/>`), 2, 45, '/r/lable', 'lable is not known in r; did you mean label?'],
    [
      'an unknown element',
      r('<item kind="beta">1</item><xyzzy/>'),
      2,
      27,
      '/r/xyzzy',
      'xyzzy is not known in r; expected here: item or other',
    ],
    [
      'an element too much',
      r(`${good}<label/><label/>`),
      2,
      53,
      '/r/label[2]',
      'label stands here once too often in r; the order is item, other, label or port',
    ],
    [
      'an element in the wrong namespace',
      r('<item kind="beta">1</item><other/>'),
      2,
      27,
      '/r/other',
      'other is in the wrong namespace in r (namespace "urn:t")',
    ],
    ['an incomplete element', r('<item kind="beta">1</item>'), 1, 1, '/r', 'r is not complete; missing is: other'],
    ['another root', '<q/>', 1, 1, '/q', 'the root element q (no namespace) is not known; it should be r or other'],
    [
      'elements in simple content',
      r('<item kind="beta">1<b/></item><other xmlns=""/>'),
      2,
      1,
      '/r/item',
      'item takes no elements; it should be a whole number',
    ],
    [
      'a second of what is unique',
      '<other><kind>a</kind><kind>a</kind></other>',
      1,
      22,
      '/other/kind[2]',
      'kind "a" stands here for the second time; it should be unique',
    ],
  ];
  for (const [what, text, line, column, path, message] of cases) {
    it(`says what is wrong and what would be right: ${what}`, () => {
      expect(schema.validate(text)[0]).to.deep.equal({ line, column, path, message });
      expect(() => schema.require(text)).to.throw(PtpError, message);
    });
  }

  const syntax: [string, string][] = [
    ['<r>\n<b></r>', '<b> of line 2 is closed by </r>; it should be closed by </b>'],
    ['<r><b>', '<b> of line 1 is not closed; </b> is missing'],
    ['<r a="1" a="2"/>', 'the attribute a stands twice in one element; leave one away'],
    ['<p:r/>', 'the prefix p of r is not declared; xmlns:p="..." is missing'],
    ['<r>a & b</r>', 'a plain "&" is written "&amp;"'],
    ['<r a=1/>', 'the value of an attribute stands in quotes'],
    ['<r/><r/>', 'something follows the end of the root element; there may be only one root element'],
    ['<!DOCTYPE r><r/>', "a DOCTYPE is not accepted, nor are entities of one's own; remove it"],
  ];
  for (const [text, message] of syntax) {
    it(`says of ${JSON.stringify(text)}: ${message}`, () => {
      const faults = schema.validate(text);
      expect(faults.map((fault) => fault.message)).to.deep.equal([message]);
    });
  }

  it('ends at 50 faults without taking time with the square of their number', () => {
    const before = process.cpuUsage();
    expect(schema.validate(r('<item kind="gamma">x</item>'.repeat(20_000))).length).to.equal(50);
    expect(process.cpuUsage(before).user / 1000).to.be.below(5000);
  });

  it('frees every document', () => {
    const text = r(`${good}<label>${'x'.repeat(100_000)}</label>`);
    for (let i = 0; i < 50; i++) schema.validate(text);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 500; i++) schema.validate(i % 2 ? text : `${text}<`);
    expect(process.memoryUsage().rss - before).to.be.below(64 * 2 ** 20);
  });

  it('refuses a schema that is wrong itself, with its place', () => {
    const bad =
      '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">\n<xs:element name="a" type="xs:nothing"/></xs:schema>';
    expect(() => compileSchema(new Map([['bad.xsd', bad]]))).to.throw(/bad\.xsd, line 2/);
  });
});
