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
  /**
   * Stores that a restore put another one in the place of: `<kind> <name that the declaration gives>` → its name now. @default - none
   */
  readonly switched?: Readonly<Record<string, string>>;
}

/** What a resource is declared as, as far as its name hangs on it. */
type Nameable = Named & Shareable & { readonly kind?: string };

/** The stage whose texts count: that of `perStage`, and of a secret's fallback. */
export const textStage = ({ name, like = name }: Pick<NamingStage, "name" | "like">): string => like;

/** The template that a resource's name at Cloudflare is made from. */
export const nameTemplate = (resource: Named & Shareable): string =>
  resource.physicalName ?? (resource.shared === true ? "{name}" : "{name}{-stage}");

/** The resource's name at Cloudflare in a stage: what its declaration gives, or what a restore put in its place. */
export function physicalName(resource: Nameable, stage: NamingStage): string {
  const name = declaredName(resource, stage);
  return stage.switched?.[`${resource.kind ?? ""} ${name}`] ?? name;
}

/** The name that its declaration gives it. Nothing is shortened: `check` complains about names that are too long. */
export function declaredName(resource: Named & Shareable, stage: NamingStage): string {
  const values: Readonly<Record<string, string>> = {
    "{name}": resource.name,
    "{stage}": stage.name,
    "{-stage}": stage.nameSuffix,
  };
  const template = nameTemplate(resource);
  const own = stage.like === undefined || /\{-?stage\}/.test(template) ? template : `${template}{-stage}`;
  return own.replace(/\{-?\w+\}/g, (placeholder) => values[placeholder] ?? placeholder);
}
