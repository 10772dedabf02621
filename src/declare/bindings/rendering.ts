/**
 * Browser Run, bound by {@link browser}.
 *
 * @example
 * const env: Record<string, Binding> = { BROWSER: browser() };
 */
export interface Browser {
  readonly kind: "browser";
}

/**
 * Cloudflare Images, bound by {@link images}.
 *
 * @example
 * const env: Record<string, Binding> = { IMAGES: images() };
 */
export interface Images {
  readonly kind: "images";
}

/**
 * Media Transformations, bound by {@link media}.
 *
 * @example
 * const env: Record<string, Binding> = { MEDIA: media() };
 */
export interface Media {
  readonly kind: "media";
}

/**
 * Binds a headless browser, as `@cloudflare/puppeteer` takes it.
 *
 * @example
 * worker("shots", { ...settings, env: { BROWSER: browser() } }); // await puppeteer.launch(env.BROWSER)
 */
export const browser = (): Browser => ({ kind: "browser" });

/**
 * Binds the transformation of images.
 *
 * @example
 * worker("thumbs", { ...settings, env: { IMAGES: images() } }); // env.IMAGES.input(stream).transform({ width: 200 })
 */
export const images = (): Images => ({ kind: "images" });

/**
 * Binds the transformation of videos.
 *
 * @example
 * worker("clips", { ...settings, env: { MEDIA: media() } }); // env.MEDIA.input(stream).transform({ width: 640 })
 */
export const media = (): Media => ({ kind: "media" });
