import * as pulumi from "@pulumi/pulumi";
import { call } from "../../cloudflare/api.ts";
import { connection } from "../../cloudflare/connection.ts";
import { textIn } from "../../declare/bindings/stage-text.ts";
import type { Hyperdrive } from "../../declare/index.ts";
import { physicalName, textStage } from "../../declare/physical-name.ts";
import { HyperdriveConfig } from "../cloudflare.ts";
import { type ComponentArgs, within } from "../component.ts";
import type { Context } from "../context.ts";
import { kinds } from "../kinds/kinds.ts";
import type { StoreComponent } from "./store.ts";

const ports = { postgres: 5_432, mysql: 3_306 } as const;

/** A Hyperdrive configuration. It holds no data: the database is elsewhere, and nothing protects this. */
export class HyperdriveComponent extends pulumi.ComponentResource implements StoreComponent {
  readonly id: pulumi.Output<string>;
  readonly store: pulumi.Resource;
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    { declared, context }: ComponentArgs<Hyperdrive>,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const { accountId, stage, hooks } = context;
    super(kinds.hyperdrive.component, name, {}, opts);
    const store = new HyperdriveConfig(
      name,
      {
        accountId,
        name: physicalName(declared, stage),
        origin: originOf(declared, context),
        caching: cachingOf(declared),
        originConnectionLimit: declared.connectionLimit ?? 60,
      },
      within(
        this,
        { hooks: { ...hooks, beforeCreate: [...(hooks.beforeCreate ?? []), ...makesWay(name, context)] } },
        opts,
      ),
    );
    this.id = store.id;
    this.store = store;
    this.ready = store;
    this.registerOutputs({ id: this.id });
  }
}

/**
 * Runs before one is made. The password of what is there nobody can read, so a run that made one and did not hear of it leaves one that cannot be imported: it goes.
 * It holds nothing, and was looked up as one that no worker binds.
 */
function makesWay(name: string, { accountId, halfMade }: Context): readonly pulumi.ResourceHook[] {
  const id = halfMade.get(`${kinds.hyperdrive.type} ${name}`);
  if (id === undefined) return [];
  return [
    new pulumi.ResourceHook(`makes-way/${name}`, async () => {
      await call(
        connection(process.env, process.cwd()),
        "DELETE",
        `/accounts/${accountId}/hyperdrive/configs/${id}`,
      );
    }),
  ];
}

function originOf({ origin }: Hyperdrive, { stage, secrets }: Context) {
  const scheme = origin.scheme ?? "postgres";
  const text = (of: Hyperdrive["origin"]["host"]): string =>
    textIn(of, textStage(stage)) ?? missing(stage.name);
  return {
    scheme,
    host: text(origin.host),
    port: origin.port ?? ports[scheme],
    database: text(origin.database),
    user: text(origin.user),
    password: pulumi.secret(secrets[origin.password.secret] ?? missing(origin.password.secret)),
  };
}

/** Everything explicit: left out, what was declared before would stay. */
function cachingOf({ caching = {} }: Hyperdrive) {
  if (caching === false) return { disabled: true };
  const { maxAgeSeconds, staleWhileRevalidateSeconds } = caching;
  return {
    disabled: false,
    maxAge: maxAgeSeconds ?? 60,
    staleWhileRevalidate: staleWhileRevalidateSeconds ?? 15,
  };
}

function missing(what: string): never {
  throw new Error(`there is no text for ${what}: the check of the system let it pass`);
}
