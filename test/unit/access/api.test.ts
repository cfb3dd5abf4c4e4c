import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from 'chai';
import { access, element, failureOf, metricValue, pollOnce } from '../../support/access.js';
import { startProcess, until } from '../../support/processes.js';
import { skipBecause } from '../../support/skipping.js';
import { fakeModules, GOOD, openModules, polling } from './fake-module.js';

/** And no zombie that only waits to be counted. */
const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

const SECRET = 'swordfish/in the clear';

describe('modules', () => {
  const { method, ask, once } = openModules();

  it('are given what they need', async () => {
    const credential = { id: 'c', user: 'ops', password: SECRET };
    const body = 'return { readings: [], facts: { description: JSON.stringify(request) } };';
    const { facts } = await once(polling(body), {
      options: { url: 'https://shop.example/', port: '8443', 'option.tenant': '7', 'option.__proto__': 'x' },
      over: { metrics: [{ name: 'free', unit: 'By' }], timeoutMs: 3000 },
      element: { type: 'database', dnsname: 'shop.example' },
      credential,
      memory: { polls: 3 },
    });
    assert.deepEqual(JSON.parse(facts?.description ?? ''), {
      host: '127.0.0.1',
      port: 8443,
      url: 'https://shop.example/',
      type: 'database',
      element: { name: 'device/probe', kind: 'device', id: 'probe', ip: '127.0.0.1', dnsname: 'shop.example' },
      options: JSON.parse('{"tenant":"7","__proto__":"x"}'),
      credential,
      metrics: [{ name: 'free', unit: 'By' }],
      memory: { polls: 3 },
      timeoutMs: 3000,
    });
  });

  it('give readings, events, facts, memory and uptime', async () => {
    const answer = await once(
      polling(`return {
        readings: [
          { metric: 'bytes', instance: 'eth0', value: 2n ** 64n - 1n, unit: 'By', counter: { bits: 64, rateUnit: 'bit/s' } },
          { metric: 'hits', value: 7 },
          { metric: 'state', value: 'open' },
          { metric: 'ok', value: true, unit: undefined },
        ],
        events: [{ name: 'restarted', severity: 'minor', text: 'it has', time: 1e12 }, { name: 'seen' }],
        facts: { vendor: 'ACME', sysName: 'a' },
        memory: { list: [1, null] },
        uptimeMs: 12.5,
      };`),
      {
        over: {
          metrics: [
            { name: 'hits', unit: '1', counter: true },
            { name: 'state', unit: 'x' },
          ],
        },
      },
    );
    assert.deepEqual(answer, {
      readings: [
        {
          metric: 'bytes',
          instance: 'eth0',
          value: 2n ** 64n - 1n,
          unit: 'By',
          counter: { bits: 64, rateUnit: 'bit/s' },
        },
        { metric: 'hits', instance: '', value: 7, unit: '1', counter: { bits: undefined } },
        { metric: 'state', instance: '', value: 'open', unit: 'x' },
        { metric: 'ok', instance: '', value: 1, unit: '1' },
      ],
      events: [
        { severity: 'minor', name: 'restarted', text: 'it has', time: 1e12 },
        { severity: 'indeterminate', name: 'seen', text: 'seen' },
      ],
      facts: { vendor: 'ACME', sysName: 'a' },
      memory: { list: [1, null] },
      uptimeMs: 12.5,
    });
  });

  it('have an environment without the secrets of the manager, and the folder of the configuration', async () => {
    process.env.PTPMGR_TEST_SECRET = SECRET;
    try {
      const { facts } = await once(
        polling('return { facts: { description: Object.keys(process.env).join(), location: process.cwd() } };'),
      );
      assert.notInclude(facts?.description ?? 'PTPMGR', 'PTPMGR');
      assert.include(facts?.description ?? '', 'PATH');
      assert.match(facts?.location ?? '', /modules-/);
    } finally {
      delete process.env.PTPMGR_TEST_SECRET;
    }
  });

  it('that take too much memory are ended, whether of the heap or of buffers', async () => {
    const heap = await failureOf(
      once(polling('const all = []; for (;;) all.push(new Array(1000).fill(all.length));'), {
        over: { timeoutMs: 20_000 },
      }),
    );
    assert.match(heap.message, /took more memory than it may have, 64 MiB$/);
    const buffers = polling(
      'const all = []; for (;;) { all.push(Buffer.alloc(2 ** 22, 1)); await new Promise((go) => setTimeout(go, 5)); }',
    );
    const failure = await failureOf(once(buffers, { over: { timeoutMs: 20_000 } }));
    assert.match(failure.message, /memory than it may have, 256 MiB/);
  });

  it('that stand still are ended and begun anew', async () => {
    const folder = fakeModules({
      'a.mjs': polling(
        'if (request.options.loop) for (;;); return { readings: [{ metric: "x", value: process.pid }] };',
      ),
    });
    const { method: made, pool } = method(folder);
    const before = await ask(made, 'a.mjs');
    const failure = await failureOf(ask(made, 'a.mjs', { options: { 'option.loop': '1' }, over: { timeoutMs: 300 } }));
    assert.equal(failure.code, 'Access.Content');
    assert.match(failure.message, /^module a\.mjs stood still for 0\.\d+ s, as in an endless loop, and was ended$/);
    const after = await ask(made, 'a.mjs');
    assert.notEqual(metricValue(after.readings, 'x'), metricValue(before.readings, 'x'));
    await until('the process is gone', () => pool.size === 1);
  });

  it('that wait too long for a device are late, not standing still', async () => {
    const waiting = {
      heedless: 'await new Promise(() => {});',
      heeding: 'await new Promise((_, no) => signal.addEventListener("abort", () => no(signal.reason)));',
    };
    for (const wait of Object.values(waiting)) {
      const folder = fakeModules({ 'a.mjs': polling(`if (request.options.waits) ${wait} return { readings: [] };`) });
      const { method: made } = method(folder);
      // Its process has started: on a busy machine that may take longer than it is given below.
      await ask(made, 'a.mjs');
      const late = await failureOf(ask(made, 'a.mjs', { options: { 'option.waits': '1' }, over: { timeoutMs: 300 } }));
      assert.equal(late.code, 'Access.Timeout');
      assert.match(late.message, /^module a\.mjs did not answer (?:within 0\.\d+ s|in time)$/);
    }
  });

  it('harm no poll of another element, nor of the same module', async () => {
    const folder = fakeModules({
      'bad.mjs': polling('await new Promise((go) => setTimeout(go, 50)); process.exit(1);'),
      'loop.mjs': polling('for (;;);'),
      'good.mjs': polling(
        'await new Promise((go) => setTimeout(go, 400)); if (request.options.die) process.exit(1); return { readings: [{ metric: "x", value: 1 }] };',
      ),
    });
    const { method: made } = method(folder);
    const over = { timeoutMs: 3000 };
    const good = Promise.all([1, 2].map(() => ask(made, 'good.mjs', { over })));
    const bad = [
      failureOf(ask(made, 'bad.mjs', { over })),
      failureOf(ask(made, 'loop.mjs', { over: { timeoutMs: 500 } })),
      failureOf(ask(made, 'good.mjs', { over, options: { 'option.die': '1' } })),
    ];
    for (const { readings } of await good) assert.equal(metricValue(readings, 'x'), 1);
    await Promise.all(bad);
  });

  it('tell no secret by their errors', async () => {
    const credential = { id: 'c', user: 'ops', password: SECRET };
    const body =
      'const { password } = request.credential; throw new Error(["login", password, "at", encodeURIComponent(password)].join(" "));';
    const failure = await failureOf(once(polling(body), { credential }));
    assert.equal(failure.message, 'module a.mjs failed: login *** at *** (line 2)');
    assert.notInclude(String(failure.cause), 'swordfish');
  });

  it('are loaded anew when their file changes', async () => {
    const folder = fakeModules({ 'a.mjs': GOOD });
    const { method: made, pool } = method(folder);
    assert.equal(metricValue((await ask(made, 'a.mjs')).readings, 'x'), 1);
    writeFileSync(join(folder, 'a.mjs'), GOOD.replace('value: 1', 'value: 2'));
    utimesSync(join(folder, 'a.mjs'), 1, 2);
    assert.equal(metricValue((await ask(made, 'a.mjs')).readings, 'x'), 2);
    await until('the former process is gone', () => pool.size === 1);
  });

  it('keep a process for the next poll, for a while', async () => {
    const folder = fakeModules({ 'a.mjs': polling('return { readings: [{ metric: "x", value: process.pid }] };') });
    const { method: made, pool } = method(folder, { mostIdle: 1, idleMs: 200 });
    const [first, second] = [await ask(made, 'a.mjs'), await ask(made, 'a.mjs')];
    assert.deepEqual(first, second);
    await Promise.all([ask(made, 'a.mjs'), ask(made, 'a.mjs')]);
    await until('one is left', () => pool.size === 1);
    await until('none is left', () => pool.size === 0);
  });

  it('wait for their turn, and say when it does not come', async () => {
    const folder = fakeModules({ 'a.mjs': polling('await new Promise((go) => setTimeout(go, 600)); return {};') });
    const { method: made } = method(folder, { mostRunning: 1 });
    const first = ask(made, 'a.mjs');
    const impatient = failureOf(ask(made, 'a.mjs', { over: { timeoutMs: 200 } }));
    const second = ask(made, 'a.mjs');
    assert.equal((await impatient).code, 'Access.Settings');
    assert.match((await impatient).message, /did not get its turn: 1 modules are at work/);
    await Promise.all([first, second]);
  });

  it('end with what they have started', async function () {
    if (!existsSync('/proc/self/stat')) skipBecause(this, 'this system has no /proc to see processes in');
    const folder = fakeModules({
      'a.mjs': `import { spawn } from 'node:child_process';\nimport { writeFileSync } from 'node:fs';\n${polling(
        'const { pid } = spawn("sleep", ["60"]); writeFileSync("pid", String(pid)); process.exit(1);',
      )}`,
    });
    await failureOf(ask(method(folder).method, 'a.mjs'));
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    assert.isAbove(pid, 1);
    await until('what it has started is gone', () => !isAlive(pid));
  });

  it('end with their manager, even in the middle of a loop', async function () {
    if (!existsSync('/proc/self/stat')) skipBecause(this, 'this system has no /proc to see processes in');
    const folder = fakeModules({
      'a.mjs': `import { writeFileSync } from 'node:fs';\n${polling('writeFileSync("pid", String(process.pid)); for (;;);')}`,
    });
    const code = (file: string) => new URL(`../../../src/${file}`, import.meta.url).href;
    const manager = await startProcess(process.execPath, [
      '--input-type=module',
      '-e',
      `import { systemClock } from '${code('base/system-env.js')}';
      import { ModuleProcess } from '${code('access/api/module-process.js')}';
      const file = { path: '${join(folder, 'a.mjs')}', version: '1', place: 'module a.mjs' };
      await new ModuleProcess(systemClock, file, '${folder}').ask({ request: {}, limitMs: 60_000, secrets: [] });`,
    ]);
    await until(
      'the module runs',
      () => existsSync(join(folder, 'pid')) && readFileSync(join(folder, 'pid')).length > 0,
    );
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    assert.isTrue(isAlive(pid));
    await manager.stop('SIGKILL');
    await until('the module is gone', () => !isAlive(pid));
  });

  const wrong: readonly (readonly [module: string | undefined, words: RegExp])[] = [
    ['nowhere.mjs', /^module="nowhere\.mjs" cannot be loaded: .*nowhere\.mjs does not exist; it should be a file$/],
    ['.mjs', /should be a file, which|does not exist/],
    ['a.ts', /module="a\.ts" should be an ES module, a file that ends in \.mjs or \.js/],
    [undefined, /method api should have a module/],
  ];
  for (const [module, words] of wrong) {
    it(`are told when they are not there: ${module}`, async () => {
      const { method: made } = method(fakeModules({}));
      const options: Record<string, string> = module === undefined ? {} : { module };
      const failure = await failureOf(pollOnce(made, { options }));
      assert.equal(failure.code, 'Access.Settings');
      assert.match(failure.message, words);
      const isMissingOnly = module?.endsWith('.mjs');
      assert.lengthOf(made.check(element(), access('api', options)), isMissingOnly ? 0 : 1);
    });
  }
});
