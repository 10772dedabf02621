import { largeBody, ok, paged, type Service } from "../../http/service.ts";
import { deployVersions } from "../deploy/deploy-versions.ts";
import { inTurn } from "../deploy/turns.ts";
import { listVersions, removeVersion, requireVersion } from "../registry.ts";
import { shownVersion } from "../show.ts";
import { createVersion } from "../version/create-version.ts";
import { draftFromJson, jsonVersion } from "../version/draft.ts";
import { originOf } from "../version/origin.ts";
import { releaseUnused, requireUndeployed } from "../version/version-use.ts";
import { requireWorker } from "./workers.ts";

/** Immutable versions of a Worker, as JSON (the beta API). */
export const workerVersions: Service = {
  name: "workerVersions",
  routes: [
    {
      method: "GET",
      path: "/accounts/:account/workers/workers/:worker/versions",
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => {
        const worker = requireWorker(request, world);
        return paged(
          request,
          [...listVersions(world.state, worker)]
            .reverse()
            .map((version) => shownVersion(world, worker, version, { modules: false })),
        );
      },
    },
    {
      method: "POST",
      path: "/accounts/:account/workers/workers/:worker/versions",
      permission: "Workers:Editor",
      body: largeBody,
      handle: async (request, world) => {
        const draft = draftFromJson(await request.json(jsonVersion));
        const worker = requireWorker(request, world);
        return inTurn(worker.id, async () => {
          const uploaded = await createVersion(world, worker, draft, originOf(request, "upload"));
          if (request.url.searchParams.get("deploy") === "true")
            await deployVersions(
              world,
              uploaded.worker,
              [{ version_id: uploaded.version.id, percentage: 100 }],
              {},
              originOf(request, "deployment"),
            );
          return {
            ...ok(shownVersion(world, uploaded.worker, uploaded.version, { modules: false })),
            messages: uploaded.messages,
          };
        });
      },
    },
    {
      method: "GET",
      path: "/accounts/:account/workers/workers/:worker/versions/:version",
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => {
        const worker = requireWorker(request, world);
        const version = requireVersion(world.state, worker, request.params["version"] ?? "");
        const modules = (request.url.searchParams.get("include") ?? "").split(",").includes("modules");
        if (modules) request.require("Workers:Content Read-Only");
        return ok(shownVersion(world, worker, version, { modules }));
      },
    },
    {
      method: "DELETE",
      path: "/accounts/:account/workers/workers/:worker/versions/:version",
      permission: "Workers:Editor",
      handle: (request, world) => {
        const worker = requireWorker(request, world);
        return inTurn(worker.id, async () => {
          const version = requireVersion(world.state, worker, request.params["version"] ?? "");
          requireUndeployed(world.state, worker, version);
          removeVersion(world.state, worker, version.id);
          releaseUnused(world, worker);
          return ok({ id: version.id });
        });
      },
    },
  ],
};
