import type { RouterEnv } from "../../src/systems/context.ts";

/** The flag: it is read with every request, so that a change of it needs no deployment. */
export async function readRouting(
  db: D1Database,
): Promise<{ readonly newPercent: number; readonly compare: boolean }> {
  const row = await db
    .prepare("SELECT new_percent, compare FROM routing WHERE id = 1")
    .first<{ new_percent: number; compare: number }>();
  return { newPercent: row?.new_percent ?? 0, compare: row?.compare === 1 };
}

/** `PUT /routing {"newPercent": 10, "compare": true}`, for whoever has the key. */
export async function writeRouting(request: Request, { ROUTING, ROUTING_KEY }: RouterEnv): Promise<Response> {
  if (request.headers.get("authorization") !== `Bearer ${ROUTING_KEY}`)
    return new Response("wrong key\n", { status: 401 });
  const { newPercent, compare } = await request.json<{ newPercent: number; compare: boolean }>();
  if (!Number.isInteger(newPercent) || newPercent < 0 || newPercent > 100 || typeof compare !== "boolean")
    return new Response('{"newPercent": 0 to 100, "compare": true or false}\n', { status: 400 });
  await ROUTING.prepare("UPDATE routing SET new_percent = ?, compare = ? WHERE id = 1")
    .bind(newPercent, compare ? 1 : 0)
    .run();
  return Response.json({ newPercent, compare });
}

/** A visitor's place from 0 to 99: the same at each visit, so that nobody is sent to and fro. */
export function share(visitor: string): number {
  let hash = 0x811c9dc5;
  for (const character of visitor) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash % 100;
}
