import { ApiError } from "../../http/service.ts";
import type { Binding } from "../model.ts";

/** What a binding of each type has to carry; Cloudflare accepts more, and so do we. */
const required: Readonly<Record<string, readonly string[]>> = {
  ai: [],
  analytics_engine: ["dataset"],
  assets: [],
  browser: [],
  d1: [],
  dispatch_namespace: ["namespace"],
  durable_object_namespace: ["class_name"],
  hyperdrive: ["id"],
  images: [],
  json: [],
  kv_namespace: ["namespace_id"],
  media: [],
  mtls_certificate: ["certificate_id"],
  pipelines: ["pipeline"],
  plain_text: ["text"],
  queue: ["queue_name"],
  r2_bucket: ["bucket_name"],
  ratelimit: ["namespace_id", "simple"],
  secret_key: ["algorithm", "format", "usages"],
  secret_text: ["text"],
  secrets_store_secret: ["store_id", "secret_name"],
  send_email: [],
  service: ["service"],
  tail_consumer: ["service"],
  vectorize: ["index_name"],
  version_metadata: [],
  vpc_network: [],
  vpc_service: ["service_id"],
  workflow: ["workflow_name"],
};

const maximumTextBytes = 5 * 1024;

/** Members that hold a secret; they are sealed on arrival and never shown again. */
const secretMembers: Readonly<Record<string, readonly string[]>> = {
  secret_text: ["text"],
  secret_key: ["key_base64", "key_jwk"],
};

export const isSecret = (binding: Binding): boolean => secretMembers[binding.type] !== undefined;

/** Every object has these already, `env` too: a binding of such a name would hide a member, or be hidden by it. */
export function requireFreeNames(bindings: readonly Binding[]): void {
  for (const { name } of bindings)
    if (name in Object.prototype)
      throw invalid(`binding name ${JSON.stringify(name)} is a member of every object`);
}

/** Refuses what no version can be made of: unknown types, members that are missing, one name twice. */
export function requireWellFormed(bindings: readonly Binding[]): void {
  const names = new Set<string>();
  for (const binding of bindings) {
    const { name, type } = binding;
    const members = Object.hasOwn(required, type) ? required[type] : undefined;
    if (members === undefined) throw invalid(`binding ${name} has the unknown type ${JSON.stringify(type)}`);
    if (names.has(name)) throw invalid(`binding name ${JSON.stringify(name)} is used more than once`);
    names.add(name);
    for (const member of members)
      if (binding[member] === undefined || binding[member] === null || binding[member] === "")
        if (!(type === "plain_text" || type === "secret_text") || typeof binding[member] !== "string")
          throw invalid(`binding ${name} of type ${type} must have a valid \`${member}\` specified`);
    const value = binding["text"];
    if (members.includes("text") && typeof value !== "string")
      throw invalid(`binding ${name} of type ${type} must have a valid \`text\` specified`);
    if (typeof value === "string" && Buffer.byteLength(value) > maximumTextBytes)
      throw new ApiError(
        400,
        10054,
        `Text binding '${name}' is too large: it has ${Buffer.byteLength(value)} bytes, the limit is 5.1 kB.`,
      );
    if (type === "d1" && databaseId(binding) === undefined)
      throw invalid(`binding ${name} of type d1 must have a valid \`id\` specified`);
    if (type === "json" && binding["json"] === undefined)
      throw invalid(`binding ${name} of type json must have a valid \`json\` specified`);
  }
}

const invalid = (message: string): ApiError => new ApiError(400, 10021, message);

/** D1 bindings come with `id` (scripts API, wrangler) or with `database_id` (versions API). */
export function databaseId(binding: Binding): string | undefined {
  const id = binding["id"] ?? binding["database_id"];
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** The binding without its secret, and the secret as text. */
export function withoutSecret(binding: Binding): {
  readonly shown: Binding;
  readonly secret: string | undefined;
} {
  const members = secretMembers[binding.type];
  if (members === undefined) return { shown: binding, secret: undefined };
  const shown = { ...binding };
  const kept: Record<string, unknown> = {};
  for (const member of members) {
    if (shown[member] !== undefined) kept[member] = shown[member];
    delete shown[member];
  }
  const text = kept["text"];
  return { shown, secret: typeof text === "string" ? text : JSON.stringify(kept) };
}

/** Byte order of the names, as the official provider sorts its own list before it merges by index. */
export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));

/** The string member of a binding; well-formedness was checked before. */
export function text(binding: Binding, member: string): string {
  const value = binding[member];
  if (typeof value !== "string")
    throw invalid(
      `binding ${binding.name} of type ${binding.type} must have a valid \`${member}\` specified`,
    );
  return value;
}

/** Like {@link text}, or undefined when it was not sent. */
export function optionalText(binding: Binding, member: string): string | undefined {
  const value = binding[member];
  if (value === undefined || value === null || value === "") return undefined;
  return text(binding, member);
}
