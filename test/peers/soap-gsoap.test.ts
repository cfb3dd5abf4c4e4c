/** C++ classes and stubs that gSOAP generates from the served WSDL. */
import { counterpart } from '../support/counterparts.js';
import { GsoapClient } from './foreign/gsoap-client.js';
import { describeForeignClient } from './foreign/suite.js';

describe('SOAP from C++ (gSOAP)', function () {
  this.timeout(600_000);
  counterpart('gsoap');
  let built: Promise<GsoapClient> | undefined;

  describeForeignClient({
    name: 'gSOAP',
    checksBounds: true,
    async run(plan) {
      // Compiled once, against the first server; both serve the same.
      built ??= build(plan.wsdl);
      return (await built).run(plan);
    },
  });
});

async function build(wsdl: string): Promise<GsoapClient> {
  const client = new GsoapClient();
  await client.build(wsdl);
  return client;
}
