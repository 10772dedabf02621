/** Keeps a message that failed too often where a person finds it. The same message is kept once. */
export async function keep(db: D1Database, message: Message<unknown>): Promise<void> {
  const key = keyOf(message.body);
  await db
    .prepare(
      `INSERT INTO dead_letters (id, r2_key, body, error, received_at)
VALUES (?1, ?2, ?3, (SELECT error FROM documents WHERE r2_key = ?2), ?4) ON CONFLICT (id) DO NOTHING`,
    )
    .bind(message.id, key, JSON.stringify(message.body) ?? "null", new Date().toISOString())
    .run();
}

/** The object's key in a message, or null where it names none. */
export function keyOf(body: unknown): string | null {
  if (typeof body !== "object" || body === null || !("object" in body)) return null;
  const { object } = body;
  if (typeof object !== "object" || object === null || !("key" in object)) return null;
  return typeof object.key === "string" && object.key !== "" ? object.key : null;
}
