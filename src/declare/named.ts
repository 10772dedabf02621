/** What every declared resource has. */
export interface Named {
  /** Its name in the declaration, and in the logical name `<system>/<name>` for good: never change it. */
  readonly name: string;
  /**
   * Template of its name at Cloudflare: `{name}`, `{stage}` (the stage's name) and `{-stage}` (the stage's suffix, such as `-dev`).
   * @default - `{name}{-stage}`, and `{name}` for what stages share
   */
  readonly physicalName?: string;
}

/** What several stages can use together: known by its name alone. */
export interface Shareable {
  /** One for all stages of an account. Whichever comes first makes it; it belongs to the stage that owns shared resources, and the others leave it when they are destroyed. @default - one for each stage */
  readonly shared?: true;
}
