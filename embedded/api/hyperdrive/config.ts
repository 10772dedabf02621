import { z } from "zod";
import { seal, unseal } from "../../seal.ts";
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
  /** Whether what is secret of `config` is encrypted: not in what was written before that was done. */
  isSealed: z.boolean().default(false),
});

/** What of an origin the state file has only encrypted. */
const secret = ["password", "access_client_secret"] as const;

const changed = (config: Config, change: (text: string) => string): Config => ({
  ...config,
  origin: {
    ...config.origin,
    ...Object.fromEntries(
      secret.flatMap((name) => {
        const text = config.origin[name];
        return text == null ? [] : [[name, change(text)]];
      }),
    ),
  },
});

/** A config as it is written: nobody who reads the state file reads a password. */
export const closed = (dataDir: string, config: Config) => ({
  config: changed(config, (text) => seal(dataDir, text)),
  isSealed: true,
});

/** What was written, as it was given. */
export function opened(dataDir: string, body: unknown): Config {
  const { config, isSealed } = stored.parse(body);
  const whole = createSchema.parse(config);
  return isSealed ? changed(whole, (text) => unseal(dataDir, text)) : whole;
}

const defaultPorts = { postgres: 5_432, postgresql: 5_432, mysql: 3_306 } as const;

/** Whether the database is reached by a host and a password. */
export function isReached({ body }: Stored): boolean {
  const { host, password } = createSchema.parse(stored.parse(body).config).origin;
  return host != null && password != null;
}

/** Where a driver finds the database; undefined where it cannot be reached by a host and a password. */
export function connectionString(dataDir: string, { body }: Stored): string | undefined {
  const { origin } = opened(dataDir, body);
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
