/**
 * The static files of a worker, and how they are answered with. `_headers` and `_redirects` in the folder say what Cloudflare
 * adds to answers and where it redirects; `.assetsignore` there, in the form of a `.gitignore`, says which files stay at home.
 * None of the three is served.
 *
 * @example
 * const site: Assets = { directory: "web/dist", notFoundHandling: "single-page-application", runWorkerFirst: ["/api/*"] };
 */
export interface Assets {
  /** The folder, from the project's root. */
  readonly directory: string;
  /**
   * Which path a page has, and so what is redirected: `/about.html` to `/about` with the default.
   * @default "auto-trailing-slash"
   */
  readonly htmlHandling?: "auto-trailing-slash" | "force-trailing-slash" | "drop-trailing-slash" | "none";
  /**
   * What a path is answered with that no file has: `/index.html`, the nearest `404.html`, or nothing of the assets: the
   * worker's code then, and without any, status 404.
   * @default "none"
   */
  readonly notFoundHandling?: "single-page-application" | "404-page" | "none";
  /**
   * Whether the code is asked before the files: always, or for paths such as `/api/*`, without those that begin with `!`.
   * @default false
   */
  readonly runWorkerFirst?: boolean | readonly string[];
}

/**
 * The worker's own static files, bound by {@link assets}.
 *
 * @example
 * const env: Record<string, Binding> = { ASSETS: assets() };
 */
export interface AssetsBinding {
  readonly kind: "assets";
}

/**
 * Binds the worker's own static files, which its code then fetches by path. A worker without `assets` is refused in the preview.
 *
 * @example
 * worker("shop", { ...settings, assets: "web/dist", env: { ASSETS: assets() } }); // await env.ASSETS.fetch(request)
 */
export const assets = (): AssetsBinding => ({ kind: "assets" });
