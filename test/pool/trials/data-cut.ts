/**
 * A power cut at random moments. A manager works under load with all that it does to its data recorded; then, again and
 * again, its data directory is made as a cut at some moment of that may have left it, with any part of what was not synced,
 * and a manager is started on it. It has to start by itself and to have all that was promised until then, everything once.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemEnv, systemRandom } from '../../../src/base/system-env.js';
import { hashPassword } from '../../../src/peer/security/password.js';
import { Recording, recorder } from '../../support/power/recording.js';
import { brokenPromises } from '../durable/check.js';
import { configurationOf, USER } from '../durable/configuration.js';
import { DataManager } from '../durable/data-manager.js';
import { Earlier } from '../durable/earlier.js';
import { countsOf, Load, Promised } from '../durable/load.js';
import { Past } from '../durable/past.js';
import { Site } from '../durable/site.js';
import { freePorts } from '../network.js';
import { Findings, type Trial, type TrialSettings } from '../trial.js';
import { pause } from '../trial-pool.js';

/** Of one recording. */
const CUTS = 20;
const WORKS_MS = 8000;
const WORKS_AGAIN_MS = 4000;

type Environment = NonNullable<Awaited<ReturnType<typeof recorder>>>;

export const dataCut: Trial = async (settings) => {
  const findings = new Findings(settings.say);
  const environment = await recorder(settings.folder);
  if (!environment) {
    findings.fault('nothing can be recorded without gcc');
    return findings.result;
  }
  const site = await Site.start(join(settings.folder, 'app.log'));
  try {
    const cuts = new Cuts(settings, site, findings, environment);
    for (let number = 1; cuts.done < settings.times; number += 1)
      await (number % 4 === 0 ? cuts.takeOver(number) : cuts.underLoad(number));
  } catch (thrown) {
    findings.fault(thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    await site.close();
  }
  return findings.result;
};

interface Recorded {
  readonly recording: Recording;
  readonly manager: DataManager;
  readonly folder: string;
  /** Starts one on data that were cut off. */
  readonly again: (data: string) => DataManager;
}

class Cuts {
  done = 0;
  readonly #settings: TrialSettings;
  readonly #site: Site;
  readonly #findings: Findings;
  readonly #environment: Environment;

  constructor(settings: TrialSettings, site: Site, findings: Findings, environment: Environment) {
    this.#settings = settings;
    this.#site = site;
    this.#findings = findings;
    this.#environment = environment;
  }

  /** Started, worked, killed, started once more and worked on: all that is one recording. */
  async underLoad(number: number): Promise<void> {
    const name = `recording-${number}`;
    const [data, trapPort, make] = await this.#place(name);
    const past = new Past(systemEnv('error'), data);
    mkdirSync(data, { recursive: true, mode: 0o700 });
    await past.add(number % 3 === 2);
    const { recording, manager, again, folder } = make();
    const promised = new Promised(`c${number}`, () => recording.moment);
    for (const worksMs of [WORKS_MS, WORKS_AGAIN_MS]) {
      await manager.start();
      const load = new Load(manager, this.#site, trapPort, promised);
      const running = load.run();
      await pause(worksMs);
      if (!manager.isRunning) throw new Error(`the manager has ended by itself: ${manager.log.slice(-3000)}`);
      await manager.kill();
      load.end();
      await running;
    }
    for (const [what, count] of Object.entries(countsOf(promised.until()))) this.#findings.count(what, count);
    await this.#cutAll(name, recording, folder, async (target, moment) => {
      const other = again(target);
      try {
        this.#findings.time('from start to ready after a cut', await other.start());
        return [...(await brokenPromises(other, promised, moment)), ...(await past.faults(other))];
      } finally {
        await other.kill();
      }
    });
  }

  /** The recording is of a start that takes over what an earlier program has left. */
  async takeOver(number: number): Promise<void> {
    const name = `recording-${number}`;
    const [data, , make] = await this.#place(name);
    const earlier = new Earlier();
    earlier.leaveBehind(data);
    const { recording, manager, again, folder } = make();
    this.#findings.time('from start to ready with an earlier layout', await manager.start());
    await manager.kill();
    await this.#cutAll(name, recording, folder, async (target) => {
      const other = again(target);
      try {
        this.#findings.time(
          'from start to ready after a cut while an earlier layout was taken over',
          await other.start(),
        );
        return await earlier.faults(other);
      } finally {
        await other.kill();
      }
    });
  }

  async #place(name: string): Promise<readonly [data: string, trapPort: number, make: () => Recorded]> {
    const folder = join(this.#settings.folder, name);
    mkdirSync(folder, { recursive: true });
    const [port = 0, trapPort = 0] = await freePorts(2);
    const { url, logFile } = this.#site;
    const passwordHash = await hashPassword(USER.password, systemRandom);
    const configuration = configurationOf({ port, trapPort, site: url, logFile, passwordHash });
    const data = join(folder, 'data');
    const make = (): Recorded => {
      const recording = new Recording(data, folder);
      const variables = Object.entries(this.#environment(data, recording.log)).map((pair) => pair.join('='));
      const manager = new DataManager({ folder, data, port, configuration, before: ['env', ...variables] });
      return {
        recording,
        manager,
        folder,
        again: (target) => new DataManager({ folder, data: target, port, configuration }),
      };
    };
    return [data, trapPort, make];
  }

  /** What a cut left that was found wanting is kept. */
  async #cutAll(
    name: string,
    recording: Recording,
    folder: string,
    faultsAt: (target: string, moment: number) => Promise<readonly string[]>,
  ): Promise<void> {
    for (let cut = 1; cut <= CUTS && this.done < this.#settings.times; cut += 1) {
      const moment = Math.floor(Math.random() * recording.moment);
      const target = join(folder, `cut-${cut}`);
      recording.cut(moment, target, Math.random);
      cpSync(target, `${target}-as-left`, { recursive: true });
      this.done += 1;
      this.#findings.count('power cuts', 1);
      const faults = await faultsAt(target, moment).catch((thrown: unknown) => [String(thrown)]);
      for (const fault of faults) this.#findings.fault(`${name}, cut ${cut} at ${moment}: ${fault}`);
      if (faults.length === 0) for (const path of [target, `${target}-as-left`]) rmSync(path, { recursive: true });
      this.#settings.say(`${this.done} cuts, ${this.#findings.result.faults.length} faults`);
    }
  }
}
