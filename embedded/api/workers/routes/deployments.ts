import { z } from "zod";
import type { World } from "../../../world.ts";
import { ApiError, type ApiRequest, ok, type Service } from "../../http/service.ts";
import { deployVersions } from "../deploy/deploy-versions.ts";
import { requireSameSecrets } from "../deploy/rollback.ts";
import { inTurn } from "../deploy/turns.ts";
import type { Deployment } from "../model.ts";
import { activeDeployment, deploymentById, listDeployments, removeDeployment } from "../registry.ts";
import { scriptOf } from "../script-of.ts";
import { shownDeployment } from "../show.ts";
import { originOf } from "../version/origin.ts";

const body = z.looseObject({
  strategy: z.literal("percentage"),
  versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
  annotations: z.record(z.string(), z.string().nullable()).nullish(),
});

function requireDeployment(request: ApiRequest, world: World): Deployment {
  const found = deploymentById(world.state, scriptOf(request, world), request.params["deployment"] ?? "");
  if (found === undefined) throw new ApiError(404, 10007, "The requested deployment could not be found.");
  return found;
}

/** Which versions serve, with which share of the requests. */
export const deployments: Service = {
  name: "deployments",
  routes: [
    {
      method: "GET",
      path: "/accounts/:account/workers/scripts/:script/deployments",
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) =>
        ok({
          deployments: [...listDeployments(world.state, scriptOf(request, world))]
            .reverse()
            .map(shownDeployment),
        }),
    },
    {
      method: "POST",
      path: "/accounts/:account/workers/scripts/:script/deployments",
      permission: "Workers:Editor",
      handle: async (request, world) => {
        const sent = await request.json(body);
        const worker = scriptOf(request, world);
        const annotations = Object.fromEntries(
          Object.entries(sent.annotations ?? {}).flatMap(([name, value]): [string, string][] =>
            value === null ? [] : [[name, value]],
          ),
        );
        return inTurn(worker.id, async () => {
          if (request.url.searchParams.get("force") !== "true")
            requireSameSecrets(world, worker, sent.versions);
          return ok(
            shownDeployment(
              await deployVersions(
                world,
                worker,
                sent.versions,
                annotations,
                originOf(request, "deployment"),
              ),
            ),
          );
        });
      },
    },
    {
      method: "GET",
      path: "/accounts/:account/workers/scripts/:script/deployments/:deployment",
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => ok(shownDeployment(requireDeployment(request, world))),
    },
    {
      method: "DELETE",
      path: "/accounts/:account/workers/scripts/:script/deployments/:deployment",
      permission: "Workers:Editor",
      handle: (request, world) => {
        const worker = scriptOf(request, world);
        const { id } = requireDeployment(request, world);
        if (activeDeployment(world.state, worker)?.id === id)
          throw new ApiError(
            400,
            10021,
            "The active deployment cannot be deleted. Deploy another version first.",
          );
        removeDeployment(world.state, worker, id);
        return ok({ id });
      },
    },
  ],
};
