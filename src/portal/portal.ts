/**
 * The portal of a manager: pages in HTML, XML and JSON under `/{context}`.
 *
 * The way of a request: who is it (`authenticate`), what does the page show (a view asks operations), in which format
 * (`respond.ts`: XML, from it HTML by a stylesheet, or JSON). Whatever fails on this way becomes the fault page.
 */
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { asPtpError, PtpError } from '../base/errors.js';
import { ELEMENT_KINDS, elementName } from '../model/element.js';
import type { CallContext } from '../peer/peer.js';
import { type ActionName, isAction, isManagerAction, performOnElement, performOnManager } from './actions.js';
import { isAlarmAction, performOnAlarms } from './alarm-actions.js';
import { assets } from './assets.js';
import { faultContent, fromHttpFault } from './fault.js';
import { createFormGuard, type FormGuard, formFields } from './forms.js';
import { formatOf, forwardedHeaders, frameOf, mediaType, pathOf, searchOf, THEME_COOKIE, themeOf } from './frame.js';
import { type Base, elementLink, link, managerLink, plural } from './links.js';
import { isNoticeAction, performOnNotices } from './notice-actions.js';
import { isOriginAction, performOnOrigins } from './origin-actions.js';
import { pageSecurity } from './page-security.js';
import type { PortalIdentity, PortalParts } from './parts.js';
import { elementOf, formPlace, idOf, remotePath } from './places.js';
import { Query } from './query.js';
import { sendPage, sendText, type Visit } from './respond.js';
import { alarms } from './views/alarms.js';
import { config } from './views/config.js';
import { elementPage } from './views/element.js';
import { elementList } from './views/element-list.js';
import { events } from './views/events.js';
import { handOvers } from './views/hand-overs.js';
import { home } from './views/home.js';
import { managers } from './views/managers.js';
import { notices } from './views/notices.js';
import { elementState } from './views/one-element.js';
import { managerPage } from './views/one-manager.js';
import { outcomePage } from './views/outcome.js';
import { managerQuestion } from './views/question.js';
import { report } from './views/report.js';
import { sources } from './views/sources.js';
import type { View, ViewContext } from './views/view.js';

/** To be mounted at `/{context}`. Answers every request there that nobody before it has answered. */
export function createPortal(parts: PortalParts): Router {
  const portal = new Portal(parts);
  const router = express.Router();
  router.use(pageSecurity());
  router.use('/stylesheets', assets(parts.stylesheets));
  // Pages handed through look for their sheets below their own address.
  router.use('/managers/:id/stylesheets', assets(parts.stylesheets));

  router.get('/', portal.page(home));
  for (const kind of ELEMENT_KINDS) {
    const list = elementList(kind);
    const one = portal.page((context) => elementPage(context, kind, idOf(context.query, context.path, plural(kind))));
    const listOrOne = portal.page((context) => {
      const id = context.query.exact('id');
      return id === undefined ? list(context) : elementPage(context, kind, id);
    });
    router.get(`/${plural(kind)}`, listOrOne);
    router.get(`/${plural(kind)}/*id`, one);
    router.post([`/${plural(kind)}`, `/${plural(kind)}/*id`], portal.act());
  }
  const managersOrOne: PathView = (context) => {
    const id = context.query.exact('id');
    return id === undefined ? managers(context) : oneManager(context, id);
  };
  router.get('/managers', portal.page(managersOrOne));
  router.get('/managers/*rest', portal.managerPages());
  router.post('/managers/*rest', portal.act());
  router.get('/handovers', portal.page(handOvers));
  router.get('/alarms', portal.page(alarms));
  router.post('/alarms', portal.act());
  router.get('/events', portal.page(events));
  router.get('/report', portal.page(report));
  router.get('/config', portal.page(config));
  router.get('/sources', portal.page(sources));
  router.post('/sources', portal.act());
  router.get('/notices', portal.page(notices));
  router.post('/notices', portal.act());
  router.get('/sign-in', portal.signIn());
  router.use(
    portal.page(() =>
      Promise.reject(new PtpError('Client.NotFound', 'there is no such page; the first page leads to all others')),
    ),
  );
  router.use((thrown: unknown, request: Request, response: Response, _next: NextFunction) =>
    portal.fail(thrown, request, response),
  );
  return router;
}

/** A manager's page, or the question that comes before something is done with it. */
const oneManager = (context: ViewContext, id: string): ReturnType<View> =>
  context.query.text('ask') === '' ? managerPage(context, id) : managerQuestion(context, id);

/** A view that also looks at the path, percent-encoded as it was sent. */
type PathView = (context: Parameters<View>[0] & { readonly path: string }) => ReturnType<View>;

type Step = (request: Request, response: Response, next: NextFunction) => Promise<void>;

class Portal {
  readonly #parts: PortalParts;
  readonly #forms: FormGuard;
  /** Of the requests under way whose sender is known: a fault on the way is shown to the same reader. */
  readonly #visits = new WeakMap<Request, Visit>();

  constructor(parts: PortalParts) {
    this.#parts = parts;
    this.#forms = createFormGuard(parts.env.random);
  }

  page(view: PathView): Step {
    return async (request, response) => {
      const visit = await this.#enter(request, response);
      if (!takeTheme(visit)) await this.#show(visit, view, pathOf(request));
    };
  }

  /** `/managers/ID` is told here; what comes below it is handed through from that manager. */
  managerPages(): Step {
    return async (request, response) => {
      const visit = await this.#enter(request, response);
      if (takeTheme(visit)) return;
      const { id, below } = remotePath(request);
      if (below === undefined) return this.#show(visit, (context) => oneManager(context, id), pathOf(request));
      if (id === visit.identity.id) return response.redirect(303, `${visit.frame.base}${below}`);
      await this.#handThrough(visit, id, below);
    };
  }

  /** Asks for name and password: where looking is free, nothing else makes a browser ask. */
  signIn(): Step {
    return async (request, response) => {
      const { call, frame } = await this.#enter(request, response);
      if (call.caller.kind === 'anonymous')
        throw new PtpError('Client.Unauthorized', 'sign in with a name and password');
      response.redirect(303, backWithin(frame.base, new Query(searchOf(request)).exact('back')));
    };
  }

  /** What forms do: polling an element, here or on the manager whose page it was, and what `actions.ts` has. */
  act(): Step {
    return async (request, response) => {
      const call = await this.#parts.authenticate(request, response);
      const visit = this.#visit(request, response, call);
      const form = formFields(request);
      this.#forms.check(request, call.caller, form.get('token'));
      const action = form.get('action');
      if (action === 'poll') return this.#pollNow(visit);
      if (isAction(action)) return this.#perform(visit, action, form);
      if (isOriginAction(action)) return this.#changeOrigins(visit, action, form);
      if (isAlarmAction(action)) return this.#changeAlarms(visit, action, form);
      if (isNoticeAction(action)) return this.#testDestination(visit, form);
      throw new PtpError(
        'Client.Validation',
        'the form asks for something unknown; a page of this portal has it right',
        {
          place: { path: 'action' },
        },
      );
    };
  }

  async #perform(visit: Visit, action: ActionName, form: URLSearchParams): Promise<void> {
    const { request, call, frame, identity, now } = visit;
    const { invoke, asDeed = (_operation, _input, _call, work) => work(), pool, shutDown } = this.#parts;
    const parts = { pool, invoke, asDeed, call, self: identity.id, now, ...(shutDown ? { shutDown } : {}) };
    const place = formPlace(request, frame.base);
    if (isManagerAction(action)) {
      const { manager } = place;
      if (manager === undefined)
        throw new PtpError('Client.NotFound', 'that can be done with a manager only; its page has the form');
      const outcome = await performOnManager(parts, action, manager, form);
      const href = managerLink(place.base, manager);
      return sendPage(this.#parts, visit, outcomePage(outcome, { subject: manager, href }));
    }
    const { kind, id } = elementOf(place, request);
    const outcome = await performOnElement(parts, action, elementName(kind, id), form);
    const href = elementLink(place.base, kind, id, elementState(new Query(searchOf(request))));
    await sendPage(this.#parts, visit, outcomePage(outcome, { subject: id, href }));
  }

  async #changeOrigins(
    visit: Visit,
    action: Parameters<typeof performOnOrigins>[1],
    form: URLSearchParams,
  ): Promise<void> {
    const { request, response, call, frame, identity } = visit;
    const { base, remote } = formPlace(request, frame.base);
    const isElsewhere = remote !== undefined && remote !== identity.id;
    const parts = { invoke: this.#parts.invoke, call, ...(isElsewhere ? { remote } : {}) };
    const outcome = await performOnOrigins(parts, action, form, new Query(searchOf(request)));
    const href = link(base, '/sources');
    if (outcome) await sendPage(this.#parts, visit, outcomePage(outcome, { subject: 'Sources of elements', href }));
    else response.redirect(303, href);
  }

  async #testDestination(visit: Visit, form: URLSearchParams): Promise<void> {
    const { request, call, frame, identity } = visit;
    const { base, remote } = formPlace(request, frame.base);
    const isElsewhere = remote !== undefined && remote !== identity.id;
    const parts = { invoke: this.#parts.invoke, call, ...(isElsewhere ? { remote } : {}) };
    const outcome = await performOnNotices(parts, form);
    await sendPage(this.#parts, visit, outcomePage(outcome, { subject: 'Notices', href: link(base, '/notices') }));
  }

  /** At whichever manager they are; then back to the page that the form was on. */
  async #changeAlarms(
    visit: Visit,
    action: Parameters<typeof performOnAlarms>[1],
    form: URLSearchParams,
  ): Promise<void> {
    const { request, response, call, frame } = visit;
    const { base } = formPlace(request, frame.base);
    const back = backWithin(base, form.get('back') ?? link(base, '/alarms'));
    const done = await performOnAlarms({ invoke: this.#parts.invoke, call }, action, form);
    if ('outcome' in done)
      return sendPage(this.#parts, visit, outcomePage(done.outcome, { subject: 'Alarms', href: back }));
    response.redirect(303, withNotice(back, done));
  }

  async #pollNow(visit: Visit): Promise<void> {
    const { request, response, call, frame, identity } = visit;
    const place = formPlace(request, frame.base);
    const { remote, base } = place;
    const { kind, id } = elementOf(place, request);
    const element = elementName(kind, id);
    const operation = 'pollNow';
    if (remote === undefined || remote === identity.id) {
      const content = await this.#parts.invoke(operation, { element }, call);
      if (formatOf(request) === 'json') {
        return sendPage(this.#parts, visit, {
          sheet: 'element',
          title: id,
          answers: [{ operation, content }],
          own: {},
        });
      }
    } else {
      await this.#parts.invoke('relay', { manager: remote, request: { operation, content: { element } } }, call);
    }
    const state = elementState(new Query(searchOf(request)));
    response.redirect(303, elementLink(base, kind, id, { ...state, notice: 'polled' }));
  }

  async #enter(request: Request, response: Response): Promise<Visit> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      // RFC 9110, 15.5.6: whoever says 405 says what would do.
      const path = pathOf(request);
      const folders = [...ELEMENT_KINDS.map(plural), 'managers'];
      const hasForm =
        path === '/alarms' || path === '/notices' || folders.some((folder) => path.startsWith(`/${folder}/`));
      response.set('allow', hasForm ? 'GET, HEAD, POST' : 'GET, HEAD');
      throw new PtpError('Client.Method', `a page is asked for by GET, not by ${request.method}`);
    }
    return this.#visit(request, response, await this.#parts.authenticate(request, response));
  }

  #visit(request: Request, response: Response, call: CallContext): Visit {
    const identity = this.#parts.identity();
    const frame = frameOf(request, identity, call, this.#forms.tokenFor(call.caller));
    const visit = { request, response, identity, call, frame, now: this.#parts.env.clock.now() };
    this.#visits.set(request, visit);
    return visit;
  }

  /** Somebody who could not be told who they are: shown the fault, and nothing of anybody. */
  #stranger(request: Request, response: Response, identity: PortalIdentity): Visit {
    const caller = { kind: 'anonymous', name: '', role: 'viewer', from: '' } as const;
    const call: CallContext = { caller, requestId: '', hops: 0, signal: AbortSignal.abort() };
    return {
      request,
      response,
      identity,
      call,
      frame: frameOf(request, identity, call, ''),
      now: this.#parts.env.clock.now(),
    };
  }

  async #show(visit: Visit, view: PathView, path: string): Promise<void> {
    const { invoke, knownManagers } = this.#parts;
    const content = await view({
      identity: visit.identity,
      base: visit.frame.base,
      query: new Query(searchOf(visit.request)),
      path,
      now: visit.now,
      call: visit.call,
      ask: (operation, input) => invoke(operation, input, visit.call),
      handedThrough: this.#parts.fetchPage ? knownManagers() : [],
      ...(this.#parts.pool ? { pool: this.#parts.pool } : {}),
    });
    await sendPage(this.#parts, visit, content);
  }

  async #handThrough(visit: Visit, id: string, below: string): Promise<void> {
    const { fetchPage, knownManagers } = this.#parts;
    if (!fetchPage || !knownManagers().includes(id)) {
      throw new PtpError(
        'Client.NotFound',
        `no manager "${id}" is known here whose pages could be shown; /managers lists those that are`,
      );
    }
    const { frame, request, response, call } = visit;
    // What it is asked for in is decided here: the other manager is not to be offered what a browser would take.
    const accept = mediaType(formatOf(request));
    const base = managerLink(frame.base, id);
    const page = await fetchPage({
      manager: id,
      path: below,
      headers: forwardedHeaders(frame, base, accept),
      context: call,
    });
    const type = page.contentType.split(';', 1)[0]?.trim().toLowerCase();
    if (type !== accept) {
      throw new PtpError(
        'Server.Unavailable',
        `manager "${id}" answered with ${type || 'nothing'} instead of ${accept}`,
      );
    }
    sendText(response, page.status, accept, page.body);
  }

  /** The last resort for everything: a page that says what was wrong, in the format that was asked for. */
  async fail(thrown: unknown, request: Request, response: Response): Promise<void> {
    const fault = asPtpError(fromHttpFault(thrown));
    const identity = this.#parts.identity();
    if (fault.code === 'Server.Internal')
      this.#parts.env.log.error('a page failed', { path: pathOf(request), cause: String(fault.cause) });
    if (response.headersSent) return void response.destroy();
    if (fault.code === 'Client.Unauthorized' && !response.get('www-authenticate')) {
      response.set(
        'www-authenticate',
        `Basic realm="ptpmgr ${identity.id.replace(/[^\x20-\x7e]|["\\]/g, '')}", charset="UTF-8"`,
      );
    }
    const visit = this.#visits.get(request) ?? this.#stranger(request, response, identity);
    try {
      await sendPage(this.#parts, visit, faultContent(fault));
    } catch (second) {
      this.#parts.env.log.error('the page of a fault failed', { cause: String(second) });
      sendText(response, fault.http, 'text/plain', `${fault.fault}: ${fault.message}\n`);
    }
  }
}

/** Told once: the page's own addresses, and what refreshes it, do not carry it on. */
function withNotice(back: string, { notice, count, alone }: { notice: string; count: number; alone: boolean }): string {
  const url = new URL(back, 'http://portal');
  url.searchParams.set('notice', notice);
  url.searchParams.set('count', String(count));
  if (alone) url.searchParams.set('alone', 'yes');
  else url.searchParams.delete('alone');
  return `${url.pathname}${url.search}`;
}

/** An address of this portal; its first page for every other. */
function backWithin(base: Base, back: string | undefined): string {
  const here = 'http://portal';
  const url = back !== undefined && URL.canParse(back, here) ? new URL(back, here) : undefined;
  return url?.origin === here && url.pathname.startsWith(`${base}/`) ? `${url.pathname}${url.search}` : `${base}/`;
}

/** Keeps a theme that was chosen by a link and leads to the same page without it. */
function takeTheme({ request, response, call, frame, identity }: Visit): boolean {
  const search = new URLSearchParams(searchOf(request));
  const theme = themeOf(search.get('theme') ?? undefined);
  if (!theme || call.caller.kind === 'peer' || call.caller.by !== undefined) return false;
  search.delete('theme');
  response.cookie(THEME_COOKIE, theme, {
    path: `/${identity.context}`,
    httpOnly: true,
    sameSite: 'lax',
    secure: request.secure,
    maxAge: 31_536_000_000,
  });
  const rest = search.toString();
  response.redirect(303, `${frame.base}${pathOf(request)}${rest ? `?${rest}` : ''}`);
  return true;
}
