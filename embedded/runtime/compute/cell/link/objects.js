import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { call, facing } from "./calls.js";

/** What stands for a class of Durable Objects that lives in its owner's cell. */
export const objectClass = (script, namespaceId) =>
  class extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      const props = { namespaceId, id: ctx.id.toString(), name: ctx.id.name };
      let address;
      let remote;
      this.via = (use) =>
        call(ctx, env, { script, kind: "objects" }, (at) => {
          if (at.address !== address) {
            address = at.address;
            remote = env.CELLS.connect(address).getEntrypoint("core:user:link", "Objects", props);
          }
          return use(remote);
        });
      // biome-ignore lint/correctness/noConstructorReturn: an object is what its constructor returns
      return facing(this, this.via);
    }
    fetch(request) {
      return this.via((remote) => remote.fetch(request));
    }
  };

/** In an owner's cell: the object itself, by its name where it has one, so that it finds it in `ctx.id.name`. */
export class Objects extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    const { namespaceId, id, name } = ctx.props;
    const namespace = env[`OBJECTS ${namespaceId}`];
    this.object = namespace.get(
      typeof name === "string" ? namespace.idFromName(name) : namespace.idFromString(id),
    );
    // biome-ignore lint/correctness/noConstructorReturn: an entrypoint is what its constructor returns
    return facing(this, (use) => use(this.object));
  }
  fetch(request) {
    return this.object.fetch(request);
  }
}
