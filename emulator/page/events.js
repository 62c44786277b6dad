// Following the emulator's event stream, across restarts of the server.
//
// EventSource's own reconnect is not enough: a restarted server may have forgotten everything, and may number its
// events from one again. So after every break the state is read anew and the stream followed from there.

const TYPES = [
  ...["message", "edited", "deleted", "reaction", "chat_action", "draft", "callback_answer"],
  ...["pack", "bot", "blocked", "group", "profile_photo"],
];
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;

export class EventStream {
  #source = null;
  #timer = 0;
  #waitMs = FIRST_WAIT_MS;
  #isStopped = false;

  /**
   * `user()` is whose events; `resync()` reads the state and resolves to its `last_event_id`; `onEvent(type, data)` gets each event once and in
   * order; `onStatus("open" | "broken")` is for showing it.
   */
  constructor({ user, resync, onEvent, onStatus }) {
    Object.assign(this, { user, resync, onEvent, onStatus });
  }

  /** Read the state, then follow. Resolves after the first attempt, whether or not the server answered. */
  async start() {
    try {
      const after = await this.resync();
      if (!this.#isStopped) this.#open(after);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.#retry();
    }
  }

  stop() {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  #open(after) {
    const source = new EventSource(`/emulator/events?user=${this.user()}&after=${after}`);
    this.#source = source;
    source.onopen = () => {
      this.#waitMs = FIRST_WAIT_MS;
      this.onStatus("open");
    };
    source.onerror = () => this.#retry();
    source.addEventListener("reset", () => this.#retry());
    for (const type of TYPES) source.addEventListener(type, (event) => this.onEvent(type, JSON.parse(event.data)));
  }

  #retry() {
    this.#source?.close();
    if (this.#isStopped) return;
    this.onStatus("broken");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.start(), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }
}
