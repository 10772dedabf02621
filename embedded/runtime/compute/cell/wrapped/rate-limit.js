// What code gets for a rate limit; the counting is done where all cells ask.
class RateLimit {
  #fetcher;
  #settings;
  constructor({ fetcher, settings }) {
    this.#fetcher = fetcher;
    this.#settings = settings;
  }
  async limit(options) {
    const key = options?.key;
    if (typeof key !== "string")
      throw new TypeError(`a rate limit counts by a text: { key: "…" }, got ${typeof key}`);
    const answer = await this.#fetcher.fetch("http://rate-limit/", {
      method: "POST",
      body: JSON.stringify({ key, ...this.#settings }),
    });
    return answer.json();
  }
}

export default (env) => new RateLimit(env);
