import type { PoolEnvelope, PoolMessage } from '../../pool/node/messages.js';
import type { PoolNode } from '../../pool/node/pool-node.js';
import type { NodeEffect, NodeInput, PoolNews } from '../../pool/node/state.js';
import { wakeAtMs } from '../../pool/node/step.js';
import { changeText } from '../transcript.js';
import { Collector } from './collector.js';
import { effectText, poolMessageText } from './in-words.js';
import { SimulatedProcess } from './process.js';
import { type Answer, ask, strongest } from './questions.js';

export type { ManagerOptions, Surroundings } from './surroundings.js';

const MOST_ASKED = 200;

export class SimulatedManager extends SimulatedProcess {
  protected readonly self = this;

  input(input: NodeInput): void {
    const { node, around } = this;
    if (!node) return;
    if (this.isStopped || this.isBusy) {
      this.inbox.push(input);
      return;
    }
    if (input.is === 'message') this.heed(input.envelope);
    const former = node.mastership.mode.is;
    const { durable } = node.mastership;
    const effects = around.machine.step(node, input, this.localMs());
    const { mode, confirmed } = node.mastership;
    if (mode.is !== former) {
      around.modes.add(`${former} to ${mode.is}`);
      this.note(`${former} -> ${mode.is}`);
    }
    this.confirmed.take(this, durable, effects, confirmed, around);
    this.isBusy = true;
    for (const effect of effects) this.perform(effect);
    this.isBusy = false;
    // What begins anew at once has not stopped.
    for (const work of this.stopped.splice(0))
      if (!this.collector.works.has(work.element)) around.watch.stops(this, work);
    if (this.node !== node) return;
    around.checkers.stepped(this);
    const next = this.inbox.shift();
    if (next) this.input(next);
    else this.wake(node);
  }

  private heed({ from, message }: PoolEnvelope): void {
    if (this.around.transcript) this.note(`< ${from.id.padEnd(3)} ${poolMessageText(message)}`);
    if (message.is !== 'renew') return;
    if (this.asked.size > MOST_ASKED) this.asked.clear();
    this.asked.set(`${from.id} ${message.sequence}`, message.leaseMs);
  }

  private perform(effect: NodeEffect): void {
    const { around, collector } = this;
    const { watch } = around;
    if (effect.is === 'send') {
      this.send(effect.envelope);
      return;
    }
    around.effects.add(effect.is);
    if (around.transcript) this.note(effectText(effect));
    switch (effect.is) {
      case 'store':
        this.write(effect);
        return;
      case 'ask': {
        const { member, round, by, withinMs } = effect;
        for (const way of by)
          this.ask(member, withinMs, (answer) => this.deliver({ is: 'answer', member, round, by: way, ...answer }));
        return;
      }
      case 'askFor':
        this.askFor(effect);
        return;
      case 'poll':
        watch.begins(this, effect);
        this.canPoll(effect);
        collector.poll(effect);
        return;
      case 'renew':
        watch.renews(this, effect.element, effect.epoch);
        if (!collector.renew(effect.element, effect.epoch))
          watch.fail('one live owner', `${this.id} is told to go on with ${effect.element}, which it does not poll`);
        return;
      case 'release':
        watch.releases(this, effect);
        collector.release(effect.element, effect.first);
        return;
      case 'stop': {
        const work = collector.stop(effect.element);
        if (work) this.stopped.push(work);
        return;
      }
      case 'makeBundle': {
        const { element, aheadMs } = effect;
        const make = () => {
          const bundle = this.collector.makeBundle(element, aheadMs);
          if (bundle && !this.isStopped) this.input({ is: 'bundle', bundle });
        };
        this.later(0, make);
        return;
      }
      case 'standIn':
        collector.standIn(effect.element, effect.standIn);
        return;
      case 'hold':
        collector.hold();
        return;
      case 'goOn':
        collector.goOn();
        return;
      case 'news':
        this.tell(effect.news);
        return;
      case 'delegated':
      case 'knows':
      case 'refresh':
        return;
    }
  }

  /** It has to be told how to poll what it does not list, as far as it has been told what that is. */
  private canPoll({ element, bundle, definition }: Extract<NodeEffect, { is: 'poll' }>): void {
    const isListed = this.node?.offer?.elements.some(({ name }) => name === element);
    if (!isListed && definition === undefined && !bundle)
      this.around.watch.fail('one live owner', `${this.id} is to poll ${element}, and nothing says how`);
  }

  private write({ change, mark }: Extract<NodeEffect, { is: 'store' }>): void {
    const { checkers, writes, transcript } = this.around;
    writes.add(change.is);
    checkers.writes(this, change);
    if (transcript) this.note(`writes #${mark} ${changeText(change)}`);
    this.disk.write(change, mark, (done) => {
      if (transcript) this.note(`synced #${done}`);
      this.input({ is: 'stored', mark: done });
    });
    if (change.is === 'term') this.onTermWritten?.();
  }

  private send(wanted: PoolEnvelope): void {
    const { messages, checkers, watch, network, transcript, managerOf, onSend } = this.around;
    const message = this.cut(wanted.message);
    const envelope = message === wanted.message ? wanted : { ...wanted, message };
    const { to } = envelope;
    messages.add(message.is);
    checkers.sent(this, to, message);
    watch.sent(this, to, message);
    if (transcript) this.note(`> ${to.padEnd(3)} ${poolMessageText(message)}`);
    onSend?.(this, envelope);
    const receiver = managerOf(to);
    if (receiver) network.send(this.index, receiver.index, envelope);
  }

  private cut(message: PoolMessage): PoolMessage {
    return message.is === 'renew' && message.entries.length > this.mostEntries
      ? { ...message, entries: message.entries.slice(0, this.mostEntries) }
      : message;
  }

  private ask(member: string, withinMs: number, done: (answer: Answer) => void): void {
    const target = this.around.managerOf(member);
    const { life } = this;
    if (target)
      ask(this.around, this.options.stream, this.index, target, withinMs, (answer) => {
        if (life === this.life) done(answer);
      });
    else this.later(withinMs, () => done({ outcome: 'nothing' }));
  }

  private askFor({ asker, member, round, withinMs }: Extract<NodeEffect, { is: 'askFor' }>): void {
    const answers: Answer[] = [];
    const ways = this.around.configuration.managers.find(({ id }) => id === member)?.address.socket ? 2 : 1;
    for (let way = 0; way < ways; way += 1)
      this.ask(member, withinMs, (answer) => {
        answers.push(answer);
        if (answers.length === ways) this.deliver({ is: 'askedFor', asker, member, round, ...strongest(answers) });
      });
  }

  private tell(news: PoolNews): void {
    const { news: tally, checkers, watch } = this.around;
    tally.add(news.is);
    if (news.is === 'mastering' && news.begins) checkers.began(this, news.term);
    if (news.is === 'cutOff') this.saysCutOff = news.begins;
    watch.told(this, news);
  }

  protected newCollector(): Collector {
    const { life } = this;
    const { world, watch, configuration } = this.around;
    return new Collector({
      nowMs: () => this.localMs(),
      wakeAt: (localMs, work) =>
        world.at(Math.max(this.globalAt(localMs), world.nowMs) + this.lagMs, () => {
          if (life === this.life && !this.isStopped) this.collector.wake(work);
        }),
      polled: (poll) => watch.polled(this, poll),
      bundle: (bundle) => this.input({ is: 'bundle', bundle }),
      newChain: (element) => {
        this.chains += 1;
        return `${element} ${this.id}-${this.chains}`;
      },
      ownDefinition: (element) => configuration.offerBy(this.index, element)?.definition,
    });
  }

  /** A wake that comes too early only looks again: promises move with every renewal, and each would cost an event. */
  private wake(node: PoolNode): void {
    const { world } = this.around;
    const dueMs = wakeAtMs(node);
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const atMs = Math.max(this.globalAt(dueMs), world.nowMs) + this.lagMs;
    if (atMs >= this.wakesAtMs) return;
    this.wakesAtMs = atMs;
    const { life } = this;
    world.at(atMs, () => {
      if (life !== this.life || this.wakesAtMs !== atMs || !this.node) return;
      this.wakesAtMs = Number.POSITIVE_INFINITY;
      if (this.isStopped) return;
      if (this.localMs() >= wakeAtMs(this.node)) this.input({ is: 'tick' });
      else this.wake(this.node);
    });
  }
}
