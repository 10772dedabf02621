/** What every declared resource has. */
export interface Named {
  /** Its name in the declaration, and in the logical name `<system>/<name>` for good: never change it. */
  readonly name: string;
  /**
   * Template of its name at Cloudflare: `{name}`, `{stage}` (`staging`) and `{-stage}` (`-dev`, `-staging`, nothing in prod).
   * @default "{name}{-stage}", and "{name}" when shared
   */
  readonly physicalName?: string;
  /** One for all stages: the stage that owns shared resources creates it, the others refer to it. */
  readonly shared?: true;
}
