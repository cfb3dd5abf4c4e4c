/**
 * `kill -9` of one manager at random moments: under load, while samples are put away, rolled up and dropped, while pages
 * are given back, while it starts, and while it takes over what an earlier program has left. After each kill it is
 * started again on the same data, and has to have all that it ever promised, everything once.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemEnv, systemRandom } from '../../../src/base/system-env.js';
import { hashPassword } from '../../../src/peer/security/password.js';
import { brokenPromises, lineFaults } from '../durable/check.js';
import { configurationOf, USER } from '../durable/configuration.js';
import { DataManager } from '../durable/data-manager.js';
import { Earlier } from '../durable/earlier.js';
import { countsOf, Load, Promised } from '../durable/load.js';
import { Past } from '../durable/past.js';
import { Site } from '../durable/site.js';
import { freePorts } from '../network.js';
import { Findings, type Trial, type TrialSettings } from '../trial.js';
import { pause } from '../trial-pool.js';

/** The manager works for so long at most before it is killed. */
const WORKS_MS = 2500;
/** Every so manieth kill: while it starts; with old samples to be put away; also with much that is to go; of an earlier layout. */
const EVERY = { start: 5, past: 3, bulk: 12, earlier: 20 };
/** With `--quick`: what takes long is left out. */
const EVERY_QUICK = { start: 2, past: 2, bulk: Number.MAX_SAFE_INTEGER, earlier: Number.MAX_SAFE_INTEGER };
/** Kills while a database of an earlier layout is taken over, before it may come to its end. */
const EARLIER_KILLS = 4;

export const dataKill: Trial = async (settings) => {
  const findings = new Findings(settings.say);
  const site = await Site.start(join(settings.folder, 'app.log'));
  try {
    await new Kills(settings, site, findings).run();
  } catch (thrown) {
    findings.fault(thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    await site.close();
  }
  return findings.result;
};

class Kills {
  readonly #settings: TrialSettings;
  readonly #site: Site;
  readonly #findings: Findings;
  readonly #env = systemEnv('error');
  /** Of all runs, the latest last. */
  readonly #promised: Promised[] = [];
  readonly #every: typeof EVERY;
  #startMs = 2000;
  #done = 0;

  constructor(settings: TrialSettings, site: Site, findings: Findings) {
    this.#settings = settings;
    this.#every = settings.isQuick ? EVERY_QUICK : EVERY;
    this.#site = site;
    this.#findings = findings;
  }

  async run(): Promise<void> {
    const { times, say } = this.#settings;
    const [manager, trapPort] = await this.#manager('main');
    const past = new Past(this.#env, manager.data);
    let checked = 0;
    while (this.#done < times) {
      const number = this.#done + 1;
      if (number % this.#every.earlier === this.#every.earlier - 1) await this.#takeOver(`earlier-${number}`);
      await this.#start(manager, number);
      if (number > 1 && number % this.#every.past === 0)
        this.#tell(`before kill ${number}, the past`, await past.faults(manager));
      for (; checked < this.#promised.length; checked += 1) await this.#check(manager, this.#promised[checked], number);
      await this.#work(manager, trapPort, number);
      say(`${number} kills, ${this.#findings.result.faults.length} faults`);
      if (number % this.#every.past === 1) await past.add(number % this.#every.bulk === 1 && number > 1);
      if (number % this.#every.start === 0) await this.#killInStart(manager);
    }
    await this.#start(manager, this.#done + 1);
    this.#tell('in the end, the past', await past.faults(manager));
    for (const one of this.#promised) await this.#check(manager, one, this.#done);
    this.#tell('in the end, the log', await lineFaults(manager, this.#site.lines));
    for (const one of this.#promised)
      for (const [what, count] of Object.entries(countsOf(one.until()))) this.#findings.count(what, count);
    await manager.kill();
  }

  async #manager(name: string): Promise<readonly [DataManager, number]> {
    const folder = join(this.#settings.folder, name);
    mkdirSync(folder, { recursive: true });
    const [port = 0, trapPort = 0] = await freePorts(2);
    const { url, logFile } = this.#site;
    const passwordHash = await hashPassword(USER.password, systemRandom);
    const configuration = configurationOf({ port, trapPort, site: url, logFile, passwordHash });
    return [new DataManager({ folder, port, configuration }), trapPort];
  }

  /** It has to start by itself. */
  async #start(manager: DataManager, number: number): Promise<void> {
    const tookMs = await manager.start();
    if (number > 1) this.#findings.time('from start to ready after a kill', tookMs);
    this.#startMs = 0.8 * this.#startMs + 0.2 * tookMs;
  }

  async #work(manager: DataManager, trapPort: number, number: number): Promise<void> {
    const load = new Load(manager, this.#site, trapPort, new Promised(`r${number}`));
    const running = load.run();
    await pause(300 + Math.random() * WORKS_MS);
    if (!manager.isRunning) throw new Error(`the manager has ended by itself: ${manager.log.slice(-3000)}`);
    this.#complaints(manager);
    await manager.kill();
    this.#done += 1;
    this.#findings.count('kills under load', 1);
    load.end();
    await running;
    this.#promised.push(load.promised);
  }

  async #killInStart(manager: DataManager): Promise<void> {
    await manager.launch();
    await pause(Math.random() * this.#startMs * 1.1);
    await manager.kill();
    this.#done += 1;
    this.#findings.count('kills while starting', 1);
  }

  /** Until it has started once with what an earlier program has left. */
  async #takeOver(name: string): Promise<void> {
    const [manager] = await this.#manager(name);
    const earlier = new Earlier();
    earlier.leaveBehind(manager.data);
    for (let kill = 0; kill < EARLIER_KILLS; kill += 1) {
      await manager.launch();
      await pause(0.2 * this.#startMs + Math.random() * this.#startMs);
      await manager.kill();
      this.#done += 1;
      this.#findings.count('kills while an earlier layout is taken over', 1);
    }
    this.#findings.time('from start to ready with an earlier layout', await manager.start());
    this.#tell(name, await earlier.faults(manager));
    await manager.kill();
  }

  async #check(manager: DataManager, promised: Promised | undefined, number: number): Promise<void> {
    if (!promised) return;
    const beganMs = performance.now();
    const broken = await brokenPromises(manager, promised).catch((thrown: unknown) => [String(thrown)]);
    this.#tell(`after kill ${number - 1}, of run ${promised.mark}`, broken);
    this.#findings.time('check of one run', performance.now() - beganMs);
  }

  #tell(where: string, faults: readonly string[]): void {
    for (const fault of faults) this.#findings.fault(`${where}: ${fault}`);
  }

  #complaints(manager: DataManager): void {
    const said = new Map<string, number>();
    for (const line of manager.log.split('\n')) {
      const [, level, text] = /"level":"(warn|error)".*?"msg":"([^"]*)"/.exec(line) ?? [];
      if (level !== undefined) said.set(`${level}: ${text}`, (said.get(`${level}: ${text}`) ?? 0) + 1);
    }
    this.#findings.takeComplaints(said);
  }
}
