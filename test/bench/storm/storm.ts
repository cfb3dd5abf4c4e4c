/**
 * What whoever is on call sees and is sent when much goes wrong at once, and what that costs the manager:
 *
 *   npm run bench -- storm
 *
 * - 10,000 alarms in a minute: 20 links each of 500 devices go down, told by traps;
 * - one link that goes down and up again twice a second for a minute;
 * - a router that dies with 500 devices behind it, and comes back.
 *
 * `--seconds` shortens each, for a look. `--hold` leaves the manager alone at the end, so that its pages can be looked at.
 */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { OPEN_POOL_KEY } from '../../../src/peer/security/pool-keys.js';
import { freeUdpPort } from '../../support/ports.js';
import { compiled } from '../compiled.js';
import { benchFolder, Daemon } from '../daemon.js';
import { Beats } from '../devices/beats.js';
import { PollingManager } from '../devices/polling-manager.js';
import { median } from '../row.js';
import { COMMUNITY, hostOf } from '../snmp/work.js';
import { Senders } from '../traps/senders.js';
import { Inboxes } from './inboxes.js';

const DEVICES = 500;
const LINKS = 20;
const INTERVAL_S = 5;
/** Of the router: one address behind those of the devices. */
const ROUTER = DEVICES;
/** Longer than the longest pause between two messages of a storm. */
const AFTERMATH_MS = 75_000;

type Print = (text: string) => void;

interface Scene {
  readonly manager: PollingManager;
  readonly beats: Beats;
  readonly inboxes: Inboxes;
  readonly print: Print;
}

export async function benchStorm(print: Print, args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: '60' }, hold: { type: 'boolean', default: false } },
  });
  const seconds = Number(values.seconds);
  const responder = await compiled('storm', ['snmp/agent.c', 'snmp/ber.c', 'devices/mib.c', 'snmp/usm.c'], ['crypto']);
  if (!responder) return print('storms are not measured: apt-get install gcc libssl-dev');
  const agent = await Daemon.start(responder, ['-', '-'], { env: { INTERFACES: String(LINKS) } });
  await agent.until('it told its port', () => /^\d+\n/.test(agent.output));
  const inboxes = await Inboxes.open();
  const trapPort = await freeUdpPort();
  const senders = await Senders.open(DEVICES);
  const manager = await PollingManager.start({
    folder: benchFolder('storm'),
    id: 'EM1',
    body: bodyOf(agent.output.trim(), trapPort, inboxes),
  });
  const beats = new Beats(
    { id: 'EM1', origin: new URL(manager.url).origin, socketPort: manager.socketPort },
    OPEN_POOL_KEY,
  );
  const scene = { manager, beats, inboxes, print };
  print(`its pages are at ${manager.url}`);
  try {
    // All have been found, and polled twice.
    await wait(3 * INTERVAL_S * 1000);
    await during(scene, 'nothing', () => wait(seconds * 500));
    await during(scene, `${DEVICES * LINKS} alarms in ${seconds} s`, () => storm(senders, trapPort, seconds));
    print(await pages(manager));
    await during(scene, 'what follows', () => wait(AFTERMATH_MS));
    await during(scene, 'a flapping link', () => flapping(senders, trapPort, seconds));
    await during(scene, 'what follows', () => wait(AFTERMATH_MS));
    process.kill(agent.pid, 'SIGSTOP');
    await during(scene, `a dead router with ${DEVICES} devices behind it`, () => wait(seconds * 1000));
    print(await pages(manager));
    process.kill(agent.pid, 'SIGCONT');
    await during(scene, 'it is back', () => wait(seconds * 1000));
    if (values.hold) await held(print, manager);
  } finally {
    process.kill(agent.pid, 'SIGCONT');
    senders.close();
    await beats.close();
    await manager.stop();
    await inboxes.close();
    await agent.stop();
  }
}

/** Every link goes down once, at an even pace, by turns of the devices. */
async function storm(senders: Senders, port: number, seconds: number): Promise<void> {
  const all = DEVICES * LINKS;
  const startMs = performance.now();
  for (let sent = 0; sent < all; ) {
    const due = Math.min(all, Math.ceil((all * (performance.now() - startMs)) / (seconds * 1000)));
    for (; sent < due; sent += 1)
      senders.sendOne('linkDown', { device: sent % DEVICES, port: 1 + Math.floor(sent / DEVICES) }, port);
    await wait(5);
  }
}

async function flapping(senders: Senders, port: number, seconds: number): Promise<void> {
  const link = { device: 7, port: LINKS + 1 };
  for (let time = 0; time < 2 * seconds; time += 1) {
    senders.sendOne('linkDown', link, port);
    await wait(250);
    senders.sendOne('linkUp', link, port);
    await wait(250);
  }
}

/** What the manager takes meanwhile, and what people are told. */
async function during({ manager, beats, inboxes, print }: Scene, what: string, work: () => Promise<void>) {
  beats.look();
  inboxes.look();
  const cpuMs = manager.cpuMs();
  const startMs = performance.now();
  let mostMb = 0;
  const looking = setInterval(() => {
    mostMb = Math.max(mostMb, manager.residentMb());
  }, 500);
  await work();
  clearInterval(looking);
  const passedMs = performance.now() - startMs;
  const usedMs = manager.cpuMs() - cpuMs;
  const { asked, failed, p99, max } = beats.look();
  const told = inboxes.look();
  print(`\n${what}, ${(passedMs / 1000).toFixed(0)} s:
  CPU ${((100 * usedMs) / passedMs).toFixed(1)} % of a core, resident ${mostMb.toFixed(0)} MB at most, ${await openAlarms(manager)} alarms open at its end
  asked ${asked} times whether it is there: ${failed} without an answer, p99 ${p99.toFixed(1)} ms, at most ${max.toFixed(1)} ms
  ${told.chats} messages to the chat, ${told.gathered} of them of many (${told.notices} notices in all), and ${told.mails.length} mails`);
  for (const line of told.lines) print(`    chat: ${line}`);
  for (const subject of told.mails) print(`    mail: ${subject}`);
}

async function openAlarms(manager: PollingManager): Promise<string> {
  const text = await (await fetch(`${manager.url}/alarms?format=json&pageSize=1`)).text();
  return /"total":\s*(\d+)/.exec(text)?.[1] ?? '?';
}

const PAGES = ['/', '/alarms', '/alarms?severity=critical&only=yes', '/notices', '/devices?id=d7', '/events'];

/** As a browser asks for them, without pictures. */
async function pages(manager: PollingManager): Promise<string> {
  const lines: string[] = [];
  for (const path of PAGES) {
    const tookMs: number[] = [];
    let bytes = 0;
    for (let round = 0; round < 5; round += 1) {
      const startMs = performance.now();
      const answer = await fetch(`${manager.url}${path}`, { headers: { accept: 'text/html' } });
      bytes = (await answer.arrayBuffer()).byteLength;
      if (!answer.ok) throw new Error(`${path} is answered with ${answer.status}`);
      tookMs.push(performance.now() - startMs);
    }
    lines.push(`${path} ${median(tookMs).toFixed(0)} ms, ${(bytes / 1024).toFixed(0)} KiB`);
  }
  return `  pages: ${lines.join('; ')}`;
}

async function held(print: Print, manager: PollingManager): Promise<void> {
  print(`\n${manager.url} stays until Enter is pressed`);
  await once(process.stdin, 'data');
}

function bodyOf(agentPort: string, trapPort: number, { chatPort, mailPort }: Inboxes): string {
  const access = `<ACCESS method="snmp" version="2c" port="${agentPort}" interval="${INTERVAL_S}s" timeout="1s" credential="read"/>`;
  const devices = Array.from(
    { length: DEVICES },
    (_, at) => `<DEVICE id="d${at}" ip="${hostOf(at)}" label="Switch ${at}"><PARENT id="router"/>${access}</DEVICE>`,
  );
  return `
    <SECURITY anonymous="viewer"/>
    <CREDENTIALS><CREDENTIAL id="read" community="${COMMUNITY}"/></CREDENTIALS>
    <DEVICES><DEVICE id="router" ip="${hostOf(ROUTER)}" label="Router">${access}</DEVICE>${devices.join('\n')}</DEVICES>
    <EVENTS>
      <EVENT severity="critical" action="store alarm" to="chat mail"/>
      <EVENT severity="major" action="store alarm" to="chat mail"/>
    </EVENTS>
    <NOTIFY>
      <DESTINATION id="chat" type="webhook" url="http://127.0.0.1:${chatPort}/hook"/>
      <DESTINATION id="mail" type="smtp" url="smtp://127.0.0.1:${mailPort}" from="ptpmgr@example.org" to="noc@example.org"/>
    </NOTIFY>
    <TRAPS bind="127.0.0.1:${trapPort}" credential="read"/>`;
}
