import { Timer, type Clock } from './clock';
import type { ChatId, Seq } from './types';

// Acknowledges what arrived, in batches: `received` is cumulative per chat, so one frame per
// chat stands for all of its messages. The server holds back once `window` messages are
// unacknowledged; half of that, or a short pause, sends what has gathered.
export class Acknowledgements {
  private readonly due = new Map<ChatId, Seq>();
  private count = 0;
  private threshold = 32;
  private readonly timer: Timer;

  constructor(
    clock: Clock,
    private readonly pauseMs: number,
    private readonly acknowledge: (chat: ChatId, seq: Seq) => void,
  ) {
    this.timer = new Timer(clock);
  }

  begin(window: number): void {
    this.forget();
    this.threshold = Math.max(1, Math.floor(window / 2));
  }

  note(chat: ChatId, seq: Seq): void {
    this.due.set(chat, Math.max(seq, this.due.get(chat) ?? 0));
    this.count += 1;
    if (this.count >= this.threshold) this.flush();
    else if (!this.timer.running) this.timer.set(this.pauseMs, () => this.flush());
  }

  flush(): void {
    const due = [...this.due];
    this.forget();
    for (const [chat, seq] of due) this.acknowledge(chat, seq);
  }

  // The connection is gone: the server sends again what it was not told of.
  forget(): void {
    this.timer.cancel();
    this.due.clear();
    this.count = 0;
  }
}
