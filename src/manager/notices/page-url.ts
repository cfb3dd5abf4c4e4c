/** Where the portal shows what a notice is about: an address that a person can click on. Pure. */
import { type ElementKind, type ElementName, parseElementName } from '../../model/element.js';

const PAGES: Readonly<Record<ElementKind, string>> = {
  device: 'devices',
  service: 'services',
  application: 'applications',
};

/** @param base Of the portal, without a slash at its end. @param element Undefined: no one element. */
export function pageUrl(base: string, element: ElementName | undefined): string {
  const name = element === undefined ? undefined : parseElementName(element);
  // In the query an id may hold anything, slashes and dots included.
  return name ? `${base}/${PAGES[name.kind]}?${new URLSearchParams({ id: name.id })}` : `${base}/events`;
}
