/** Whether the manager keeps up, for `/metrics`. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Output } from '../xml/messages/operations.js';

type Workload = Output<'getStatus'>['managers'][number]['workload'];

const STATES = ['ample', 'tight', 'late'] as const;

export function workloadGauges(registers: Registry[]): (load: Workload) => void {
  const gauge = (name: string, help: string) => new Gauge({ name: `ptpmgr_${name}`, help, registers });
  const state = new Gauge({
    name: 'ptpmgr_workload',
    help: 'Whether the manager keeps up with its polls: ample, tight (late soon), late; 1 for what it is.',
    labelNames: ['state'],
    registers,
  });
  const use = gauge('workload_use_ratio', 'Of what is used most, the share of the most at which polls begin in time.');
  const lag95 = gauge('poll_lag95_seconds', 'Over the last minute 95 of 100 polls began late by less than this.');
  const underWay = gauge('polls_under_way', 'Polls that run now.');
  const waiting = gauge('polls_waiting', 'Polls that are due and have not begun.');
  const unstored = gauge('polls_unstored', 'Polls that are made and not on disk yet.');
  const cost = gauge('poll_cost', 'Poll cost of what it polls, milliseconds of work per second.');
  const capacity = gauge('poll_capacity', 'Poll cost that it can carry, milliseconds of work per second.');
  const overlapped = new Counter({
    name: 'ptpmgr_polls_overlapped_total',
    help: 'Polls left out since the start because the former one of the same access still ran.',
    registers,
  });
  return (load) => {
    if (!load) return;
    for (const name of STATES) state.set({ state: name }, load.state === name ? 1 : 0);
    use.set(load.use);
    lag95.set(load.lag95);
    underWay.set(load.underWay);
    waiting.set(load.waiting);
    unstored.set(load.unstored);
    cost.set(load.cost);
    capacity.set(load.capacity);
    overlapped.inc(load.overlapped);
  };
}
