/** What every access method owes its callers, whatever it reaches. Each is run through this with counterparts of its own. */
import { assert } from 'chai';
import type { AccessMethod, AccessParts } from '../../src/access/access.js';
import { PtpError } from '../../src/base/errors.js';
import { type Asking, access, accessParts, element, failureOf, pollOnce } from '../support/access.js';

/** A counterpart, and how it is asked. */
export interface Counterpart {
  readonly asking: Asking;
  stop(): Promise<void>;
}

export interface AccessCase {
  readonly name: string;
  readonly create: (parts: AccessParts) => AccessMethod;
  /** Answers well. */
  readonly good: () => Promise<Counterpart>;
  /** Takes the question and never answers; absent where there is nobody to wait for. */
  readonly silent?: () => Promise<Counterpart>;
  /** Answers without end, or with far too much. */
  readonly flood: () => Promise<Counterpart>;
  /** Asks where nobody and nothing is. */
  readonly nowhere: { readonly asking: Asking; readonly code: string };
  /** Accesses that are wrong in themselves, and a word of the sentence that says so. */
  readonly wrong: readonly (readonly [asking: Asking, word: RegExp])[];
}

const SECRET = 'swordfish-in-the-clear';
const GRACE_MS = 1000;

/** Sockets, files and servers that are open. */
function openResources(): string[] {
  const counted = /^(TCP|UDP|TLS|Pipe|FSReq|GetAddrInfo)/;
  return process
    .getActiveResourcesInfo()
    .filter((one) => counted.test(one))
    .sort();
}

/** Connections take a moment to be gone. */
async function assertSameResources(before: readonly string[]): Promise<void> {
  for (let turn = 0; turn < 40; turn++) {
    if (openResources().length <= before.length) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.deepEqual(openResources(), [...before]);
}

export function accessConformance({ name, create, good, silent, flood, nowhere, wrong }: AccessCase): void {
  describe(`access method ${name}`, () => {
    let method: AccessMethod;
    beforeEach(() => {
      method = create(accessParts());
    });
    afterEach(() => method.close());

    async function withCounterpart(start: () => Promise<Counterpart>, run: (asking: Asking) => Promise<void>) {
      const counterpart = await start();
      try {
        await run(counterpart.asking);
      } finally {
        await counterpart.stop();
      }
    }

    it('gives well-formed readings, and takes its own memory back', () =>
      withCounterpart(good, async (asking) => {
        let memory: unknown;
        for (let poll = 0; poll < 3; poll++) {
          const answer = await pollOnce(method, { ...asking, memory });
          ({ memory } = answer);
          assert.isAbove(answer.readings.length, 0);
          for (const { metric, instance, value, unit } of answer.readings) {
            assert.match(metric, /^[A-Za-z][\w.]*$/);
            assert.isString(instance);
            assert.isAbove(unit.length, 0);
            assert.isTrue(typeof value === 'bigint' || typeof value === 'string' || Number.isFinite(value), metric);
          }
          const keys = answer.readings.map(({ metric, instance }) => `${metric}\n${instance}`);
          assert.equal(new Set(keys).size, keys.length, 'a reading of each metric and instance');
          if (memory !== undefined) assert.deepEqual(JSON.parse(JSON.stringify(memory)), memory);
        }
      }));

    it('does not mind a memory that is not its own', () =>
      withCounterpart(good, async (asking) => {
        for (const memory of [null, 7, 'x', [], {}, { place: 1, files: [{}], repetitions: 'many' }]) {
          assert.isAbove((await pollOnce(method, { ...asking, memory })).readings.length, 0);
        }
      }));

    it('does not begin after an abort', () =>
      withCounterpart(good, async (asking) => {
        const failure = await failureOf(pollOnce(method, { ...asking, signal: AbortSignal.abort() }));
        assert.equal(failure.code, 'Access.Timeout');
      }));

    it('leaves nothing open', async () => {
      const before = openResources();
      await withCounterpart(good, async (asking) => {
        await pollOnce(method, asking);
        await pollOnce(method, asking);
        await failureOf(pollOnce(method, nowhere.asking));
      });
      await method.close();
      await assertSameResources(before);
    });

    it('says where nobody is', async () => {
      const failure = await failureOf(pollOnce(method, nowhere.asking));
      assert.equal(failure.code, nowhere.code);
      assert.match(failure.message, /^\S.{10,}[^.]$/s);
    });

    it('bounds what it reads', function () {
      this.timeout(15_000);
      return withCounterpart(flood, async (asking) => {
        const before = process.memoryUsage().rss;
        const outcome: unknown = await pollOnce(method, asking).catch((error: unknown) => error);
        if (outcome instanceof Error)
          assert.match(outcome instanceof PtpError ? outcome.code : outcome.name, /^Access\./);
        assert.isBelow(process.memoryUsage().rss - before, 200 * 2 ** 20);
      });
    });

    it('finds what is wrong with an access without asking anybody', () => {
      for (const [asking, word] of wrong) {
        const spec = access(method.method, asking.options ?? {}, asking.over);
        const faults = method.check(element(asking.element), spec);
        assert.isAbove(faults.length, 0, String(word));
        assert.match(faults.join('\n'), word);
      }
    });

    it('finds nothing wrong with a good one', () =>
      withCounterpart(good, async (asking) => {
        assert.deepEqual(method.check(element(), access(method.method, asking.options ?? {}, asking.over)), []);
      }));

    if (!silent) return;

    it('settles by its signal when nobody answers', () =>
      withCounterpart(silent, async (asking) => {
        const before = openResources();
        const startedMs = performance.now();
        const failure = await failureOf(pollOnce(method, { ...asking, signal: AbortSignal.timeout(100) }));
        assert.equal(failure.code, 'Access.Timeout');
        assert.isBelow(performance.now() - startedMs, GRACE_MS);
        await method.close();
        await assertSameResources(before);
      }));

    it('passes on why it was ended', () =>
      withCounterpart(silent, async (asking) => {
        const ending = new AbortController();
        const poll = failureOf(pollOnce(method, { ...asking, signal: ending.signal }));
        const reason = new PtpError('Server.Unavailable', 'the manager is stopping');
        setTimeout(() => ending.abort(reason), 50);
        assert.strictEqual(await poll, reason);
      }));

    it('ends what is under way when it is closed, or soon after', () =>
      withCounterpart(silent, async (asking) => {
        const poll = failureOf(pollOnce(method, { ...asking, signal: AbortSignal.timeout(300) }));
        await method.close();
        assert.match((await poll).code, /^Access\./);
      }));

    it('tells no secret', () =>
      withCounterpart(silent, async (asking) => {
        const credential = { id: 'c', user: 'ops', password: SECRET, community: SECRET };
        const failure = await failureOf(pollOnce(method, { ...asking, credential, signal: AbortSignal.timeout(50) }));
        assert.notInclude(`${failure.message} ${failure.stack}`, SECRET);
      }));
  });
}
