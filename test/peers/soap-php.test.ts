/** PHP's SoapClient against the served WSDL. */
import { packagePath } from '../../src/base/paths.js';
import { counterpart } from '../support/counterparts.js';
import { runScript } from './foreign/script-client.js';
import { describeForeignClient } from './foreign/suite.js';

describe('SOAP from PHP', () => {
  counterpart('php');
  describeForeignClient({
    name: 'SoapClient',

    run: (plan) => runScript('php', [packagePath('test', 'peers', 'clients', 'soap_client.php')], plan),
  });
});
