/** What the lab says when it is up: where everything is, and what to try. Pure. */
import { ADMIN } from './configuration.js';

export interface IntroducedManager {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly pid: number | undefined;
  /** Elements that are at home there. */
  readonly elements: number;
}

export interface Introduced {
  /** The integration manager first. */
  readonly managers: readonly IntroducedManager[];
  readonly elements: number;
  readonly adminPassword: string;
  readonly folder: string;
  /** Whether the folder goes with the lab. */
  readonly temporary: boolean;
  /** An element that nobody but its home can reach, such as `application/billing`. */
  readonly local?: { readonly element: string; readonly home: string };
  /** An agent that anybody can walk, as `host:port`; empty where there is none. */
  readonly exampleAgent: string;
}

export function introduction(lab: Introduced): string {
  const { managers, elements, adminPassword, folder, temporary, exampleAgent } = lab;
  const [eim] = managers;
  const width = Math.max(...managers.map((manager) => manager.url.length));
  const rows = managers.map(
    ({ id, name, url, pid }) => `  ${id.padEnd(5)} ${url.padEnd(width)}  process ${String(pid).padEnd(8)} ${name}`,
  );
  return [
    `The lab is up: ${managers.length} managers look after ${elements} elements. Open in a browser:`,
    '',
    ...rows,
    '',
    `Anyone on this machine may look; to act, sign in as ${ADMIN} with the password ${adminPassword}`,
    `Data in ${folder}${temporary ? ', removed at the end' : ''}; logs of the managers in logs/ there.`,
    '',
    ...killOne(lab),
    'Ask:',
    ...(eim ? [`  npx ptpmgr call ${eim.url} getDevices filter=core`] : []),
    ...(exampleAgent ? [`  snmpwalk -v2c -c public ${exampleAgent} system`] : []),
    '',
    'Ctrl-C ends it all.',
  ].join('\n');
}

/** The one that has something which nobody can take over, so that both can be seen. */
function killOne({ managers, local, folder }: Introduced): readonly string[] {
  const [eim, first] = managers;
  const victim = managers.find(({ id }) => id === local?.home) ?? first;
  if (!eim || !victim) return [];
  const others = managers.length > 2;
  const owned = local?.home === victim.id ? victim.elements - 1 : victim.elements;
  return [
    'Kill one and watch, in another terminal:',
    `  npx ptpmgr status ${eim.url} --watch`,
    `  kill -9 ${victim.pid}`,
    others
      ? `      ${victim.id} is gone without a word: others find out, and take over ${owned} of its ${victim.elements} elements`
      : `      ${victim.id} is gone without a word; there is no other e-manager to take over (--managers 3)`,
    ...(others && local?.home === victim.id
      ? [`      ${local.element} is a log file that only ${victim.id} can read: nobody polls it, and they say so`]
      : []),
    `  ${restartCommand(victim.id, folder)}`,
    others ? '      brings it back; what is its own returns, without a missed poll' : '      brings it back',
    ...(others ? [`      ${eim.url}/handovers has every move, with what it cost`] : []),
    '',
  ];
}

export const restartCommand = (id: string, folder: string): string =>
  `npx ptpmgr lab --restart ${id} --data ${shellWord(folder)}`;

const shellWord = (text: string): string => (/^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
