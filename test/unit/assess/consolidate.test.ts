import { expect } from 'chai';
import { consolidate } from '../../../src/assess/consolidate.js';
import type { ElementEntry, ManagerSection } from '../../../src/model/ptp-store.js';

const entry = (id: string, more: Partial<ElementEntry> = {}): ElementEntry => ({
  kind: 'device',
  id,
  status: 'normal',
  customers: [],
  links: [],
  parents: [],
  access: [],
  metrics: [],
  ...more,
});
const section = (id: string, devices: ElementEntry[], age = 0): ManagerSection => ({
  id,
  age,
  failover: [],
  devices,
  services: [],
  applications: [],
});
const shown = (sections: ManagerSection[]) =>
  consolidate(sections).map(({ id, devices }) => `${id}: ${devices.map((device) => device.id).join(' ')}`);

describe('consolidation', () => {
  it('shows an element that two managers report once, at the lower id when nothing else differs', () => {
    expect(shown([section('EM2', [entry('a'), entry('b')]), section('EM1', [entry('a')])])).to.deep.equal([
      'EM2: b',
      'EM1: a',
    ]);
  });

  it('prefers the newer epoch over the fresher data', () => {
    const newer = entry('a', { epoch: { term: 3, number: 1, giver: 'M' } });
    const older = entry('a', { epoch: { term: 2, number: 9, giver: 'M' } });
    expect(shown([section('EM1', [older], 0), section('EM2', [newer], 500)])).to.deep.equal(['EM1: ', 'EM2: a']);
  });

  it('prefers who knows the status, then who is clearly fresher', () => {
    expect(
      shown([section('EM1', [entry('a', { status: 'unknown' })]), section('EM2', [entry('a')], 60)]),
    ).to.deep.equal(['EM1: ', 'EM2: a']);
    expect(shown([section('EM1', [entry('a')], 90), section('EM2', [entry('a')], 10)])).to.deep.equal([
      'EM1: ',
      'EM2: a',
    ]);
  });

  it('does not flip for a few seconds of age', () => {
    expect(shown([section('EM1', [entry('a')], 4), section('EM2', [entry('a')], 0)])).to.deep.equal([
      'EM1: a',
      'EM2: ',
    ]);
  });

  it('does not flip between sources that are fetched in turn', () => {
    const [one, other] = [section('EM1', [entry('a')], 30), section('EM2', [entry('a')], 1)];
    expect(consolidate([one, other], 35).map(({ devices }) => devices.length)).to.deep.equal([1, 0]);
    expect(consolidate([one, other], 25).map(({ devices }) => devices.length)).to.deep.equal([0, 1]);
  });

  it('keeps kinds apart', () => {
    const both = { ...section('EM1', [entry('a')]), services: [entry('a', { kind: 'service' })] };
    expect(consolidate([both])).to.deep.equal([both]);
  });
});
