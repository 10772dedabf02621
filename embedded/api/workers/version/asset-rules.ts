import { ApiError } from "../../http/service.ts";
import { headerErrors } from "./asset-headers.ts";
import { type LineError, redirectErrors } from "./asset-redirects.ts";
import { isAssetSetting } from "./asset-settings.ts";
import type { Draft } from "./draft.ts";

/** Refuses `_redirects` and `_headers` of an upload that Cloudflare refuses: one rule that is none fails the deployment. */
export function requireWellFormedRules(draft: Draft): void {
  const config = draft.assets?.config ?? {};
  const sent = (name: "_redirects" | "_headers"): readonly string[] => [
    ...(typeof config[name] === "string" ? [config[name]] : []),
    ...draft.modules
      .filter((module) => module.name === name && isAssetSetting(module))
      .map(({ bytes }) => Buffer.from(bytes).toString("utf8")),
  ];
  for (const text of sent("_redirects")) refuse("_redirects", redirectErrors(text, config["html_handling"]));
  for (const text of sent("_headers")) refuse("_headers", headerErrors(text));
}

function refuse(file: string, errors: readonly LineError[]): void {
  if (errors.length === 0) return;
  const lines = errors.map(({ line, message }) => `Line ${line}: ${message}`);
  throw new ApiError(400, 100324, [`Invalid ${file} configuration:`, ...lines].join("\n"));
}
