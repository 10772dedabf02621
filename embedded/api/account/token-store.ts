import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import type { State } from "../../state.ts";
import type { Grant, Token } from "../http/tokens.ts";
import { grantsOf, policies } from "./policies.ts";

const kind = "token";
/** What a token grants is read off its policies each time; who has none was written as one that may do everything. */
const body = z
  .object({
    grants: z.unknown().optional(),
    // The word of before there was one grant a policy.
    permissions: z.unknown().optional(),
    notBefore: z.string().optional(),
    expiresOn: z.string().optional(),
    digest: z.string(),
    issuedOn: z.string(),
    policies: z.unknown(),
  })
  .transform(({ grants, permissions, ...rest }) => ({
    ...rest,
    grants: grants === "all" || permissions === "all" ? ("all" as const) : granted(rest.policies),
  }));

function granted(sent: unknown): readonly Grant[] {
  return grantsOf(policies.parse(sent));
}

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
      const { name, grants, ...rest } = token;
      state.insert("", kind, id, `${name}\n${id}`, {
        ...rest,
        ...(grants === "all" && { grants }),
        digest: digestOf(value),
        issuedOn,
      });
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
