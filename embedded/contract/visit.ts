import { request } from "node:http";

/** Asks a Worker at its own host, as a browser does; Node's fetch neither resolves `*.localhost` nor lets the Host be set. */
export function visit(
  frontPort: number,
  host: string,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((done, failed) => {
    const asked = request(
      { host: "127.0.0.1", port: frontPort, path, headers: { host: `${host}:${frontPort}` } },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => done({ status: response.statusCode ?? 0, text }));
        response.on("error", failed);
      },
    );
    asked.on("error", failed);
    asked.end();
  });
}
