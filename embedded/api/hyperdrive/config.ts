import { z } from "zod";
import type { Stored } from "../../state.ts";

export const hyperdriveKind = "hyperdrive";

const scheme = z.enum(["postgres", "postgresql", "mysql"]);
const origin = z.looseObject({
  scheme: scheme.nullish(),
  database: z.string().min(1),
  user: z.string().min(1),
  password: z.string().nullish(),
  host: z.string().nullish(),
  port: z.number().int().min(1).max(65_535).nullish(),
  access_client_id: z.string().nullish(),
  access_client_secret: z.string().nullish(),
  service_id: z.string().nullish(),
});
const settings = {
  caching: z.record(z.string(), z.unknown()).nullish(),
  mtls: z.record(z.string(), z.unknown()).nullish(),
  origin_connection_limit: z.number().int().min(5).max(100).nullish(),
  integration: z.unknown().optional(),
};
export const createSchema = z.looseObject({ name: z.string().min(1).max(255), origin, ...settings });
export const patchSchema = z.looseObject({
  name: z.string().min(1).max(255).optional(),
  origin: origin.partial().optional(),
  ...settings,
});
export type Config = z.infer<typeof createSchema>;

export const stored = z.object({
  createdOn: z.string(),
  modifiedOn: z.string(),
  config: z.record(z.string(), z.unknown()),
});

const defaultPorts = { postgres: 5_432, postgresql: 5_432, mysql: 3_306 } as const;

/** Where a driver finds the database; undefined where it cannot be reached by a host and a password. */
export function connectionString({ body }: Stored): string | undefined {
  const { origin } = createSchema.parse(stored.parse(body).config);
  if (origin.host == null || origin.password == null) return undefined;
  const kind = origin.scheme ?? "postgres";
  const url = new URL(`${kind === "mysql" ? "mysql" : "postgres"}://host`);
  url.hostname = origin.host;
  url.port = String(origin.port ?? defaultPorts[kind]);
  url.username = encodeURIComponent(origin.user);
  url.password = encodeURIComponent(origin.password);
  url.pathname = encodeURIComponent(origin.database);
  return url.href;
}
