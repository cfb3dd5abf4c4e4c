/** What pages are made with: stylesheets, looks and scripts. Open to all; there is nothing of the manager in it. */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { type RequestHandler, type Router } from 'express';
import { packagePath } from '../base/paths.js';

const UPLOT_FILES = ['uPlot.esm.js', 'uPlot.min.css'];
/** Modules of the portal itself that charts in the browser use as well: pure, and without imports of their own. */
const SHARED_MODULES = {
  'format.js': 'format.js',
  'scale.js': 'charts/scale.js',
  'paths.js': 'charts/paths.js',
} as const;

/**
 * Serves `/stylesheets/...`: the administrator's folder first, then the shipped one, then modules that charts
 * in the browser need: the portal's own, and uPlot from where npm has put it.
 *
 * @param override Absolute path of the administrator's folder.
 */
export function assets(override?: string): Router {
  const router = express.Router();
  const options = {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    maxAge: '5m',
    setHeaders: (response: { setHeader(name: string, value: string): unknown }, path: string) => {
      if (path.endsWith('.xsl')) response.setHeader('content-type', 'application/xml; charset=utf-8');
    },
  } as const;
  if (override !== undefined) router.use(express.static(override, options));
  router.use(express.static(packagePath('stylesheets'), options));
  for (const [name, file] of Object.entries(SHARED_MODULES))
    router.get(`/${name}`, sendFile(import.meta.dirname, file));
  const uplot = join(dirname(createRequire(import.meta.url).resolve('uplot/package.json')), 'dist');
  for (const file of UPLOT_FILES) router.get(`/${file}`, sendFile(uplot, file));
  return router;
}

const sendFile =
  (root: string, file: string): RequestHandler =>
  (_request, response, next) =>
    response.sendFile(file, { root, maxAge: '5m', dotfiles: 'allow' }, (fault) => {
      if (fault) next(fault);
    });
