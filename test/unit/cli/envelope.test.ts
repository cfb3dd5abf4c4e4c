import { expect } from 'chai';
import { readEnvelope } from '../../../src/cli/call/envelope.js';

const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';
const envelope = (namespace: string, body: string) =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="${namespace}" xmlns:p="urn:ptpmgr:peer"><s:Header/><s:Body>${body}</s:Body></s:Envelope>`;

describe('a SOAP answer', () => {
  it('is shown indented, with the namespaces that it uses', () => {
    const answer = readEnvelope(
      envelope(
        SOAP_11,
        '<p:getXResponse><p:id>EM1</p:id><p:list><a xmlns="">x &lt; y &amp; "z"</a><b xmlns=""/></p:list></p:getXResponse>',
      ),
    );
    expect(answer).to.deep.equal({
      xml: [
        '<p:getXResponse xmlns:p="urn:ptpmgr:peer">',
        '  <p:id>EM1</p:id>',
        '  <p:list>',
        '    <a xmlns="">x &lt; y &amp; "z"</a>',
        '    <b xmlns=""/>',
        '  </p:list>',
        '</p:getXResponse>',
      ].join('\n'),
    });
  });

  it('keeps text and attributes to the character', () => {
    const answer = readEnvelope(envelope(SOAP_12, '<r a="1&#10;2&quot;"><t>  two\n lines </t></r>'));
    expect(answer).to.deep.equal({ xml: '<r a="1&#10;2&quot;">\n  <t>  two\n lines </t>\n</r>' });
  });

  it('is a fault of SOAP 1.1 with its detail', () => {
    const fault =
      '<s:Fault><faultcode>p:Client.Validation</faultcode><faultstring>short</faultstring><detail><p:Fault><p:code>Client.Validation</p:code>' +
      '<p:path>/getSamples/from</p:path><p:line>3</p:line><p:column>7</p:column><p:message>from should be a time</p:message></p:Fault></detail></s:Fault>';
    expect(readEnvelope(envelope(SOAP_11, fault))).to.deep.equal({
      fault: {
        code: 'Client.Validation',
        message: 'from should be a time',
        path: '/getSamples/from',
        line: '3',
        column: '7',
      },
    });
  });

  it('is a fault of SOAP 1.2, also one without our detail', () => {
    const fault =
      '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>p:Client.NotFound</s:Value></s:Subcode></s:Code>' +
      '<s:Reason><s:Text xml:lang="en">there is no device x</s:Text></s:Reason></s:Fault>';
    expect(readEnvelope(envelope(SOAP_12, fault))).to.deep.equal({
      fault: { code: 'Client.NotFound', message: 'there is no device x' },
    });
  });

  for (const text of ['', 'no', '<html/>', '<s:Envelope/>', envelope(SOAP_11, ''), '<a><b></a>']) {
    it(`is not ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(() => readEnvelope(text)).to.throw('the answer is no SOAP envelope');
    });
  }
});
