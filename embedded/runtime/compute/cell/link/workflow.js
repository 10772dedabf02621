import { WorkerEntrypoint } from "cloudflare:workers";
import { call, facing } from "./calls.js";

/** A binding of a Workflow: its instances live in the cell that owns the Workflow's objects. `props`: { script }. */
export class Workflow extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    const { script } = ctx.props;
    // biome-ignore lint/correctness/noConstructorReturn: an entrypoint is what its constructor returns
    return facing(this, (use) =>
      call(ctx, env, { script, kind: "objects" }, (at) =>
        use(env.CELLS.connect(at.address).getEntrypoint(at.user, "Workflow")),
      ),
    );
  }
}
