import { bindingsHere } from "../../aliases/in-upload.ts";
import { ApiError, largeBody, ok, type Service } from "../../http/service.ts";
import { inTurn } from "../deploy/turns.ts";
import { listVersions, requireVersion } from "../registry.ts";
import { scriptOf } from "../script-of.ts";
import { shownScriptVersion } from "../show.ts";
import { createVersion } from "../version/create-version.ts";
import { draftFromForm } from "../version/draft.ts";
import { originOf } from "../version/origin.ts";

const versions = "/accounts/:account/workers/scripts/:script/versions";
/** Cloudflare deploys none but the newest hundred. */
const deployable = 100;

/** Versions of a script as multipart: what wrangler uploads. */
export const scriptVersions: Service = {
  name: "scriptVersions",
  routes: [
    {
      method: "GET",
      path: versions,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => {
        const worker = scriptOf(request, world);
        const all = [...listVersions(world.state, worker)]
          .reverse()
          .slice(0, request.url.searchParams.get("deployable") === "true" ? deployable : undefined);
        const perPage = positive(request.url.searchParams.get("per_page"), all.length === 0 ? 1 : all.length);
        const page = positive(request.url.searchParams.get("page"), 1);
        const items = all
          .slice((page - 1) * perPage, page * perPage)
          .map((version) => shownScriptVersion(worker, version));
        return ok(
          { items },
          {
            page,
            per_page: perPage,
            count: items.length,
            total_count: all.length,
            total_pages: Math.ceil(all.length / perPage),
          },
        );
      },
    },
    {
      method: "POST",
      path: versions,
      permission: "Workers:Editor",
      body: largeBody,
      handle: async (request, world) => {
        const sent = await draftFromForm(await request.form());
        const worker = scriptOf(request, world);
        const draft = { ...sent, bindings: await bindingsHere(request, world, sent.bindings) };
        if (draft.migrations !== undefined)
          throw new ApiError(
            400,
            10211,
            'Version upload failed. You attempted to upload a version of a Worker that includes a Durable Object migration, but migrations must be fully applied by running "wrangler deploy". See https://developers.cloudflare.com/durable-objects/reference/durable-objects-migrations for more information.',
          );
        return inTurn(worker.id, async () => {
          const uploaded = await createVersion(world, worker, draft, originOf(request, "upload"));
          return {
            ...ok(shownScriptVersion(uploaded.worker, uploaded.version)),
            messages: uploaded.messages,
          };
        });
      },
    },
    {
      method: "GET",
      path: `${versions}/:version`,
      permission: "Workers:Metadata Read-Only",
      handle: (request, world) => {
        const worker = scriptOf(request, world);
        const wanted = request.params["version"] ?? "";
        const id = wanted === "latest" ? (listVersions(world.state, worker).at(-1)?.id ?? wanted) : wanted;
        return ok(shownScriptVersion(worker, requireVersion(world.state, worker, id)));
      },
    },
  ],
};

const positive = (text: string | null, fallback: number): number => {
  const value = Number(text ?? fallback);
  return Number.isInteger(value) && value > 0 ? value : fallback;
};
