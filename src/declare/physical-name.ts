import type { Named, Shareable } from "./named.ts";

/** What a name needs to know of a stage. */
export interface NamingStage {
  readonly name: string;
  readonly nameSuffix: string;
}

/** The template that a resource's name at Cloudflare is made from. */
export const nameTemplate = (resource: Named & Shareable): string =>
  resource.physicalName ?? (resource.shared === true ? "{name}" : "{name}{-stage}");

/** The resource's name at Cloudflare in a stage. Nothing is shortened: `check` complains about names that are too long. */
export function physicalName(resource: Named & Shareable, stage: NamingStage): string {
  const values: Readonly<Record<string, string>> = {
    "{name}": resource.name,
    "{stage}": stage.name,
    "{-stage}": stage.nameSuffix,
  };
  return nameTemplate(resource).replace(/\{-?\w+\}/g, (placeholder) => values[placeholder] ?? placeholder);
}
