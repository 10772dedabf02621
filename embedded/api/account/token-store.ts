import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import type { State } from "../../state.ts";
import { groups, type Permission, type Token } from "../http/tokens.ts";

const kind = "token";
const everyPermission: readonly string[] = groups.flatMap((group) => [`${group}:Read`, `${group}:Edit`]);
const permission = z.custom<Permission>(
  (value) => typeof value === "string" && everyPermission.includes(value),
);
const accounts = z.union([z.literal("all"), z.array(z.string())]);
const common = { digest: z.string(), issuedOn: z.string(), policies: z.unknown() };
const body = z.union([
  z.object({
    grants: z.union([z.literal("all"), z.array(z.object({ permissions: z.array(permission), accounts }))]),
    notBefore: z.string().optional(),
    expiresOn: z.string().optional(),
    ...common,
  }),
  // What was written before a token had one grant a policy.
  z
    .object({ permissions: z.union([z.literal("all"), z.array(permission)]), accounts, ...common })
    .transform(({ permissions, accounts: where, ...rest }) => ({
      ...rest,
      grants: permissions === "all" ? ("all" as const) : [{ permissions, accounts: where }],
    })),
]);

export interface NewToken extends Pick<Token, "name" | "grants" | "notBefore" | "expiresOn"> {
  /** As sent, to be shown again. */
  readonly policies: unknown;
  /** A value to take again; without it a new one is drawn. */
  readonly value?: string;
}

export interface RememberedToken extends Token {
  readonly issuedOn: string;
  readonly policies: unknown;
}

/** API tokens. Only a digest of the secret is kept. */
export interface Tokens {
  /** Returns the secret, this one time. */
  create(token: NewToken): { readonly token: RememberedToken; readonly value: string };
  find(value: string): Token | undefined;
  get(id: string): RememberedToken | undefined;
  /** The SHA-256 of a token's value in hex: with its id as the access key, what S3 clients sign with. */
  s3Secret(id: string): string | undefined;
  list(): readonly RememberedToken[];
  remove(id: string): boolean;
}

/** 40 characters, as the official Pulumi provider wants them (`^[0-9A-Za-z\-_]{40,80}$`). */
export const newTokenValue = (): string => randomBytes(30).toString("base64url");

export function openTokens(state: State): Tokens {
  const remembered = (stored: ReturnType<State["get"]>): RememberedToken | undefined => {
    if (stored === undefined) return undefined;
    const { digest: _, ...rest } = body.parse(stored.body);
    return { id: stored.id, name: nameOf(stored.name), ...rest };
  };
  return {
    create({ value = newTokenValue(), ...token }) {
      const id = digestOf(value).slice(0, 32);
      const issuedOn = new Date().toISOString();
      state.remove("", kind, id);
      const { name, ...rest } = token;
      state.insert("", kind, id, `${name}\n${id}`, { ...rest, digest: digestOf(value), issuedOn });
      return { token: { id, issuedOn, ...token }, value };
    },
    find(value) {
      const stored = state.get("", kind, digestOf(value).slice(0, 32));
      return stored !== undefined && body.parse(stored.body).digest === digestOf(value)
        ? remembered(stored)
        : undefined;
    },
    get: (id) => remembered(state.get("", kind, id)),
    s3Secret(id) {
      const stored = state.get("", kind, id);
      return stored === undefined ? undefined : body.parse(stored.body).digest;
    },
    list: () => state.list("", kind).flatMap((stored) => remembered(stored) ?? []),
    remove: (id) => state.remove("", kind, id),
  };
}

const digestOf = (value: string): string => createHash("sha256").update(value).digest("hex");

/** Cloudflare lets two tokens have one name; the state does not, so the id is part of it there. */
const nameOf = (stored: string): string => stored.split("\n")[0] ?? "";
