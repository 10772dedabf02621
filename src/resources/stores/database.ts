import * as pulumi from "@pulumi/pulumi";
import { bindersOf } from "../../declare/graph.ts";
import type { D1 } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import type { Migrations } from "../../dynamic/migrations/migrations.ts";
import { D1Database } from "../cloudflare.ts";
import { type ComponentArgs, within } from "../component.ts";
import { durability } from "../durability.ts";
import { kinds } from "../kinds/kinds.ts";
import { adoption } from "./adoption.ts";
import { migrationStep } from "./migrations.ts";
import type { StoreComponent } from "./store.ts";

/** A D1 database, brought up to its migrations. */
export class Database extends pulumi.ComponentResource implements StoreComponent {
  readonly id: pulumi.Output<string>;
  readonly store: pulumi.Resource;
  /** What code that reads the database waits for: its expand migrations, or the database where it has none. */
  readonly ready: pulumi.Resource;
  /** Undefined where it has no migrations. */
  readonly expand: Migrations | undefined;

  constructor(
    name: string,
    { declared, context }: ComponentArgs<D1>,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const { accountId, stage } = context;
    super(kinds.d1.component, name, {}, opts);
    const store = new D1Database(
      name,
      {
        accountId,
        name: physicalName(declared, stage),
        readReplication: { mode: declared.readReplication ?? "disabled" },
        ...(declared.jurisdiction !== undefined && { jurisdiction: declared.jurisdiction }),
        ...(declared.primaryLocationHint !== undefined && {
          primaryLocationHint: declared.primaryLocationHint,
        }),
      },
      within(
        this,
        {
          ...durability(stage),
          ...adoption(declared, context),
        },
        opts,
      ),
    );
    this.id = store.id;
    this.store = store;
    const { migrations } = declared;
    const binders = bindersOf(context.system, declared).map((worker) => physicalName(worker, stage));
    this.expand =
      migrations === undefined
        ? undefined
        : migrationStep(
            declared,
            context,
            { databaseId: store.id, directory: migrations, phase: "expand", workers: binders, versions: {} },
            { parent: this },
          );
    this.ready = this.expand ?? store;
    this.registerOutputs({ id: this.id });
  }
}
