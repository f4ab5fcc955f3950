// Time as the protocol layer sees it, so that tests can hold it still.
export type TimerId = number;

export interface Clock {
  now(): number; // milliseconds since the epoch
  setTimeout(run: () => void, ms: number): TimerId;
  clearTimeout(id: TimerId): void;
}

// A timer slot: setting it again replaces what was set before.
export class Timer {
  private id: TimerId | undefined;

  constructor(private readonly clock: Clock) {}

  get running(): boolean {
    return this.id !== undefined;
  }

  set(ms: number, run: () => void): void {
    this.cancel();
    this.id = this.clock.setTimeout(() => {
      this.id = undefined;
      run();
    }, ms);
  }

  cancel(): void {
    if (this.id !== undefined) this.clock.clearTimeout(this.id);
    this.id = undefined;
  }
}
