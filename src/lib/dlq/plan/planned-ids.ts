/** The MessageIds of a saved plan; remembers which of them a run came across. */
export class PlannedIds extends Set<string> {
  readonly #met = new Set<string>();

  override has(id: string): boolean {
    const planned = super.has(id);
    if (planned) this.#met?.add(id);
    return planned;
  }

  /** Those that nobody has asked about: they were not in the queue, or could not be seen. */
  get missing(): readonly string[] {
    return [...this].filter((id) => !this.#met.has(id));
  }
}
