import type { ChatId, Seq } from './types';

export type Arrival = 'next' | 'repeated' | 'gap';

// The promise of a chat's stream on one socket: each seq once, in order, without gaps.
export class StreamOrder {
  private readonly last = new Map<ChatId, Seq>();
  // Where the previous session broke off for a gap. A gap that comes back is not a lost frame
  // but the truth of the server: then it is let pass and history fills it.
  private brokenAt: { chat: ChatId; seq: Seq } | undefined;

  begin(): void {
    this.last.clear();
  }

  begun(chat: ChatId): boolean {
    return this.last.has(chat);
  }

  arrive(chat: ChatId, seq: Seq): Arrival {
    const last = this.last.get(chat);
    if (last !== undefined && seq <= last) return 'repeated';
    if (last !== undefined && seq > last + 1 && !this.knownGap(chat, seq)) {
      this.brokenAt = { chat, seq };
      return 'gap';
    }
    this.last.set(chat, seq);
    return 'next';
  }

  // What this session has of each chat.
  marks(): [ChatId, Seq][] {
    return [...this.last];
  }

  // A new membership begins a new stream: seqs between the two are not ours to see.
  restart(chat: ChatId): void {
    this.last.delete(chat);
  }

  private knownGap(chat: ChatId, seq: Seq): boolean {
    return this.brokenAt?.chat === chat && this.brokenAt.seq === seq;
  }
}
