/** The Date header in simulated time, formatted once a second: clients take the age of messages from it. */
export class HttpDate {
  #second = -1;
  #text = '';

  at(now: number): string {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Date(second * 1000).toUTCString();
    }
    return this.#text;
  }
}
