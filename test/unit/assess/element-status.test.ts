import { expect } from 'chai';
import { statusWith } from '../../../src/assess/element-status.js';
import type { ThresholdSpec } from '../../../src/model/element.js';
import type { Severity } from '../../../src/model/status.js';

const standing = (severity: Severity, metric = 'load') => ({
  spec: { metric, above: '80', forMs: 0, severity } satisfies ThresholdSpec,
  instance: '',
});

describe('the status of an element with thresholds', () => {
  for (const [reach, severities, status, reason] of [
    [{ status: 'normal' }, [], 'normal', undefined],
    [{ status: 'normal' }, ['warning'], 'warning', 'load above 80'],
    [{ status: 'normal' }, ['indeterminate'], 'warning', 'load above 80'],
    [{ status: 'normal' }, ['minor', 'critical'], 'critical', 'load above 80; load above 80'],
    [{ status: 'major', reason: 'http: 500' }, ['minor'], 'major', 'http: 500; load above 80'],
    [{ status: 'minor', reason: 'ftp: refused' }, ['critical'], 'critical', 'ftp: refused; load above 80'],
    [{ status: 'down', reason: 'no answer' }, ['critical'], 'down', 'no answer'],
    [{ status: 'unreachable' }, ['critical'], 'unreachable', undefined],
    [{ status: 'unknown' }, ['critical'], 'unknown', undefined],
  ] as const)
    it(`${reach.status} with [${severities}] is ${status}`, () => {
      const shown = statusWith(
        reach,
        severities.map((severity) => standing(severity)),
      );
      expect(shown.status).to.equal(status);
      expect(shown.reason).to.equal(reason);
    });

  it('names the worst, and counts the rest', () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((metric) => standing(metric === 'e' ? 'major' : 'warning', metric));
    expect(statusWith({ status: 'normal' }, all).reason).to.equal('e above 80; a above 80; b above 80; and 2 more');
  });
});
