import { assert } from 'chai';
import { failureOf } from '../../support/access.js';
import { openModules, polling } from './fake-module.js';

const WRITING = 'import { writeSync } from "node:fs";\n';

describe('faulty modules', () => {
  const { once } = openModules();

  const faulty: readonly (readonly [what: string, text: string, code: string, words: RegExp])[] = [
    [
      'a syntax error',
      'export const a = ;\n',
      'Access.Settings',
      /^module a\.mjs cannot be loaded: Unexpected token ';' \(line 1\)$/,
    ],
    [
      'an error at loading',
      '\n\nthrow new Error("no licence");',
      'Access.Settings',
      /cannot be loaded: no licence \(line 3\)$/,
    ],
    ['a missing import', 'import "./nowhere.mjs";', 'Access.Settings', /cannot be loaded: Cannot find module/],
    [
      'exit at loading',
      'process.exit(0);',
      'Access.Protocol',
      /ended its process \(exit code 0\) instead of answering$/,
    ],
    [
      'no poll',
      'export const pol = 1;',
      'Access.Settings',
      /exports no function poll; it should: export async function poll/,
    ],
    ['a default export', 'export default { poll() {} };', 'Access.Settings', /exports no function poll/],
    [
      'a thrown error',
      polling('\nthrow new Error("queue is full\\nat x (y.js:1)");'),
      'Access.Protocol',
      /^module a\.mjs failed: queue is full \(line 3\)$/,
    ],
    ['a thrown text', polling('throw "just so";'), 'Access.Protocol', /failed: just so$/],
    ['a thrown nothing', polling('throw undefined;'), 'Access.Protocol', /failed: nothing that can be shown$/],
    [
      'a thrown trap',
      polling('throw { get message() { throw this; }, toString() { throw this; } };'),
      'Access.Protocol',
      /failed: something that cannot be shown$/,
    ],
    [
      'a thrown proxy',
      polling('throw new Proxy(new Error(), { get() { throw 1; }, getPrototypeOf() { throw 1; } });'),
      'Access.Protocol',
      /something that cannot be shown$/,
    ],
    [
      'a refused connection',
      polling('throw new Error("login", { cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }) });'),
      'Access.Refused',
      /failed: login: connect \(line 2\)$/,
    ],
    ['exit', polling('process.exit(3);'), 'Access.Protocol', /ended its process \(exit code 3\)/],
    ['abort', polling('process.abort();'), 'Access.TooLarge', /memory/],
    [
      'a signal',
      polling('process.kill(process.pid, "SIGTERM"); await new Promise(() => {});'),
      'Access.Protocol',
      /ended its process \(SIGTERM\)/,
    ],
    [
      'an uncaught error',
      polling('setTimeout(() => { throw new Error("later"); }); await new Promise(() => {});'),
      'Access.Protocol',
      /left an error uncaught: later \(line 2\)$/,
    ],
    [
      'an unhandled rejection',
      polling('Promise.reject(new Error("alone")); await new Promise(() => {});'),
      'Access.Protocol',
      /left a rejection unhandled: alone \(line 2\)$/,
    ],
    ['nothing', polling(''), 'Access.Content', /its answer is null; it should be an object$/],
    ['a list', polling('return [];'), 'Access.Content', /its answer is a list; it should be an object/],
    [
      'a slip',
      polling('return { reading: [] };'),
      'Access.Content',
      /its answer has a member "reading"; it should be one of readings, events/,
    ],
    [
      'a circle',
      polling('const a = {}; a.memory = a; return a;'),
      'Access.Content',
      /not plain data: Converting circular structure/,
    ],
    [
      'a toJSON that throws',
      polling('return { readings: [{ metric: "a", value: { toJSON() { throw new Error("no"); } } }] };'),
      'Access.Content',
      /not plain data: no/,
    ],
    [
      'no number',
      polling('return { readings: [{ metric: "a", value: 0 / 0 }] };'),
      'Access.Content',
      /readings\[0\]\.value is NaN; it should be a finite number/,
    ],
    [
      'no value',
      polling('return { readings: [{ metric: "a" }] };'),
      'Access.Content',
      /readings\[0\]\.value is missing/,
    ],
    [
      'a bigint that is too big',
      polling('return { readings: [{ metric: "a", value: 2n ** 64n }] };'),
      'Access.Content',
      /value is 18446744073709551616; .*64 bits/,
    ],
    [
      'a negative bigint',
      polling('return { readings: [{ metric: "a", value: -1n }] };'),
      'Access.Content',
      /value is -1;/,
    ],
    [
      'a metric with a bad name',
      polling('return { readings: [{ metric: "a b", value: 1 }] };'),
      'Access.Content',
      /metric is "a b"; it should be a name/,
    ],
    [
      'a reading twice',
      polling('return { readings: [{ metric: "a", value: 1 }, { metric: "a", value: 2 }] };'),
      'Access.Content',
      /readings has a twice/,
    ],
    [
      'a counter of text',
      polling('return { readings: [{ metric: "a", value: "1", counter: true }] };'),
      'Access.Content',
      /value is a text; it should be a number/,
    ],
    [
      'a severity that is none',
      polling('return { events: [{ name: "a", severity: "bad" }] };'),
      'Access.Content',
      /severity is "bad"; it should be one of cleared/,
    ],
    [
      'a fact that is none',
      polling('return { facts: { serial: "1" } };'),
      'Access.Content',
      /facts has a member "serial"/,
    ],
    [
      'a prototype',
      polling('return JSON.parse(`{"readings":[],"__proto__":{"polluted":1}}`);'),
      'Access.Content',
      /has a member "__proto__"/,
    ],
    ['a bad uptime', polling('return { uptimeMs: -1 };'), 'Access.Content', /uptimeMs is -1/],
    [
      'deep memory',
      polling('let memory = 1; for (let i = 0; i < 100; i++) memory = [memory]; return { memory };'),
      'Access.Content',
      /memory is nested too deep/,
    ],
    ['large memory', polling('return { memory: "x".repeat(70000) };'), 'Access.TooLarge', /memory of 70002 characters/],
    [
      'many readings',
      polling('return { readings: Array.from({ length: 5001 }, (_, i) => ({ metric: "a" + i, value: 1 })) };'),
      'Access.TooLarge',
      /5001 readings; at most 5000/,
    ],
    ['a huge answer', polling('return { memory: "x".repeat(20 * 2 ** 20) };'), 'Access.TooLarge', /more than 1 MiB/],
    [
      'noise on the channel',
      WRITING + polling('writeSync(3, "noise\\n"); await new Promise(() => {});'),
      'Access.Protocol',
      /disturbs the talk/,
    ],
    [
      'a foreign answer',
      'import { writeSync } from "node:fs";\n' +
        polling('writeSync(3, `{"id":99,"answer":{}}\\n`); await new Promise(() => {});'),
      'Access.Protocol',
      /disturbs the talk/,
    ],
    [
      'a flood on the channel',
      WRITING + polling('for (;;) try { writeSync(3, "x".repeat(1000)); } catch {}'),
      'Access.TooLarge',
      /more than 1 MiB/,
    ],
    [
      'spoilt globals',
      'JSON.stringify = () => "no"; JSON.parse = () => { throw 1; }; Object.prototype.answer = 7; Array.prototype.map = undefined;\n' +
        polling('return { readings: "x" };'),
      'Access.Content',
      /readings is "x"; it should be a list/,
    ],
  ];
  for (const [what, text, code, words] of faulty) {
    it(`are told what is wrong: ${what}`, async () => {
      const failure = await failureOf(once(text, { over: { timeoutMs: 4000 } }));
      assert.match(failure.message, words);
      assert.equal(failure.code, code);
      assert.notMatch(failure.message, /\n|file:\/\/.*:\d+:\d+/);
      assert.isUndefined(Reflect.get({}, 'polluted'));
    });
  }
});
