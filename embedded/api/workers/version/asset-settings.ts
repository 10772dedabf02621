import type { World } from "../../../world.ts";
import type { Version } from "../model.ts";
import { openParts } from "./parts.ts";

/**
 * The beta API takes `_headers` and `_redirects` of static files as modules of these names and of type `text/plain`; the one of
 * scripts takes them in `assets.config`.
 */
export const isAssetSetting = ({
  name,
  contentType,
}: Pick<Version["modules"][number], "name" | "contentType">): boolean =>
  (name === "_headers" || name === "_redirects") && contentType.startsWith("text/plain");

/** What such modules of a version say, as members of `assets.config`. */
export const assetSettings = (world: World, version: Version): Readonly<Record<string, string>> =>
  Object.fromEntries(
    version.modules
      .filter(isAssetSetting)
      .map(({ name, digest }) => [name, Buffer.from(openParts(world.state).read(digest)).toString("utf8")]),
  );
