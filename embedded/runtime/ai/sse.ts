/** The `data:` of every server-sent event of a response, in order. */
export async function* sseData(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  let rest = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    rest += chunk.replaceAll("\r", "");
    for (let end = rest.indexOf("\n\n"); end !== -1; end = rest.indexOf("\n\n")) {
      yield* dataOf(rest.slice(0, end));
      rest = rest.slice(end + 2);
    }
  }
  yield* dataOf(rest);
}

function* dataOf(event: string): Generator<string> {
  const lines = event.split("\n").filter((line) => line.startsWith("data:"));
  if (lines.length > 0) yield lines.map((line) => line.slice("data:".length).trimStart()).join("\n");
}
