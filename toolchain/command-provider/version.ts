import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The version of the `@pulumi/command` SDK: the engine asks for a provider of at least that one. */
export function sdkVersion(): string {
  const path = createRequire(import.meta.url).resolve("@pulumi/command/package.json");
  const manifest: { readonly version?: string } = JSON.parse(readFileSync(path, "utf8"));
  return (manifest.version ?? "0.0.0").replace(/^v/, "");
}
