/** What `npm run bench` compares has to be the same work: every program reads the same values of the same agents. */
import { expect } from 'chai';
import { Program } from '../bench/program.js';
import { makePrograms, type Programs } from '../bench/snmp/snmp.js';
import { argumentsOf, type Work } from '../bench/snmp/work.js';
import { counterpart } from '../support/counterparts.js';

const AGENTS = 3;
const TIMES = 12;
const VALUES: Record<Work, number> = { get: 10, bulk: 220, walk: 220, table: 220, secured: 10 };

describe('the programs of the SNMP measurements', function () {
  this.timeout(60_000);
  counterpart('netSnmpLibrary');
  let programs: Programs | undefined;
  before('makes them', async () => {
    programs = await makePrograms();
  });
  after(() => programs?.agent.stop());

  for (const work of ['get', 'bulk', 'walk', 'table', 'secured'] as const) {
    it(`read the same (${work})`, async () => {
      const { port = 0, library = '' } = programs ?? {};
      const started = argumentsOf({ work, port, agents: AGENTS, window: 4 });
      const clients = [
        (await Program.start(library, started)).program,
        await Program.startNode('snmp/by-poller', started),
        await Program.startNode('snmp/by-session', started),
        await Program.startNode('snmp/by-net-snmp', started),
      ];
      try {
        const done = await Promise.all(clients.map((client) => client.run(TIMES)));
        expect(done.map(({ failed }) => failed)).to.deep.equal([0, 0, 0, 0]);
        expect(done.map(({ values }) => values)).to.deep.equal(done.map(() => TIMES * VALUES[work]));
        expect(new Set(done.map(({ sum }) => sum)).size).to.equal(1);
        expect(done[0]?.sum).to.be.above(0);
      } finally {
        await Promise.all(clients.map((client) => client.stop()));
      }
    });
  }
});
