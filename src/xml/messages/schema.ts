/**
 * `schemas/ptp-messages.xsd` and `schemas/ptp.wsdl`, made from the table of messages.
 *
 * Both are committed so that they can be read and handed on without running anything; after a change of the table
 * `node dist/src/xml/messages/write-schemas.js` writes them anew, and a test says when that was forgotten.
 *
 * The form is what zeep, PHP, gSOAP and JAX-WS all digest: document/literal wrapped, named types, sequences only.
 * `PTP_STORE` is in no namespace, and so that all of them write it so it is an element of its own (`form`) of a type in no
 * namespace, and not a reference:
 *
 * - `xmlns=""`, here and in the schema of `PTP_STORE`: PHP finds no type without a prefix otherwise.
 * - Of a schema that is imported without a namespace zeep thinks that it belongs to the one that imports it. So the WSDL
 *   includes that of `PTP_STORE` on its own, and an import of nothing says that names without a prefix are in no namespace.
 */
import { escapeAttribute, escapeText } from '../write.js';
import { ID_LENGTH, TEXT_LENGTH } from './bounds.js';
import { messageName } from './encode.js';
import type { Field, Fields, FieldType, ScalarName } from './fields.js';
import { NAMESPACE, OPERATION_NAMES, OPERATIONS, PROTOCOL_VERSION } from './operations.js';

/** Where the WSDL says that the service is, until somebody serves it from a real address. */
export const PLACEHOLDER_ADDRESS = 'http://localhost:8080/ptpmgr/em/soap';
export const MESSAGES_FILE = 'ptp-messages.xsd';
export const STORE_FILE = 'ptp-store.xsd';
export const WSDL_FILE = 'ptp.wsdl';

const SCALARS: Readonly<Record<ScalarName, string>> = {
  string: 'tns:Text',
  id: 'tns:Id',
  int: 'tns:Int',
  decimal: 'tns:Decimal',
  boolean: 'xs:boolean',
  time: 'xs:dateTime',
  value: 'tns:Value',
};

/** The named types that the fields of the table use, in the order of their first use. */
class Types {
  readonly enums = new Map<string, readonly string[]>();
  readonly records = new Map<string, Fields>();

  add(fields: Fields): void {
    for (const { type } of Object.values(fields)) {
      if (type.is === 'enum') this.once(this.enums, type.name, type.values);
      if (type.is === 'record' && this.once(this.records, type.name, type.fields)) this.add(type.fields);
    }
  }

  private once<T>(known: Map<string, T>, name: string, value: T): boolean {
    const before = known.get(name);
    if (before === undefined) {
      known.set(name, value);
      return true;
    }
    if (JSON.stringify(before) !== JSON.stringify(value))
      throw new Error(`two different types in the table of messages are called ${name}`);
    return false;
  }
}

const typeName = (type: FieldType): string => {
  switch (type.is) {
    case 'scalar':
      return SCALARS[type.scalar];
    case 'enum':
    case 'record':
      return `tns:${type.name}`;
    case 'message':
      return type.direction === 'request' ? 'tns:EmbeddedRequest' : 'tns:EmbeddedAnswer';
    case 'ptpStore':
      return '';
  }
};

function elementOf(name: string, field: Field, indent: string): string {
  const occurs = { one: '', optional: ' minOccurs="0"', list: ' minOccurs="0" maxOccurs="unbounded"' }[field.occurs];
  if (field.type.is === 'ptpStore')
    return `${indent}<xs:element name="${name}" type="PtpStore" form="unqualified"${occurs}/>\n`;
  return `${indent}<xs:element name="${name}" type="${typeName(field.type)}"${occurs}/>\n`;
}

function sequence(fields: Fields, indent: string): string {
  const elements = Object.entries(fields).map(([name, field]) => elementOf(name, field, `${indent}  `));
  return elements.length === 0
    ? `${indent}<xs:sequence/>\n`
    : `${indent}<xs:sequence>\n${elements.join('')}${indent}</xs:sequence>\n`;
}

const enumType = (name: string, values: readonly string[]): string => `
  <xs:simpleType name="${name}">
    <xs:restriction base="xs:string">
${values.map((value) => `      <xs:enumeration value="${escapeAttribute(value)}"/>\n`).join('')}    </xs:restriction>
  </xs:simpleType>
`;

const recordType = (name: string, fields: Fields): string => `
  <xs:complexType name="${name}">
${sequence(fields, '    ')}  </xs:complexType>
`;

const messageElement = (name: string, fields: Fields, doc?: string): string => `
  <xs:element name="${name}">
${doc === undefined ? '' : `    <xs:annotation><xs:documentation>${escapeText(doc)}</xs:documentation></xs:annotation>\n`}    <xs:complexType>
${sequence(fields, '      ')}    </xs:complexType>
  </xs:element>
`;

const embeddedType = (name: string, direction: 'request' | 'answer'): string => `
  <xs:complexType name="${name}">
    <xs:choice>
${OPERATION_NAMES.map((operation) => `      <xs:element ref="tns:${messageName(operation, direction)}"/>\n`).join('')}    </xs:choice>
  </xs:complexType>
`;

const BASE_TYPES = `
  <xs:simpleType name="Text">
    <xs:restriction base="xs:string">
      <xs:maxLength value="${TEXT_LENGTH}"/>
    </xs:restriction>
  </xs:simpleType>

  <xs:simpleType name="Id">
    <xs:restriction base="xs:string">
      <xs:minLength value="1"/>
      <xs:maxLength value="${ID_LENGTH}"/>
    </xs:restriction>
  </xs:simpleType>

  <!-- What a double holds exactly. -->
  <xs:simpleType name="Int">
    <xs:annotation><xs:documentation>a whole number</xs:documentation></xs:annotation>
    <xs:restriction base="xs:long">
      <xs:minInclusive value="${Number.MIN_SAFE_INTEGER}"/>
      <xs:maxInclusive value="${Number.MAX_SAFE_INTEGER}"/>
    </xs:restriction>
  </xs:simpleType>

  <!-- Any finite double. -->
  <xs:simpleType name="Decimal">
    <xs:annotation><xs:documentation>a finite number</xs:documentation></xs:annotation>
    <xs:restriction base="xs:double">
      <xs:minInclusive value="-1.7976931348623157E308"/>
      <xs:maxInclusive value="1.7976931348623157E308"/>
    </xs:restriction>
  </xs:simpleType>

  <!-- number: a double, INF and NaN included. integer: any whole number, kept exactly. text: anything else. -->
  <xs:simpleType name="ValueType">
    <xs:restriction base="xs:string">
      <xs:enumeration value="number"/>
      <xs:enumeration value="integer"/>
      <xs:enumeration value="text"/>
    </xs:restriction>
  </xs:simpleType>

  <xs:complexType name="Value">
    <xs:simpleContent>
      <xs:extension base="tns:Text">
        <xs:attribute name="type" type="tns:ValueType" use="required"/>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>
`;

/** The detail of every fault. */
const FAULT = `
  <xs:complexType name="FaultDetail">
    <xs:sequence>
      <!-- Client.Validation, Client.Unauthorized, Client.Forbidden, Client.NotFound, Client.Conflict, Client.Stale,
           Server.Busy, Server.Unavailable, Server.Timeout or Server.Internal -->
      <xs:element name="code" type="tns:Id"/>
      <xs:element name="path" type="tns:Text" minOccurs="0"/>
      <xs:element name="line" type="tns:Int" minOccurs="0"/>
      <xs:element name="column" type="tns:Int" minOccurs="0"/>
      <xs:element name="message" type="tns:Text"/>
    </xs:sequence>
  </xs:complexType>

  <xs:element name="Fault" type="tns:FaultDetail"/>
`;

/** The text of `ptp-messages.xsd`. */
export function messagesSchema(): string {
  const types = new Types();
  for (const operation of OPERATION_NAMES) {
    types.add(OPERATIONS[operation].input);
    types.add(OPERATIONS[operation].output);
  }
  const elements = OPERATION_NAMES.map((operation) => {
    const { input, output, doc } = OPERATIONS[operation];
    return messageElement(operation, input, doc) + messageElement(messageName(operation, 'answer'), output);
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- The messages of the peer-to-peer interface, made from the table of messages. Do not edit. -->
<xs:schema xmlns="" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="${NAMESPACE}"
    targetNamespace="${NAMESPACE}" elementFormDefault="qualified" version="${PROTOCOL_VERSION}">

  <xs:import schemaLocation="${STORE_FILE}"/>
  <xs:import/>
${BASE_TYPES}${[...types.enums].map(([name, values]) => enumType(name, values)).join('')}${[...types.records].map(([name, fields]) => recordType(name, fields)).join('')}${embeddedType('EmbeddedRequest', 'request')}${embeddedType('EmbeddedAnswer', 'answer')}${FAULT}${elements.join('')}</xs:schema>
`;
}

const SOAP = { 11: 'http://schemas.xmlsoap.org/wsdl/soap/', 12: 'http://schemas.xmlsoap.org/wsdl/soap12/' } as const;

function binding(prefix: string, name: string): string {
  const operations = OPERATION_NAMES.map(
    (operation) => `    <wsdl:operation name="${operation}">
      <${prefix}:operation soapAction="${soapAction(operation)}" style="document"/>
      <wsdl:input><${prefix}:body use="literal"/></wsdl:input>
      <wsdl:output><${prefix}:body use="literal"/></wsdl:output>
      <wsdl:fault name="Fault"><${prefix}:fault name="Fault" use="literal"/></wsdl:fault>
    </wsdl:operation>
`,
  );
  return `  <wsdl:binding name="${name}" type="tns:PtpManager">
    <${prefix}:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
${operations.join('')}  </wsdl:binding>

`;
}

/** What a caller may say in `SOAPAction`, or as the action of SOAP 1.2. */
export const soapAction = (operation: string): string => `${NAMESPACE}#${operation}`;

/** The text of `ptp.wsdl`. */
export function wsdl(): string {
  const messages = OPERATION_NAMES.flatMap((operation) => [
    messageName(operation, 'request'),
    messageName(operation, 'answer'),
  ]).map(
    (name) => `  <wsdl:message name="${name}"><wsdl:part name="parameters" element="tns:${name}"/></wsdl:message>\n`,
  );
  const operations = OPERATION_NAMES.map(
    (operation) => `    <wsdl:operation name="${operation}">
      <wsdl:documentation>${escapeText(OPERATIONS[operation].doc)}</wsdl:documentation>
      <wsdl:input message="tns:${messageName(operation, 'request')}"/>
      <wsdl:output message="tns:${messageName(operation, 'answer')}"/>
      <wsdl:fault name="Fault" message="tns:Fault"/>
    </wsdl:operation>
`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- The peer-to-peer interface, made from the table of messages. Do not edit. -->
<wsdl:definitions name="PtpManager" targetNamespace="${NAMESPACE}"
    xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="${SOAP[11]}" xmlns:soap12="${SOAP[12]}"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="${NAMESPACE}">
  <wsdl:documentation>Peer-to-peer interface of ptpmgr, protocol version ${PROTOCOL_VERSION}.</wsdl:documentation>
  <wsdl:types>
    <xs:schema>
      <xs:include schemaLocation="${STORE_FILE}"/>
    </xs:schema>
    <xs:schema targetNamespace="${NAMESPACE}-wsdl">
      <xs:import namespace="${NAMESPACE}" schemaLocation="${MESSAGES_FILE}"/>
    </xs:schema>
  </wsdl:types>

${messages.join('')}  <wsdl:message name="Fault"><wsdl:part name="fault" element="tns:Fault"/></wsdl:message>

  <wsdl:portType name="PtpManager">
${operations.join('')}  </wsdl:portType>

${binding('soap', 'PtpManagerSoap11')}${binding('soap12', 'PtpManagerSoap12')}  <wsdl:service name="PtpManagerService">
    <wsdl:port name="PtpManagerSoap11" binding="tns:PtpManagerSoap11">
      <soap:address location="${PLACEHOLDER_ADDRESS}"/>
    </wsdl:port>
    <wsdl:port name="PtpManagerSoap12" binding="tns:PtpManagerSoap12">
      <soap12:address location="${PLACEHOLDER_ADDRESS}"/>
    </wsdl:port>
  </wsdl:service>
</wsdl:definitions>
`;
}
