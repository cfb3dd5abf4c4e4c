/** Python's zeep against the served WSDL. */
import { packagePath } from '../../src/base/paths.js';
import { counterpart, PYTHON } from '../support/counterparts.js';
import { runScript } from './foreign/script-client.js';
import { describeForeignClient } from './foreign/suite.js';

describe('SOAP from Python (zeep)', () => {
  counterpart('zeep');
  describeForeignClient({
    name: 'zeep',

    run: (plan) => runScript(PYTHON, [packagePath('test', 'peers', 'clients', 'zeep_client.py')], plan),
  });
});
