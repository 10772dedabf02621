import { z } from "zod";
import { ApiError, largeBody, ok, type Reply, type Service } from "../../http/service.ts";
import { requireLegalName } from "../registry.ts";
import { manifestOf } from "../version/asset-manifest.ts";
import { acceptFiles, openSession } from "../version/asset-sessions.ts";

const sessionBody = z.looseObject({ manifest: z.unknown().optional() });

const uploaded = (jwt: string | undefined): Reply => ({
  kind: "json",
  status: jwt === undefined ? 202 : 201,
  result: jwt === undefined ? {} : { jwt },
});

/** Static assets: a session says which files are wanted, uploads carry the session's own token. */
export const assets: Service = {
  name: "assets",
  routes: [
    {
      method: "POST",
      path: "/accounts/:account/workers/scripts/:script/assets-upload-session",
      permission: "Workers:Editor",
      body: largeBody,
      handle: async (request, world) => {
        const sent = await request.json(sessionBody);
        const script = request.params["script"] ?? "";
        requireLegalName(script);
        return ok(openSession(world, request.account.id, script, manifestOf(sent.manifest)));
      },
    },
    {
      method: "POST",
      path: "/accounts/:account/workers/assets/upload",
      permission: undefined,
      auth: "jwt",
      body: largeBody,
      handle: async (request, world) => {
        if (request.url.searchParams.get("base64") !== "true")
          throw new ApiError(400, 10021, "Assets are uploaded with ?base64=true");
        const form = await request.form();
        const files: { hash: string; bytes: Uint8Array }[] = [];
        for (const [hash, part] of form.entries())
          files.push({
            hash,
            bytes: Buffer.from(typeof part === "string" ? part : await part.text(), "base64"),
          });
        return uploaded(acceptFiles(world, request.bearer, files));
      },
    },
    {
      method: "POST",
      path: "/accounts/:account/workers/assets/upload/:hash",
      permission: undefined,
      auth: "jwt",
      body: largeBody,
      handle: async (request, world) =>
        uploaded(
          acceptFiles(world, request.bearer, [
            { hash: request.params["hash"] ?? "", bytes: await request.bytes() },
          ]),
        ),
    },
  ],
};
