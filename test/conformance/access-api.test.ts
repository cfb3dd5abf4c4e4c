import { createApiMethod } from '../../src/access/api/method.js';
import { fakeModules, GOOD, polling } from '../unit/access/fake-module.js';
import { accessConformance, type Counterpart } from './access.js';

const FOLDER = () =>
  fakeModules({
    'good.mjs': GOOD,
    'silent.mjs': polling('await new Promise(() => {});'),
    'flood.mjs': polling(
      'return { readings: Array.from({ length: 10 ** 6 }, (_, at) => ({ metric: "m" + at, value: at })) };',
    ),
  });
const module = (name: string) => async (): Promise<Counterpart> => ({
  asking: { options: { module: `${name}.mjs` } },
  stop: async () => {},
});

accessConformance({
  name: 'api',
  create: (parts) => createApiMethod({ ...parts, configDir: FOLDER() }),
  good: module('good'),
  silent: module('silent'),
  flood: module('flood'),
  nowhere: { asking: { options: { module: 'nowhere.mjs' } }, code: 'Access.Settings' },
  wrong: [
    [{}, /method api should have a module/],
    [{ options: { module: 'a.ts' } }, /module="a\.ts" should be an ES module/],
  ],
});
