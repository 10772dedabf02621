import type { Named, Shareable } from "./named.ts";

/** What a name needs to know of a stage. */
export interface NamingStage {
  readonly name: string;
  readonly nameSuffix: string;
  /**
   * The stage whose texts it takes where they differ by stage. One that takes another's has nothing that is another's: no domain, nothing that is
   * taken over, and what is shared elsewhere is its own. @default - its own
   */
  readonly like?: string;
}

/** The stage whose texts count: that of `perStage`, and of a secret's fallback. */
export const textStage = ({ name, like = name }: Pick<NamingStage, "name" | "like">): string => like;

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
  const template = nameTemplate(resource);
  const own = stage.like === undefined || /\{-?stage\}/.test(template) ? template : `${template}{-stage}`;
  return own.replace(/\{-?\w+\}/g, (placeholder) => values[placeholder] ?? placeholder);
}
