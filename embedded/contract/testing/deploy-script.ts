/** Deploys one module as a Worker's only version, at 100 %, with its host open. */
export async function deployScript(
  target: { readonly api: string; readonly token: string; readonly account: string },
  name: string,
  code: string,
  bindings: readonly object[],
): Promise<void> {
  const post = async (path: string, body: object): Promise<string> => {
    const response = await fetch(`${target.api}/accounts/${target.account}/workers/workers${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${target.token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`deploying ${name}: HTTP ${response.status} ${text}`);
    const { result } = JSON.parse(text);
    return String(result.id);
  };
  const id = await post("", { name, subdomain: { enabled: true } });
  await post(`/${id}/versions?deploy=true`, {
    main_module: "index.js",
    modules: [
      {
        name: "index.js",
        content_type: "application/javascript+module",
        content_base64: Buffer.from(code).toString("base64"),
      },
    ],
    compatibility_date: "2026-06-01",
    compatibility_flags: ["nodejs_compat"],
    bindings,
  });
}
