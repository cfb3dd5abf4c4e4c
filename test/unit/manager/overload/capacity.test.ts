import { expect } from 'chai';
import { expectedShare, measuredCapacity, nextCapacity, nextRatio } from '../../../../src/manager/overload/capacity.js';
import { REFUSED_MS, reliefWanted } from '../../../../src/manager/overload/relief-wanted.js';
import type { ElementName } from '../../../../src/model/element.js';

const carried = (name: string, cost: number, canGo = true) => ({ name: `device/${name}` as ElementName, cost, canGo });
const NONE = new Map<ElementName, number>();

describe('what a manager can carry', () => {
  it('is about half a core in the costs that are told, however far those are off', () => {
    expect(measuredCapacity(400, 0.5)).to.equal(500);
    expect(measuredCapacity(40, 0.5)).to.equal(50);
    expect(measuredCapacity(400, 1.25)).to.equal(200);
  });

  it('is not measured while little is done, and has bounds', () => {
    expect(measuredCapacity(400, 0.1)).to.equal(undefined);
    expect(measuredCapacity(5, 0.5)).to.equal(undefined);
    expect(measuredCapacity(5000, 0.2)).to.equal(2000);
    expect(measuredCapacity(20, 1.25)).to.equal(10);
  });

  it('is told anew only when it is out by more than a fifth', () => {
    expect(nextCapacity(undefined, 300)).to.equal(300);
    expect(nextCapacity(300, 350)).to.equal(300);
    expect(nextCapacity(300, 370)).to.equal(370);
    expect(nextCapacity(300, undefined)).to.equal(300);
  });

  it('learns what a poll cost takes in truth, within bounds', () => {
    let ratio = 1;
    for (let measure = 0; measure < 200; measure += 1) ratio = nextRatio(ratio, 400, 0.2);
    expect(ratio).to.be.closeTo(0.5, 0.01);
    expect(expectedShare(800, ratio)).to.be.closeTo(0.4, 0.01);
    for (let measure = 0; measure < 200; measure += 1) ratio = nextRatio(ratio, 20, 1);
    expect(ratio).to.be.closeTo(2, 0.01);
    expect(nextRatio(1, 10, 1)).to.equal(1);
  });
});

describe('what a manager asks to be relieved of', () => {
  const all = [carried('a', 10), carried('b', 300), carried('c', 80), carried('d', 200, false)];

  it('is few: the dearest that can go, until the rest is well below what it can carry', () => {
    expect(reliefWanted(all, 500, NONE, 0)).to.deep.equal({ elements: ['device/b'], isStuck: false });
    expect(reliefWanted(all, 200, NONE, 0).elements).to.deep.equal(['device/b', 'device/c', 'device/a']);
    expect(reliefWanted(all, 700, NONE, 0)).to.deep.equal({ elements: [], isStuck: false });
  });

  it('leaves out what was refused lately, and says when nothing can go', () => {
    const refused = new Map<ElementName, number>([['device/b', 0]]);
    expect(reliefWanted(all, 500, refused, 1000).elements).to.deep.equal(['device/c', 'device/a']);
    expect(reliefWanted(all, 500, refused, REFUSED_MS).elements).to.deep.equal(['device/b']);
    expect(reliefWanted([carried('d', 800, false)], 500, NONE, 0)).to.deep.equal({ elements: [], isStuck: true });
  });

  it('is never more than twenty at a time', () => {
    const many = Array.from({ length: 100 }, (_, at) => carried(`e${at}`, 10));
    expect(reliefWanted(many, 100, NONE, 0).elements).to.have.length(20);
  });
});
