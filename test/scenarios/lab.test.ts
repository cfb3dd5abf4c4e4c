import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { sleep } from '../../src/base/env.js';
import { systemClock } from '../../src/base/system-env.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

interface Manager {
  readonly id: string;
  readonly pid: number;
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly data: string;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function ptpmgr(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let whole = '';
  for await (const part of stream) whole += String(part);
  return whole;
}

/** The first of so many ports in a row that nobody has. */
async function freePorts(count: number): Promise<number> {
  for (let base = 21_000 + (process.pid % 9000); base < 32_000; base += count) {
    const taken = await Promise.all(Array.from({ length: count }, (_, index) => isTaken(base + index)));
    if (!taken.includes(true)) return base;
  }
  throw new Error('no free ports');
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function eventually<T>(
  limitMs: number,
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = systemClock.monotonic() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (systemClock.monotonic() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(systemClock, 100);
  }
}

describe('the lab as processes', function () {
  this.timeout(90_000);
  let lab: ChildProcess;
  let ended: Promise<unknown>;
  let portBase = 0;
  const managers: Manager[] = [];
  const manager = (id: string): Manager => managers.find((one) => one.id === id) ?? expect.fail(`no manager ${id}`);

  before(async () => {
    portBase = await freePorts(4);
    const started = systemClock.monotonic();
    lab = spawn(process.execPath, [MAIN, 'lab', '--json', '--port-base', String(portBase)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    ended = once(lab, 'exit');
    if (!lab.stdout) throw new Error('no output');
    for await (const line of createInterface({ input: lab.stdout })) {
      managers.push(JSON.parse(line));
      if (managers.length === 4) break;
    }
    expect(managers).to.have.length(4);
    expect(systemClock.monotonic() - started).to.be.lessThan(20_000);
  });

  after(async () => {
    if (lab.exitCode === null && lab.signalCode === null) lab.kill('SIGKILL');
    for (const { pid } of managers) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });

  it('gives each manager an id, a process, an address, an account and the data directory', () => {
    expect(managers.map(({ id, url }) => [id, url])).to.deep.equal([
      ['EIM1', `http://127.0.0.1:${portBase}/ptpmgr/eim`],
      ['EM1', `http://127.0.0.1:${portBase + 1}/ptpmgr/em`],
      ['EM2', `http://127.0.0.1:${portBase + 2}/ptpmgr/em`],
      ['EM3', `http://127.0.0.1:${portBase + 3}/ptpmgr/em`],
    ]);
    for (const { pid, user, password, data } of managers) {
      expect(isAlive(pid)).to.equal(true);
      expect(user).to.equal('admin');
      expect(password).to.match(/^\S{12,}$/);
      expect(existsSync(data)).to.equal(true);
    }
  });

  it('serves a portal at each address', async () => {
    for (const { url, id } of managers) {
      const response = await fetch(`${url}/`, { headers: { accept: 'text/html' } });
      expect([id, response.status]).to.deep.equal([id, 200]);
      expect(await response.text()).to.include('<html');
    }
  });

  it('finds every element normal', async () => {
    await eventually(30_000, '12 normal elements', async () => {
      const { stdout } = await ptpmgr(['status', manager('EIM1').url]);
      return stdout.includes('4 managers here; 12 elements: 12 normal') ? true : undefined;
    });
  });

  it('answers call over SOAP 1.1 and 1.2, and refuses with exit code 1', async () => {
    const { url, user, password } = manager('EM1');
    const account = { PTPMGR_USER: user, PTPMGR_PASSWORD: password };
    for (const more of [[], ['--soap12']]) {
      const there = await ptpmgr(['call', `${url}/soap`, 'areYouThere', ...more]);
      expect(there).to.include({ code: 0, stderr: '' });
      expect(there.stdout).to.match(/^<areYouThereResponse xmlns="urn:ptpmgr:peer">\n {2}<id>EM1<\/id>\n/);
      const missing = await ptpmgr(['call', url, 'getDevices', 'element=nope', ...more]);
      expect(missing).to.include({ code: 1, stdout: '' });
      expect(missing.stderr).to.match(/^ptpmgr: Client\.NotFound.*nope.*\n$/);
    }
    const forbidden = await ptpmgr(['call', url, 'pollNow', 'element=core1']);
    expect(forbidden.stderr).to.match(/^ptpmgr: Client\.(Unauthorized|Forbidden).*\n$/);
    const fresh = await ptpmgr(['call', url, 'pollNow', 'element=core1'], account);
    expect(fresh.stdout).to.include('<name>ifInOctets</name>');
    const pooled = await ptpmgr(['call', '--pool', `http://127.0.0.1:1/x,${url}`, 'areYouThere']);
    expect(pooled).to.include({ code: 0, stderr: '' });
    const events = [
      'events.severity=minor',
      'events.name=t',
      'events.text=<b> & "c"',
      'events.severity=major',
      'events.name=u',
      'events.text=v',
    ];
    expect((await ptpmgr(['call', url, 'sendEvent', ...events], account)).stdout.match(/<stored>/g)).to.have.length(2);
    expect((await ptpmgr(['call', url, 'getEvents', 'text=& "c"'])).stdout).to.include(
      '<text>&lt;b&gt; &amp; "c"</text>',
    );
    const relayed = await ptpmgr(['call', manager('EIM1').url, 'relay', 'manager=EM2', 'request.getStatus.scope=self']);
    expect(relayed.stdout).to.match(/<getStatusResponse>\n\s+<managers>\n\s+<id>EM2<\/id>/);
  });

  it('tries the access of every element that a manager has', async () => {
    const { data } = manager('EM1');
    for (const [file, element, said] of [
      ['EM1', 'core1', /^device\/core1 by snmp: \d+ values, 0 events in \d+ ms\n[\s\S]*sysName: core1\.lab\.example/],
      ['EM1', 'service/shop', /^service\/shop by http: \d+ values, 0 events in \d+ ms\n[\s\S]*Clients +\d+/],
      ['EM3', 'cache1', /^device\/cache1 by ftp: /],
      ['EM1', 'billing', /^application\/billing by file: /],
    ] as const) {
      const tried = await ptpmgr(['test', `${data}/${file}.xml`, element]);
      expect(tried).to.include({ code: 0, stderr: '' });
      expect(tried.stdout).to.match(said);
    }
  });

  it('refuses a second manager on a data directory, and a lab on ports in use', async () => {
    const { data } = manager('EM1');
    const second = await ptpmgr(['run', `${data}/EM1.xml`, '--data', `${data}/data/EM1`]);
    expect(second).to.include({ code: 1, stdout: '' });
    expect(second.stderr).to.match(/^ptpmgr: .*is in use by process \d+.*\n$/);
    const lab2 = await ptpmgr(['lab', '--port-base', String(portBase)]);
    expect(lab2).to.include({ code: 1, stdout: '' });
    expect(lab2.stderr).to.equal(
      `ptpmgr: port ${portBase} on 127.0.0.1 is in use (EADDRINUSE); end what uses it, or take others with --port-base\n`,
    );
  });

  it('loses one manager alone by kill -9, and brings it back when asked', async () => {
    const { pid, data, url } = manager('EM2');
    process.kill(pid, 'SIGKILL');
    await eventually(5000, 'the end of EM2', () => (isAlive(pid) ? undefined : true));
    for (const one of managers) if (one.id !== 'EM2') expect([one.id, isAlive(one.pid)]).to.deep.equal([one.id, true]);
    const gone = await ptpmgr(['call', url, 'areYouThere']);
    expect(gone).to.include({ code: 1, stdout: '', stderr: `ptpmgr: ${url} cannot be reached (ECONNREFUSED)\n` });
    const unknown = await ptpmgr(['lab', '--restart', 'EM7', '--data', data]);
    expect(unknown).to.include({ code: 2, stdout: '' });
    const back = await ptpmgr(['lab', '--restart', 'EM2', '--data', data]);
    expect(back).to.include({ code: 0, stderr: '' });
    const found = /^EM2 is back: (\S+) \(process (\d+)\)\n$/.exec(back.stdout);
    expect(found?.[1]).to.equal(url);
    managers[managers.findIndex((one) => one.id === 'EM2')] = { ...manager('EM2'), pid: Number(found?.[2]) };
    const there = await ptpmgr(['call', url, 'areYouThere']);
    expect(Number(/<incarnation>(\d+)</.exec(there.stdout)?.[1])).to.be.greaterThan(1);
    const twice = await ptpmgr(['lab', '--restart', 'EM2', '--data', data]);
    expect(twice).to.include({ code: 1, stderr: `ptpmgr: EM2 runs already, as process ${manager('EM2').pid}\n` });
  });

  it('leaves no process and no directory behind when it is told to quit', async () => {
    lab.kill('SIGTERM');
    await ended;
    expect(lab.exitCode).to.equal(0);
    for (const { id, pid } of managers) expect([id, isAlive(pid)]).to.deep.equal([id, false]);
    expect(existsSync(manager('EM1').data)).to.equal(false);
  });
});

describe('a lab that is killed', function () {
  this.timeout(60_000);

  it('takes its managers along', async () => {
    const portBase = await freePorts(2);
    const lab = spawn(process.execPath, [MAIN, 'lab', '--json', '--managers', '1', '--port-base', String(portBase)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const managers: Manager[] = [];
    try {
      for await (const line of createInterface({ input: lab.stdout })) {
        managers.push(JSON.parse(line));
        if (managers.length === 2) break;
      }
      lab.kill('SIGKILL');
      // Those that end together wait in vain for each other to take what they have, for some ten seconds at most.
      await eventually(20_000, 'the end of all managers', () =>
        managers.some(({ pid }) => isAlive(pid)) ? undefined : true,
      );
    } finally {
      lab.kill('SIGKILL');
      for (const { pid } of managers) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
      // Nobody was left to remove it.
      for (const { data } of managers) rmSync(data, { recursive: true, force: true });
    }
  });
});
