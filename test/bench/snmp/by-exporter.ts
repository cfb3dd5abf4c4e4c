/** The work done by prometheus-snmp-exporter, whose CPU it is: one scrape for each piece of work, its text read here. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import { freeTcpPort } from '../../support/ports.js';
import { benchFolder, Daemon } from '../daemon.js';
import { type Begin, serve } from '../doing.js';
import { CELLS, COLUMNS, COMMUNITY, hostOf, jobOf, STEP, TABLE } from './work.js';

/** What of a module is asked for, by work. */
const ASKED: Readonly<Record<string, string>> = {
  get: `get: [${CELLS.map((oid) => `"${oid}"`).join(', ')}]`,
  walk: `walk: ["${TABLE}"]`,
};
/** ifDescr, ifPhysAddress and ifSpecific are no numbers; they count as such, and are not added up. */
const TEXTS: Readonly<Record<string, string>> = { 2: 'DisplayString', 6: 'PhysAddress48', 22: 'OctetString' };

/** Two modules of the exporter, as its generator writes them. */
function configuration(work: string): string {
  const metrics = COLUMNS.map((oid, at) => {
    const type = TEXTS[at + 1] ?? 'gauge';
    const name = `${type === 'gauge' ? 'number' : 'text'}_${at + 1}`;
    return `  - {name: ${name}, oid: ${oid}, type: ${type}, help: none, indexes: [{labelname: ifIndex, type: gauge}]}`;
  });
  const asking = `version: 2\n  max_repetitions: ${STEP}\n  auth: {community: ${COMMUNITY}}`;
  return `bench:\n  ${ASKED[work]}\n  ${asking}\n  metrics:\n${metrics.join('\n')}\n`;
}

const job = jobOf(process.argv.slice(2));
const folder = benchFolder('exporter');
const file = join(folder, 'snmp.yml');
writeFileSync(file, configuration(job.work));
const origin = `http://127.0.0.1:${await freeTcpPort()}`;
const daemon = await Daemon.start('prometheus-snmp-exporter', [
  `--config.file=${file}`,
  `--web.listen-address=${new URL(origin).host}`,
  '--log.level=error',
]);
await daemon.until('it answered', async () => (await fetch(origin).catch(() => undefined))?.ok === true);
const pool = new Pool(origin, { connections: job.window });

const begin: Begin = (agent, tally, ended) => {
  const path = `/snmp?module=bench&target=${hostOf(agent)}:${job.port}`;
  const scrape = async (): Promise<void> => {
    const { statusCode, body } = await pool.request({ path, method: 'GET' });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(text);
    for (const line of text.split('\n')) {
      if (line.startsWith('number_')) tally.sum += Number(line.slice(line.lastIndexOf(' ')));
      if (line.startsWith('number_') || line.startsWith('text_')) tally.values += 1;
    }
  };
  void scrape()
    .catch((error: unknown) => {
      process.stderr.write(`${String(error).slice(0, 300)}\n`);
      tally.failed += 1;
    })
    .then(ended);
};

serve(job, begin, () => daemon.cpuUs());
