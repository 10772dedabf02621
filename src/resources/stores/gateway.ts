import * as pulumi from "@pulumi/pulumi";
import type { AiGateway as Declared } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { AiGateway } from "../cloudflare.ts";
import { type ComponentArgs, within } from "../component.ts";
import { durability } from "../durability.ts";
import { kinds } from "../kinds/kinds.ts";
import { adoption } from "./adoption.ts";
import { isAnothers, sharedStore } from "./shared.ts";
import type { StoreComponent } from "./store.ts";

/** An AI Gateway. Code names it by its id. */
export class Gateway extends pulumi.ComponentResource implements StoreComponent {
  readonly id: pulumi.Output<string>;
  readonly store: pulumi.Resource;
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    { declared, context }: ComponentArgs<Declared>,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const { accountId, stage } = context;
    super(kinds.aiGateway.component, name, {}, opts);
    if (isAnothers(declared, context)) {
      this.store = sharedStore(this, declared, context);
      this.id = pulumi.output(physicalName(declared, stage));
    } else {
      const { rateLimit } = declared;
      const store = new AiGateway(
        name,
        {
          accountId,
          aiGatewayId: physicalName(declared, stage),
          cacheInvalidateOnUpdate: true,
          cacheTtl: declared.cacheTtlSeconds ?? 0,
          collectLogs: declared.collectLogs ?? true,
          // Zeros are no limit. The rest is what Cloudflare fills in where nothing is said: said, a refresh finds no difference.
          rateLimitingInterval: rateLimit?.windowSeconds ?? 0,
          rateLimitingLimit: rateLimit?.requests ?? 0,
          rateLimitingTechnique: rateLimit?.technique ?? "fixed",
          authentication: false,
          logpush: false,
          workersAiBillingMode: "postpaid",
        },
        within(this, { ...durability(stage), ...adoption(declared, context) }, opts),
      );
      this.id = store.aiGatewayId;
      this.store = store;
    }
    this.ready = this.store;
    this.registerOutputs({ id: this.id });
  }
}
