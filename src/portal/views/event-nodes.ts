/** Events beside the pages of the elements that they are about. Pure. */
import type { Output } from '../../xml/messages/operations.js';
import { type Base, elementNameLink } from '../links.js';
import type { PageNode } from '../page-data.js';

/** Where the element of each event is shown; in the order of the events. */
export const eventNodes = ({ events }: Output<'getEvents'>, base: Base): readonly PageNode[] =>
  events.map((event) => ({
    manager: event.manager,
    id: event.id,
    ...(event.element === undefined ? {} : { href: elementNameLink(base, event.element) }),
  }));
