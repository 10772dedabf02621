// What code gets for a Workflow; its instances live in the Workflow's own cell, and only plain values travel.
class Instance {
  #engine;
  constructor(id, engine) {
    this.id = id;
    this.#engine = engine;
  }
  #ask(method, ...args) {
    return this.#engine.instance(this.id, method, args);
  }
  async pause() {
    await this.#ask("pause");
  }
  async resume() {
    await this.#ask("resume");
  }
  async terminate(options) {
    await this.#ask("terminate", options);
  }
  async restart(options) {
    await this.#ask("restart", options);
  }
  async status() {
    return structuredClone(await this.#ask("status"));
  }
  async sendEvent(event) {
    await this.#ask("sendEvent", event);
  }
}

class Workflow {
  #engine;
  constructor({ engine }) {
    this.#engine = engine;
  }
  async get(id) {
    const instance = new Instance(id, this.#engine);
    await instance.status();
    return instance;
  }
  async create(options) {
    const { id } = await this.#engine.start(options);
    return new Instance(id, this.#engine);
  }
  async createBatch(batch) {
    const ids = await this.#engine.startBatch(batch);
    return ids.map((id) => new Instance(id, this.#engine));
  }
}

export default (env) => new Workflow(env);
