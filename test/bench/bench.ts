/**
 * `npm run bench`: what work costs beside what it costs others, CPU time side by side in one run, and the bars that the
 * ratios are held against. `npm run bench -- snmp` measures one part alone, `-- pool` what a pool costs its master,
 * `-- devices` a manager that polls many devices (options: `devices/devices.ts`), `-- traps` how it receives traps,
 * `-- manager` whole managers of several kinds side by side, `-- federated` answers from the whole pool, `-- store` what samples and
 * events take on disk and how long charts and pages take, `-- storm` what much that goes wrong at once costs, and what people are told.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benchDevices } from './devices/devices.js';
import { benchFederated } from './federated/federated.js';
import { benchManager } from './manager/manager.js';
import { benchSnmp } from './snmp/snmp.js';
import { benchStore } from './store/store.js';
import { benchStorm } from './storm/storm.js';
import { benchTraps } from './traps/traps.js';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function runPool(name: string, ...args: readonly string[]): Promise<void> {
  print(`\n${name} ${args.join(' ')}`);
  const program = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  await once(spawn(process.execPath, [program, ...args], { stdio: 'inherit' }), 'exit');
}

const args = process.argv.slice(2);
const firstOption = args.findIndex((one) => one.startsWith('--'));
const wanted = firstOption < 0 ? args : args.slice(0, firstOption);
const options = args.slice(wanted.length);

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  snmp: () => benchSnmp(print),
  async pool() {
    await runPool('pool-node', '--members', '1000', '--elements', '1000', '--seconds', '5');
    await runPool('pool-wire', '--members', '100', '--elements', '10', '--seconds', '10');
  },
  devices: () => benchDevices(print, options),
  traps: () => benchTraps(print),
  manager: () => benchManager(print),
  federated: () => benchFederated(print),
  store: () => benchStore(print, options),
  storm: () => benchStorm(print, options),
};

const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0)
  throw new Error(`there is no part ${unknown.join(', ')}; there is ${Object.keys(PARTS).join(', ')}`);
print(`${cpus()[0]?.model.trim()}, ${cpus().length} cores; Node ${process.version}`);
for (const [name, run] of Object.entries(PARTS)) if (wanted.length === 0 || wanted.includes(name)) await run();
