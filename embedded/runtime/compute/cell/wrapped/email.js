// What code gets for leave to send e-mail: messages are kept, none leaves the machine.
const raw = "EmailMessage::raw"; // where Miniflare's `cloudflare:email` keeps the text of a message

const base64 = (bytes) => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};
const bytesOf = async (source) => new Uint8Array(await new Response(source).arrayBuffer());
const address = (given) => (typeof given === "string" ? given : given?.email);
const addresses = (given) => (given === undefined ? [] : Array.isArray(given) ? given : [given]).map(address);

async function parts(message) {
  if (raw in message)
    return {
      from: message.from,
      to: [message.to],
      cc: [],
      bcc: [],
      raw: new TextDecoder().decode(await bytesOf(message[raw])),
    };
  const { from, to, cc, bcc, replyTo, subject, headers, text, html, attachments = [] } = message;
  return {
    from: address(from),
    to: addresses(to),
    cc: addresses(cc),
    bcc: addresses(bcc),
    replyTo: address(replyTo),
    subject,
    headers,
    text,
    html,
    attachments: await Promise.all(
      attachments.map(async ({ content, ...rest }) => ({
        ...rest,
        contentBase64: typeof content === "string" ? content : base64(await bytesOf(content)),
      })),
    ),
  };
}

class SendEmail {
  #fetcher;
  #settings;
  constructor({ fetcher, settings }) {
    this.#fetcher = fetcher;
    this.#settings = settings;
  }
  async send(message) {
    const answer = await this.#fetcher.fetch("http://email/", {
      method: "POST",
      body: JSON.stringify({ message: await parts(message), rules: this.#settings }),
    });
    const { messageId, error } = await answer.json();
    if (error !== undefined) throw new Error(error);
    return { messageId };
  }
}

export default (env) => new SendEmail(env);
