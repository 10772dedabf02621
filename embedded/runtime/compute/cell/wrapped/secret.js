// What code gets for a secret of a Secrets Store: its value when it asks, never before.
class SecretsStoreSecret {
  #fetcher;
  #settings;
  constructor({ fetcher, settings }) {
    this.#fetcher = fetcher;
    this.#settings = settings;
  }
  async get() {
    const answer = await this.#fetcher.fetch("http://secret/");
    if (answer.status === 404) throw new Error(`Secret "${this.#settings.name}" not found`);
    return answer.text();
  }
}

export default (env) => new SecretsStoreSecret(env);
