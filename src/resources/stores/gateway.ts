import * as pulumi from "@pulumi/pulumi";
import type { AiGateway as Declared } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { AiGateway } from "../cloudflare.ts";
import { type ComponentArgs, within } from "../component.ts";
import { durability } from "../durability.ts";
import { kinds } from "../kinds/kinds.ts";
import { sharedResource } from "./shared.ts";
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
    const { accountId, stage, hooks } = context;
    super(kinds.aiGateway.component, name, {}, opts);
    if (declared.shared === true && !context.ownsShared) {
      // Another stage has created it in this account; a gateway is known by its id. A version that names one that is not there
      // would be taken by Cloudflare, and refused when it asks a model.
      const id = physicalName(declared, stage);
      this.id = pulumi.output(
        sharedResource(context, {
          what: "An AI Gateway",
          declaredName: declared.name,
          physicalName: id,
          path: `ai-gateway/gateways/${id}`,
        }),
      );
      this.store = this;
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
        within(this, { hooks, ...durability(stage) }, opts),
      );
      this.id = store.aiGatewayId;
      this.store = store;
    }
    this.ready = this.store;
    this.registerOutputs({ id: this.id });
  }
}
