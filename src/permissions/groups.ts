import { type Permission, products, type WorkersRole, workersRoles } from "./permission.ts";

/** What a policy of a token names beside its permission groups: an account, or one thing in it. */
export type Scope = "account" | "zone" | "worker" | "bucket" | "user";

/** The beginning of a resource's name in a token's policy. */
export const resourceOf: Readonly<Record<Scope, string>> = {
  account: "com.cloudflare.api.account",
  zone: "com.cloudflare.api.account.zone",
  worker: "com.cloudflare.edge.worker.script",
  bucket: "com.cloudflare.edge.r2.bucket",
  user: "com.cloudflare.api.user",
};

/** A permission group of Cloudflare's: what is put into a policy of a token. */
export interface Group {
  /** As the API lists it. The dashboard says Edit where it says Write. */
  readonly name: string;
  /** The same in every account; undefined where only the account's own list tells it. */
  readonly id: string | undefined;
  readonly scope: Scope;
  readonly grants: readonly Permission[];
}

/** @see https://developers.cloudflare.com/fundamentals/api/reference/permissions/ */
const ids: Readonly<Record<string, string>> = {
  "Account Analytics Read": "b89a480218d04ceb98b4fe57ca29dc1f",
  "Account API Tokens Read": "eb56a6953c034b9d97dd838155666f06",
  "Account API Tokens Write": "5bc3f8b21c554832afc660159ab75fa4",
  "Account Settings Read": "c1fde68c7bcc44588cbb6ddbc16d6480",
  "Account Settings Write": "1af1fa2adc104452b74a9a3364202f20",
  "AI Gateway Read": "4dc8917b4b40457d88d3035d5dadb054",
  "AI Gateway Write": "6c8a3737f07f46369c1ea1f22138daaf",
  "D1 Read": "192192df92ee43ac90f2aeeffce67e35",
  "D1 Write": "09b2857d1c31407795e75e3fed8617a1",
  "Hyperdrive Read": "4d62ccf834df44808bc9283d65c4e4e9",
  "Hyperdrive Write": "721b2f51fba74871bd361de65aeb7e03",
  "Notifications Read": "ce18edbdcebf465e9d6d1d2fc80ffd42",
  "Notifications Write": "c3c847c5802d4ce3ba00e3e97b3c8555",
  "Queues Read": "84a7755d54c646ca87cd50682a34bf7c",
  "Queues Write": "366f57075ffc42689627bcf8242a1b6d",
  "Secrets Store Read": "5e33b7d77788455c9fdf18cbd38ee5a0",
  "Secrets Store Write": "adc8fa2bc6124928a8b3314dc63a1235",
  "Vectorize Read": "1799edaae5db489294430e20d9b519e0",
  "Vectorize Write": "64156ba5be47441096c83c7fc17c488b",
  "Workers AI Read": "a92d2450e05d4e7bb7d0a64968f83d11",
  "Workers AI Write": "bacc64e0f6c34fc0883a1223f938a104",
  "Workers Content Read-Only": "3517fad527464d8bbba2c2a9a6eefaa9",
  "Workers KV Storage Read": "8b47d2786a534c08a1f94ee8f9f599ef",
  "Workers KV Storage Write": "f7f0eda5697f475c90846e879bab8666",
  "Workers Metadata Read-Only": "da1261c3d38544a4bba805b22566f8b6",
  "Workers Observability Read": "66c1ed49f4ed46098b75696a6d4ee3c9",
  "Workers Observability Write": "82c075da3f4647a2a03becd0fe240f8a",
  "Workers R2 Storage Bucket Item Read": "6a018a9f2fc74eb6b293b0c548f38b39",
  "Workers R2 Storage Bucket Item Write": "2efd5506f9c8494dacb1fa10a3e7d5b6",
  "Workers R2 Storage Read": "b4992e1108244f5d8bfbd5744320c2e1",
  "Workers R2 Storage Write": "bf7481a1826f439697cb59a20b22293e",
  "Workers Routes Read": "2072033d694d415a936eaeb94e6405b8",
  "Workers Routes Write": "28f4b596e7d643029c524985477ae49a",
  "Workers Scripts Read": "1a71c399035b4950a1bd1466bbe4f420",
  "Workers Scripts Write": "e086da7e2179491d91ee5f35b3ca210a",
  "Workers Tail Read": "05880cd1bdc24d8bae0be2136972816b",
  "Zone Read": "c8fed203ed3043cba015a93ad1616f1f",
  "Zone Write": "e6d2666161e84845a636613608cee8d5",
};

const group = (name: string, scope: Scope, grants: readonly Permission[]): Group => ({
  name,
  id: ids[name],
  scope,
  grants,
});

const scopes: Partial<Readonly<Record<(typeof products)[number], Scope>>> = {
  "API Tokens": "user",
  "Workers R2 Storage Bucket Item": "bucket",
  "Workers Routes": "zone",
  Zone: "zone",
};

/** Who may read or write a bucket may do the same to what lies in it. */
const alsoItems = (product: string, level: "Read" | "Edit"): readonly Permission[] =>
  product === "Workers R2 Storage" ? [`Workers R2 Storage Bucket Item:${level}`] : [];

const ofProducts: readonly Group[] = products.flatMap((product) => {
  const scope = scopes[product] ?? "account";
  const read: readonly Permission[] = [`${product}:Read`, ...alsoItems(product, "Read")];
  const edit: readonly Permission[] = [`${product}:Edit`, ...alsoItems(product, "Edit")];
  return [group(`${product} Read`, scope, read), group(`${product} Write`, scope, [...read, ...edit])];
});

/** Each role has those before it, and what Workers log and measure. */
const upTo = (role: WorkersRole): readonly Permission[] => [
  ...workersRoles.slice(0, workersRoles.indexOf(role) + 1).map((each) => `Workers:${each}` as const),
  "Workers Observability:Read",
  ...(["Editor", "Admin"].includes(role) ? (["Workers Observability:Edit"] as const) : []),
];

/** Every permission group that a limited token can carry here. */
export const groups: readonly Group[] = [
  ...ofProducts,
  ...workersRoles.map((role) => group(`Workers ${role}`, "account", upTo(role))),
  ...workersRoles.map((role) => group(`Individual Workers ${role}`, "worker", upTo(role))),
  // From before there were roles; what carries them keeps working.
  group("Workers Scripts Read", "account", upTo("Content Read-Only")),
  group("Workers Scripts Write", "account", upTo("Admin")),
  group("Workers Tail Read", "account", ["Workers:Metadata Read-Only"]),
];

/** The group that a policy names, by id or by name; undefined where there is none. */
export const groupNamed = (wanted: { readonly id?: string; readonly name?: string }): Group | undefined =>
  groups.find(({ id, name }) => (wanted.id !== undefined && id === wanted.id) || name === wanted.name);

/**
 * The group that grants the permission and the least besides. On a single Worker there are groups of their own.
 *
 * @example groupFor("D1:Edit").name; // "D1 Write"
 */
export function groupFor(permission: Permission, on: "product" | "worker" = "product"): Group {
  const [product = "", level = ""] = permission.split(":");
  const name =
    product === "Workers"
      ? `${on === "worker" ? "Individual " : ""}Workers ${level}`
      : `${product} ${level === "Edit" ? "Write" : level}`;
  const found = groups.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no permission group grants ${permission}`);
  return found;
}
