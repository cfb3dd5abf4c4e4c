/**
 * A disk that is full, a database that another program has locked, and data that may not be written: under load, and at a
 * start. The manager says so, polls on, loses nothing of what it promised, and takes up again by itself.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemRandom } from '../../../src/base/system-env.js';
import { hashPassword } from '../../../src/peer/security/password.js';
import { connect } from '../../../src/store/sqlite/driver.js';
import { brokenPromises, lineFaults } from '../durable/check.js';
import { configurationOf, USER } from '../durable/configuration.js';
import { DataManager } from '../durable/data-manager.js';
import { countsOf, Load, Promised } from '../durable/load.js';
import { Site } from '../durable/site.js';
import { freePorts } from '../network.js';
import { Findings, type Trial, type TrialSettings } from '../trial.js';
import { pause } from '../trial-pool.js';

const DISK_MB = 24;
const WORKS_MS = 2000;
const WITHIN_MS = 60_000;
/** Nobody's, on every Linux. */
const NOBODY = 65_534;

/** @param settings Run where a disk may be mounted, and nobody else sees it. */
export const dataDisk: Trial = async (settings) => {
  const findings = new Findings(settings.say);
  const site = await Site.start(join(settings.folder, 'app.log'));
  const disk = join(settings.folder, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'none', disk]);
  const trial = new Troubles(settings, site, findings, disk);
  try {
    await trial.begin();
    for (let time = 1; time <= settings.times; time += 1) {
      await trial.full(time);
      await trial.fullAtStart(time);
      await trial.stoppedWhileFull(time);
      await trial.locked(time);
      await trial.lockedAtStart(time);
      await trial.notWritable(time);
    }
    await trial.end();
  } catch (thrown) {
    findings.fault(thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    await trial.close();
    await site.close();
    execFileSync('umount', ['-l', disk]);
  }
  return findings.result;
};

class Troubles {
  readonly #settings: TrialSettings;
  readonly #site: Site;
  readonly #findings: Findings;
  readonly #disk: string;
  readonly #promised: Promised[] = [];
  #manager: DataManager | undefined;
  #load: { readonly load: Load; readonly running: Promise<void> } | undefined;
  #trapPort = 0;

  constructor(settings: TrialSettings, site: Site, findings: Findings, disk: string) {
    this.#settings = settings;
    this.#site = site;
    this.#findings = findings;
    this.#disk = disk;
  }

  async begin(): Promise<void> {
    const [port = 0, trapPort = 0] = await freePorts(2);
    const { url, logFile } = this.#site;
    const passwordHash = await hashPassword(USER.password, systemRandom);
    const configuration = configurationOf({ port, trapPort, site: url, logFile, passwordHash });
    const data = join(this.#disk, 'data');
    this.#trapPort = trapPort;
    this.#manager = new DataManager({ folder: this.#settings.folder, data, port, configuration });
    await this.#of.start();
  }

  async full(time: number): Promise<void> {
    await this.#work(`f${time}`);
    this.#fill();
    await this.#says('the disk is full', /the disk that holds the store \S+ is full/);
    await this.#pollsOn();
    await pause(WORKS_MS);
    this.#makeRoom();
    await this.#ready('there is room again');
    await this.#rest();
  }

  /** It cannot start, for it cannot note that it did; it says why, and starts when there is room. */
  async fullAtStart(time: number): Promise<void> {
    await this.#work(`k${time}`);
    this.#fill();
    await this.#says('the disk is full', /the disk that holds the store \S+ is full/);
    await this.#of.kill();
    await this.#endLoad();
    await this.#refuses('on a full disk', /is full/);
    this.#makeRoom();
    await this.#of.start();
    await this.#check();
  }

  /** What was polled and could not be stored waits in files, and comes first when it starts again. */
  async stoppedWhileFull(time: number): Promise<void> {
    await this.#work(`t${time}`);
    this.#fill();
    await this.#says('the disk is full', /the disk that holds the store \S+ is full/);
    await this.#pollsOn();
    await this.#endLoad();
    const code = await this.#of.terminate();
    if (code !== 0)
      this.#findings.fault(`told to end on a full disk it ended with ${code}: ${this.#of.log.slice(-600)}`);
    this.#makeRoom();
    await this.#of.start();
    await this.#check();
    this.#tell(`after t${time}, the log`, await lineFaults(this.#of, this.#site.lines));
  }

  async locked(time: number): Promise<void> {
    await this.#work(`l${time}`);
    const other = connect(join(this.#of.data, 'store.db'));
    other.exec('BEGIN EXCLUSIVE');
    await this.#says('the store is locked', /is locked by another program/);
    await this.#pollsOn();
    await pause(WORKS_MS);
    other.exec('ROLLBACK');
    other.close();
    await this.#ready('the lock is gone');
    await this.#rest();
  }

  async lockedAtStart(time: number): Promise<void> {
    await this.#work(`s${time}`);
    await this.#of.kill();
    await this.#endLoad();
    const other = connect(join(this.#of.data, 'store.db'));
    other.exec('BEGIN EXCLUSIVE');
    await this.#refuses('with a locked store', /is locked by another program/);
    other.exec('ROLLBACK');
    other.close();
    await this.#of.start();
    await this.#check();
  }

  /** As a user who may not write what is there. */
  async notWritable(time: number): Promise<void> {
    if (process.getuid?.() !== 0) return;
    await this.#work(`n${time}`);
    await this.#of.kill();
    await this.#endLoad();
    const { data } = this.#of;
    const nobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    await this.#refuses('in a folder of somebody else', /cannot be made or written \(EACCES\)/, nobody);
    const files = [
      '',
      'store.db',
      'store.db-wal',
      'store.db-shm',
      'lock.db',
      'lock.db-journal',
      'identity.json',
      'pid',
    ];
    const there = files.map((name) => join(data, name)).filter(existsSync);
    for (const path of there) chownSync(path, NOBODY, NOBODY);
    chmodSync(join(data, 'store.db'), 0o400);
    await this.#refuses('with a store that is read-only', /the store \S+ cannot be written/, nobody);
    chmodSync(join(data, 'store.db'), 0o600);
    for (const path of there) if (existsSync(path)) chownSync(path, 0, 0);
    await this.#of.start();
    await this.#check();
  }

  async end(): Promise<void> {
    for (const promised of this.#promised) {
      this.#tell(`in the end, of ${promised.mark}`, await brokenPromises(this.#of, promised));
      for (const [what, count] of Object.entries(countsOf(promised.until()))) this.#findings.count(what, count);
    }
    this.#tell('in the end, the log', await lineFaults(this.#of, this.#site.lines));
  }

  async close(): Promise<void> {
    this.#load?.load.end();
    await this.#manager?.kill();
  }

  get #of(): DataManager {
    if (!this.#manager) throw new Error('there is no manager yet');
    return this.#manager;
  }

  async #work(mark: string): Promise<void> {
    const load = new Load(this.#of, this.#site, this.#trapPort, new Promised(mark));
    this.#load = { load, running: load.run() };
    await pause(WORKS_MS);
  }

  /** A moment more of load, and then a look at what came of it. */
  async #rest(): Promise<void> {
    await pause(WORKS_MS);
    await this.#endLoad();
    await this.#check();
  }

  async #endLoad(): Promise<void> {
    if (!this.#load) return;
    const { load, running } = this.#load;
    this.#load = undefined;
    load.end();
    await running;
    this.#promised.push(load.promised);
  }

  async #check(): Promise<void> {
    const promised = this.#promised.at(-1);
    if (promised) this.#tell(`after ${promised.mark}`, await brokenPromises(this.#of, promised));
    this.#settings.say(`${promised?.mark}: ${this.#findings.result.faults.length} faults`);
  }

  #tell(where: string, faults: readonly string[]): void {
    for (const fault of faults) this.#findings.fault(`${where}: ${fault}`);
  }

  get #ballast(): string {
    return join(this.#disk, 'ballast');
  }

  #fill(): void {
    const file = openSync(this.#ballast, 'w');
    try {
      for (const piece of [1 << 20, 4096]) {
        const bytes = Buffer.alloc(piece);
        try {
          for (;;) writeSync(file, bytes);
        } catch (thrown) {
          if (!(thrown instanceof Error && Reflect.get(thrown, 'code') === 'ENOSPC')) throw thrown;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  #makeRoom(): void {
    rmSync(this.#ballast);
  }

  async #says(what: string, sentence: RegExp): Promise<void> {
    const beganMs = performance.now();
    for (;;) {
      const { status, text } = await this.#of.readiness();
      if (status === 503 && sentence.test(text)) break;
      if (performance.now() - beganMs > WITHIN_MS) {
        this.#findings.fault(`${what}, and after ${WITHIN_MS / 1000} s /readyz says ${status} ${text}`);
        return;
      }
      await pause(50);
    }
    this.#findings.time(`until it says that ${what}`, performance.now() - beganMs);
  }

  async #ready(what: string): Promise<void> {
    const beganMs = performance.now();
    for (;;) {
      const { status, text } = await this.#of.readiness();
      if (status === 200) break;
      if (performance.now() - beganMs > WITHIN_MS) throw new Error(`${what}, and /readyz still says ${status} ${text}`);
      await pause(50);
    }
    this.#findings.time(`until it is ready when ${what}`, performance.now() - beganMs);
  }

  async #pollsOn(): Promise<void> {
    const before = this.#site.served;
    await pause(WORKS_MS);
    if (this.#site.served === before) this.#findings.fault('nothing is polled while the store takes nothing');
  }

  /** Ends by itself with exit code 1 and a sentence. */
  async #refuses(where: string, sentence: RegExp, as: readonly string[] = []): Promise<void> {
    const code = await this.#of.startInVain(as);
    const { log } = this.#of;
    if (code !== 1 || !sentence.test(log))
      this.#findings.fault(`a start ${where} ended with ${code} and ${log.slice(-600)}`);
    else if (/^\s+at .*:\d+\)?$/m.test(log)) this.#findings.fault(`a start ${where} shows a stack: ${log.slice(-600)}`);
    else this.#findings.count(`starts ${where} refused with a sentence`, 1);
  }
}
