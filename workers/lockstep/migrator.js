import { isHolder } from "./is-holder.js";

/**
 * Runs one batch of statements as one transaction. It exists only while a migration with a trigger is applied: the HTTP
 * API's own splitter refuses triggers, a prepared batch has no splitter. Without its key it is not there.
 */
export default {
  async fetch(request, env) {
    if (!(await isHolder(request, env.KEY))) return new Response("not found\n", { status: 404 });
    if (request.method === "GET") return Response.json({ success: true, result: null, errors: [] });
    const { statements } = await request.json();
    try {
      const result = await env.DB.batch(statements.map((sql) => env.DB.prepare(sql)));
      return Response.json({ success: true, result, errors: [] });
    } catch (error) {
      const message = String(error?.message ?? error).replace(/^D1_ERROR: /, "");
      return Response.json(
        { success: false, result: null, errors: [{ code: 7500, message }] },
        { status: 400 },
      );
    }
  },
};
