import type { Named } from "./named.ts";

/** What a name needs to know of a stage. */
export interface NamingStage {
  readonly name: string;
  readonly nameSuffix: string;
}

/** The template that a resource's name at Cloudflare is made from. */
export const nameTemplate = (resource: Named): string =>
  resource.physicalName ?? (resource.shared === true ? "{name}" : "{name}{-stage}");

/** The resource's name at Cloudflare in a stage. Nothing is shortened: `check` complains about names that are too long. */
export const physicalName = (resource: Named, stage: NamingStage): string =>
  nameTemplate(resource)
    .replaceAll("{name}", resource.name)
    .replaceAll("{stage}", stage.name)
    .replaceAll("{-stage}", stage.nameSuffix);
