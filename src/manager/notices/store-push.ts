/** `DESTINATION type="store"`: what this manager shows, as `PTP_STORE`, posted every `SCHEDULE push`. */
import { postHttp } from '../../access/notices/http-post.js';
import type { Env, Timer } from '../../base/env.js';
import { asPtpError, PtpError } from '../../base/errors.js';
import type { Destination, Settings } from '../../config/settings.js';
import type { NewEvent } from '../../model/event.js';
import type { ManagerSection, PtpStore } from '../../model/ptp-store.js';
import { writeAhead, writePtpStore } from '../../xml/ptp-store-write.js';
import { DestinationState, type DestinationWords } from './destination-state.js';
import type { DestinationView, NoticeDesk } from './notice-desk.js';

type PushSettings = Pick<Settings, 'id' | 'destinations' | 'credentials' | 'schedule'>;

/** A page of what is shown, from 1. */
export type StorePage = (
  page: number,
  pageSize: number,
  signal: AbortSignal,
) => Promise<{
  readonly store: PtpStore;
  /** Elements of all pages. */
  readonly total: number;
}>;

export interface StorePushParts {
  readonly env: Env;
  readonly settings: () => PushSettings;
  readonly page: StorePage;
  readonly record: (event: Omit<NewEvent, 'time'>) => void;
}

const PAGE_SIZE = 500;
/** Elements of one document: some hundred megabytes. */
const MOST_ELEMENTS = 100_000;
const POST_MS = 60_000;
const WORDS: DestinationWords = { fails: 'storeNotPosted', works: 'storePosted', what: 'the data of this manager' };

interface Document {
  readonly text: string;
  /** What it lacks. */
  readonly remark: string | undefined;
}

interface Post {
  readonly destination: Destination;
  readonly state: DestinationState;
}

export class StorePush implements NoticeDesk {
  readonly #parts: StorePushParts;
  readonly #posts = new Map<string, Post>();
  readonly #aborter = new AbortController();
  #timer: Timer | undefined;
  #pushMs = 0;
  #isPushing = false;

  constructor(parts: StorePushParts) {
    this.#parts = parts;
  }

  /** Posts now, and then regularly. */
  start(): void {
    this.take();
  }

  /** Takes a changed configuration. */
  take(): void {
    const { destinations, schedule } = this.#parts.settings();
    const wanted = destinations.filter(({ type }) => type === 'store');
    const isNew = wanted.some(({ id }) => !this.#posts.has(id));
    for (const id of this.#posts.keys()) if (!wanted.some((one) => one.id === id)) this.#posts.delete(id);
    for (const destination of wanted) {
      const state =
        this.#posts.get(destination.id)?.state ?? new DestinationState(destination.id, this.#parts.record, WORDS);
      this.#posts.set(destination.id, { destination, state });
    }
    if (!isNew && schedule.pushMs === this.#pushMs && this.#posts.size > 0) return;
    this.#pushMs = schedule.pushMs;
    this.#timer?.cancel();
    if (this.#posts.size > 0) this.#later(isNew ? 0 : schedule.pushMs);
  }

  destinations(): readonly DestinationView[] {
    return [...this.#posts.values()].map(({ destination: { id, type, url = '' }, state }) => ({
      id,
      type,
      place: URL.canParse(url) ? new URL(url).origin : '',
      condition: state.condition,
      waiting: 0,
      ...state.counts,
      ...(state.lastSent !== undefined && { lastSent: state.lastSent }),
      ...(state.lastFailure && { lastFailure: state.lastFailure }),
      ...(state.remark !== undefined && { remark: state.remark }),
    }));
  }

  /** Posts to one now. @throws PtpError that says why it could not. */
  async test(id: string): Promise<void> {
    const post = this.#posts.get(id);
    if (!post) throw new PtpError('Client.NotFound', `no data are posted to a destination "${id}"`);
    await this.#post(post, await this.#document());
    const { lastFailure, condition } = post.state;
    if (condition !== 'working') throw new PtpError('Server.Unavailable', lastFailure?.text ?? 'it was not taken');
  }

  close(): void {
    this.#timer?.cancel();
    this.#aborter.abort();
  }

  #later(delayMs: number): void {
    this.#timer = this.#parts.env.clock.after(delayMs, () => {
      void this.#push();
      this.#later(this.#pushMs);
    });
  }

  async #push(): Promise<void> {
    // One that takes longer than the interval is not overtaken.
    if (this.#isPushing) return;
    this.#isPushing = true;
    try {
      const document = await this.#document();
      await Promise.all([...this.#posts.values()].map((post) => this.#post(post, document)));
    } catch (thrown) {
      const { message } = asPtpError(thrown);
      for (const { state } of this.#posts.values()) state.failed(this.#parts.env.clock.now(), message);
    } finally {
      this.#isPushing = false;
    }
  }

  async #post({ destination, state }: Post, { text: body, remark }: Document): Promise<void> {
    const { env, settings } = this.#parts;
    const { url: address = '', ca, credential } = destination;
    const aborter = new AbortController();
    const limit = env.clock.after(POST_MS, () => aborter.abort());
    try {
      const url = new URL(address);
      const headers = { 'content-type': 'application/xml; charset=utf-8', 'ptpmgr-manager': settings().id };
      const login = credential === undefined ? undefined : settings().credentials.get(credential);
      const signal = AbortSignal.any([aborter.signal, this.#aborter.signal]);
      await postHttp({ url, place: url.origin, ca, credential: login, headers, body }, signal);
      state.sent(env.clock.now(), remark);
    } catch (thrown) {
      if (!this.#aborter.signal.aborted) state.failed(env.clock.now(), asPtpError(thrown).message);
    } finally {
      limit.cancel();
    }
  }

  /** All pages as one document, written with pauses in which others have their turn. */
  async #document(): Promise<Document> {
    const sections = new Map<string, ManagerSection>();
    let integrationManagers: PtpStore['integrationManagers'] = [];
    let [seen, total] = [0, 1];
    for (let page = 1; seen < Math.min(total, MOST_ELEMENTS); page += 1) {
      const part = await this.#parts.page(page, PAGE_SIZE, this.#aborter.signal);
      for (const section of part.store.managers) sections.set(section.id, joined(sections.get(section.id), section));
      integrationManagers = part.store.integrationManagers;
      total = part.total;
      seen += PAGE_SIZE;
    }
    const store: PtpStore = { managers: [...sections.values()], integrationManagers };
    const { clock } = this.#parts.env;
    const done = await writeAhead(store, () => new Promise((resolve) => void clock.after(0, resolve)));
    try {
      const text = `<?xml version="1.0" encoding="UTF-8"?>\n${writePtpStore(store)}\n`;
      const remark =
        total > MOST_ELEMENTS
          ? `of ${total} elements the first ${MOST_ELEMENTS} were posted, which is the most; the others can be asked for with getDevices, getServices and getApplications`
          : undefined;
      return { text, remark };
    } finally {
      done();
    }
  }
}

const joined = (known: ManagerSection | undefined, more: ManagerSection): ManagerSection =>
  known
    ? {
        ...known,
        devices: [...known.devices, ...more.devices],
        services: [...known.services, ...more.services],
        applications: [...known.applications, ...more.applications],
      }
    : more;
