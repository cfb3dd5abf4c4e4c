/** Sends a page in the format that was asked for. */
import type { Request, Response } from 'express';
import { PtpError } from '../base/errors.js';
import type { CallContext } from '../peer/peer.js';
import type { Output } from '../xml/messages/operations.js';
import { type Frame, formatOf, frameAttributes, mediaType, themeNodes } from './frame.js';
import type { PageContent, PageNode } from './page-data.js';
import { pageJson } from './page-json.js';
import { pageXml } from './page-xml.js';
import type { PortalIdentity, PortalParts } from './parts.js';
import { csvText } from './table-csv.js';
import { OPEN_SEVERITIES } from './views/alarm-nodes.js';

/** A request whose sender is known. */
export interface Visit {
  readonly request: Request;
  readonly response: Response;
  readonly identity: PortalIdentity;
  readonly call: CallContext;
  readonly frame: Frame;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export async function sendPage(
  parts: Pick<PortalParts, 'transformer' | 'openAlarms'>,
  visit: Visit,
  content: PageContent,
): Promise<void> {
  const { request, response, identity, call, frame, now } = visit;
  const attributes = {
    title: content.title,
    sheet: content.sheet,
    ...frameAttributes(request, identity, call, frame, now),
    ...(content.refresh === undefined ? {} : { refresh: content.refresh }),
    ...alarmAttributes(parts.openAlarms?.() ?? []),
  };
  const own = { THEME: themeNodes(request, frame), ...content.own };
  const format = formatOf(request);
  const status = content.status ?? 200;
  if (format === 'json' && content.fault)
    return sendText(response, status, 'application/json', `${JSON.stringify(content.fault, null, 1)}\n`);
  if (format === 'json')
    return sendText(response, status, 'application/json', pageJson(attributes, own, content.answers));
  if (format === 'csv') return sendCsv(response, status, content);
  const xml = pageXml(attributes, own, content.answers, `${frame.base}/stylesheets/${content.sheet}.xsl`);
  if (format === 'xml') return sendText(response, status, 'application/xml', xml);
  sendText(response, status, 'text/html', await parts.transformer.render(content.sheet, xml));
}

function sendCsv(response: Response, status: number, { csv, fault }: PageContent): void {
  if (csv) {
    response.set('content-disposition', `attachment; filename="${csv.name}.csv"`);
    sendText(response, status, mediaType('csv'), csvText(csv));
    return;
  }
  if (fault) {
    sendText(response, status, 'text/plain', `${fault.code}: ${fault.message}\n`);
    return;
  }
  throw new PtpError('Client.NotFound', 'this page has no table as CSV; reports do, and every page has format=json');
}

/** For the head of every page: how many stand open, and the shape of the worst. */
function alarmAttributes(counts: Output<'getAlarms'>['counts']): PageNode {
  const [worst] = OPEN_SEVERITIES.filter((severity) => counts.some((one) => one.severity === severity));
  if (!worst) return {};
  return {
    openAlarms: counts.reduce((sum, { count }) => sum + count, 0),
    worstAlarm: worst === 'indeterminate' ? 'unknown' : worst,
  };
}

/** Pages are for one person at one moment: nobody on the way may keep them. */
export function sendText(response: Response, status: number, type: string, text: string): void {
  response
    .status(status)
    .set('cache-control', 'private, no-cache')
    .set('vary', 'accept, cookie')
    .type(`${type}; charset=utf-8`)
    .send(text);
}
