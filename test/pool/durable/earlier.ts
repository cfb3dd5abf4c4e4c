/** A database as an earlier program has left it, to be taken over by a manager that is killed at it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../../src/store/sqlite/driver.js';
import { migrate } from '../../../src/store/sqlite/migrations.js';
import { NEAR } from './configuration.js';
import type { DataManager } from './data-manager.js';

/** Before vectors, and before events in blocks: the two steps that take long. */
const LAYOUT = 2;
const METRICS = 40;
const ROWS = 4000;
const EVENTS = 30_000;
const SPACING_MS = 10_000;
const PAGE = 1000;

export class Earlier {
  readonly #fromMs = Date.now() - 12 * 3_600_000;

  /** @param folder Data directory, made here. */
  leaveBehind(folder: string): void {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    const connection = connect(join(folder, 'store.db'));
    connection.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
    migrate(connection, LAYOUT);
    connection.transaction(() => {
      const series = connection.prepare('INSERT INTO series VALUES (?, ?, ?, ?, ?)');
      const sample = connection.prepare('INSERT INTO sample VALUES (?, ?, ?)');
      NEAR.forEach((id, element) => {
        connection.prepare('INSERT INTO element (id, name) VALUES (?, ?)').run(element + 1, `device/${id}`);
        for (let metric = 0; metric < METRICS; metric += 1) {
          const one = element * METRICS + metric + 1;
          series.run(one, element + 1, `m${metric}`, '', '1');
          for (let row = metric % 2; row < ROWS; row += 20)
            sample.run(one, this.#fromMs + row * SPACING_MS, metric + row);
        }
      });
      const event = connection.prepare(
        'INSERT INTO event (manager, time, severity, name, text) VALUES (?, ?, 2, ?, ?)',
      );
      for (let at = 0; at < EVENTS; at += 1) event.run('EM1', this.#fromMs + at * 1000, 'old', `of old ${at}.`);
    });
    connection.close();
  }

  async faults(manager: DataManager): Promise<readonly string[]> {
    const faults: string[] = [];
    const to = this.#fromMs + ROWS * SPACING_MS;
    for (const element of NEAR)
      for (const metric of [0, 7, METRICS - 1]) {
        const { series } = await manager.ask('getSamples', { element, metric: `m${metric}`, from: this.#fromMs, to });
        const points = series.flatMap((one) => one.points);
        const right = points.filter(({ time, value }) => value === metric + (time - this.#fromMs) / SPACING_MS).length;
        if (right !== ROWS / 20 || points.length !== right)
          faults.push(
            `${element} had ${ROWS / 20} values of m${metric} and has ${right} of them among ${points.length}`,
          );
      }
    const texts = new Set<string>();
    let rows = 0;
    const eventsTo = this.#fromMs + EVENTS * 1000;
    for (let page = 1; ; page += 1) {
      const { events } = await manager.ask('getEvents', { from: this.#fromMs, to: eventsTo, page, pageSize: PAGE });
      const old = events.filter(({ name }) => name === 'old');
      rows += old.length;
      for (const { text } of old) texts.add(text);
      if (events.length < PAGE) break;
    }
    if (rows !== EVENTS || texts.size !== EVENTS)
      faults.push(`there were ${EVENTS} events, and there are ${rows}, of which ${texts.size} are different`);
    return faults;
  }
}
