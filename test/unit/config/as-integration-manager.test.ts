import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { asIntegrationManager } from '../../../src/config/as-integration-manager.js';

describe('a configuration of an integration manager', () => {
  it('is made of that of an e-manager, every other byte as it was', () => {
    const text = `<?xml version="1.0"?>
<!-- EMANAGER type="EM" -->\r
<PTP_CONFIG version="1.0"><PTPMANAGER   type = 'EM'/>
  <EMANAGER id="EM1" name="EMANAGER &lt;1>">
    <NEIGHBORS><EMANAGER id="EM2"><HOST/></EMANAGER></NEIGHBORS>
    <COMMENTS><![CDATA[</EMANAGER>]]></COMMENTS>
  </EMANAGER >
</PTP_CONFIG>
`;
    expect(asIntegrationManager(text)).to.equal(
      text
        .replace("'EM'", "'EIM'")
        .replace('<EMANAGER id="EM1"', '<EINTEGRATION_MANAGER id="EM1"')
        .replace('</EMANAGER >', '</EINTEGRATION_MANAGER >'),
    );
  });

  it('is made of one without content', () => {
    expect(asIntegrationManager('<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="a"/></PTP_CONFIG>')).to.equal(
      '<PTP_CONFIG><PTPMANAGER type="EIM"/><EINTEGRATION_MANAGER id="a"/></PTP_CONFIG>',
    );
  });

  it('is not made of anything else', () => {
    const eim = '<PTP_CONFIG><PTPMANAGER type="EIM"/><EINTEGRATION_MANAGER id="a"/></PTP_CONFIG>';
    expect(() => asIntegrationManager(eim)).to.throw(PtpError, /there is no EMANAGER/);
    expect(() => asIntegrationManager('<PTP_CONFIG>')).to.throw(PtpError);
  });
});
