/** How many managers may pass one request on. */
export const MOST_HOPS = 3;
