/** The addresses at the root that lead to the portal. */
import express, { type Router } from 'express';

/** `/`, and the names that portals have had since the first e-managers. To be mounted at the server's root. */
export function createEntrances(context: () => string): Router {
  const router = express.Router();
  router.get(['/', '/ptpmgr', '/ptpmgr/EManager.html', '/ptpmgr/EIManager.html'], (_request, response) => {
    response.redirect(302, `/${context()}/`);
  });
  return router;
}
