import { signal } from '@preact/signals';
import { Problem } from '../protocol/problem';

export interface Notice {
  readonly id: number;
  readonly text: string;
}

// Sentences for the user that belong to no form: shown for a while, then gone.
export class Notices {
  readonly list = signal<readonly Notice[]>([]);
  private last = 0;

  say(text: string): void {
    if (this.list.peek().some((notice) => notice.text === text)) return;
    this.last += 1;
    this.list.value = [...this.list.peek().slice(-2), { id: this.last, text }];
  }

  report(failure: unknown): void {
    this.say(explain(failure));
  }

  dismiss(id: number): void {
    this.list.value = this.list.peek().filter((notice) => notice.id !== id);
  }
}

export function explain(failure: unknown): string {
  if (failure instanceof Problem) return failure.message;
  return 'Something went wrong in this page. Reload it if it goes on.';
}
