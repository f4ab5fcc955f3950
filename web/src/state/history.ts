import { signal } from '@preact/signals';
import type { Api } from '../protocol/api';
import { Problem } from '../protocol/problem';
import type { ChatId, ChatSummary, UserId } from '../protocol/types';
import { withMembers, withNewestLine, withSummary, type ChatState } from './chat-state';
import type { Chats } from './chats';
import type { Drafts } from './drafts';
import type { Limiter } from './limiter';
import type { Notices } from './notices';
import { fill, highest, holeAfter, lowest, newest, prepend } from './timeline';

const pageSize = 50;
const largestPage = 200;

// Loads what the stream does not bring: the chat list, members, older messages, and what lies
// in a hole of a timeline.
export class History {
  // Chats whose older messages are being loaded.
  readonly loadingOlder = signal<ReadonlySet<ChatId>>(new Set());
  readonly listLoaded = signal(false);
  private nextChats: string | null = null;
  private place = 0;

  constructor(
    private readonly api: Api,
    private readonly chats: Chats,
    private readonly drafts: Drafts,
    private readonly me: UserId,
    private readonly limiter: Limiter,
    private readonly notices: Notices,
  ) {}

  // The first page of the chat list, after every reconnect.
  async refreshList(): Promise<void> {
    const page = await this.api.chats();
    if (!this.listLoaded.peek()) this.nextChats = page.next;
    page.items.forEach((summary, index) => this.takeSummary(summary, index));
    this.place = Math.max(this.place, page.items.length);
    this.listLoaded.value = true;
    for (const { chat } of page.items) this.reconcile(chat);
  }

  moreChats(): void {
    if (this.nextChats === null) return;
    const after = this.nextChats;
    this.limiter.run('chats', async () => {
      const page = await this.api.chats(after);
      this.nextChats = page.next;
      for (const summary of page.items) this.takeSummary(summary, this.place++);
    });
  }

  takeSummary(summary: ChatSummary, place = 0): ChatState {
    if (summary.state?.draft !== undefined) this.drafts.listed(summary.chat, summary.state.draft);
    return this.chats.update(summary.chat, (state) => withSummary(state, summary, this.me, place));
  }

  refreshChat(chat: ChatId): void {
    this.limiter.run(`chat ${chat}`, async () => {
      try {
        this.takeSummary(await this.api.chat(chat));
      } catch (failure) {
        if (failure instanceof Problem && failure.code === 'not_found') this.vanished(chat);
      }
    });
  }

  ensureMembers(chat: ChatId): void {
    const state = this.chats.peek(chat);
    if (!state?.known || state.left || (state.members && !state.membersStale)) return;
    this.limiter.run(`members ${chat}`, async () => {
      const members = await this.api.members(chat);
      this.chats.update(chat, (now) => withMembers(now, members, this.me));
    });
  }

  refreshMembers(chat: ChatId): void {
    if (this.chats.peek(chat)?.left) return;
    this.chats.update(chat, (state) => ({ ...state, membersStale: true }));
    this.ensureMembers(chat);
  }

  // Whether a row of the chat list has more to show than the list said: who the other person
  // is, who wrote last, how far one's own last message has come.
  wantsDetails(state: ChatState): boolean {
    if (state.left) return false;
    return lacksLast(state) || lacksMembers(state, this.me);
  }

  loadDetails(chat: ChatId): void {
    const state = this.chats.peek(chat);
    if (!state) return;
    if (lacksMembers(state, this.me)) this.ensureMembers(chat);
    if (!lacksLast(state)) return;
    this.limiter.run(`open ${chat}`, () => this.loadNewest(chat));
  }

  // The newest page, so that there is something to look at.
  open(chat: ChatId): void {
    const state = this.chats.peek(chat);
    if (!state?.known) this.refreshChat(chat);
    this.ensureMembers(chat);
    if (state?.loaded || state?.left) return;
    this.limiter.run(`open ${chat}`, () => this.loadNewest(chat));
  }

  readonly older = async (chat: ChatId): Promise<void> => {
    const before = lowest(this.chats.peek(chat)!.timeline);
    if (before === undefined || this.loadingOlder.peek().has(chat)) return;
    this.loadingOlder.value = new Set(this.loadingOlder.peek()).add(chat);
    try {
      const page = await this.api.messages(chat, { before, limit: pageSize });
      this.chats.update(chat, (state) => {
        const first = page[0]?.seq ?? 0;
        const complete = page.length < pageSize || first <= state.firstSeq;
        return { ...state, timeline: prepend(state.timeline, page, complete) };
      });
    } catch (failure) {
      this.notices.report(failure);
    } finally {
      const rest = new Set(this.loadingOlder.peek());
      rest.delete(chat);
      this.loadingOlder.value = rest;
    }
  };

  // Messages are known to be missing after the newest of the run: fetch them.
  fillHole(chat: ChatId): void {
    this.limiter.run(`hole ${chat}`, async () => {
      const { timeline, head } = this.chats.peek(chat)!;
      const after = holeAfter(timeline) ?? highest(timeline);
      if (after === undefined || head - after > largestPage) return this.loadNewest(chat);
      const page = await this.api.messages(chat, { after, limit: largestPage });
      this.chats.update(chat, (state) => ({ ...state, timeline: fill(state.timeline, page) }));
    });
  }

  private async loadNewest(chat: ChatId): Promise<void> {
    const { unread } = this.chats.peek(chat)!;
    const limit = Math.min(largestPage, pageSize + unread);
    const page = await this.api.messages(chat, { limit });
    this.chats.update(chat, (state) => {
      const complete = page.length < limit || (page[0]?.seq ?? 0) <= state.firstSeq;
      const timeline = newest(state.timeline, page, complete);
      return withNewestLine({ ...state, loaded: true, timeline });
    });
  }

  // Another page of this device may have acknowledged what this one never saw.
  private reconcile(chat: ChatId): void {
    const state = this.chats.peek(chat);
    if (!state?.loaded) return;
    const top = state.timeline.ahead.at(-1)?.seq ?? highest(state.timeline) ?? 0;
    if (top < state.head || holeAfter(state.timeline) !== undefined) this.fillHole(chat);
  }

  private vanished(chat: ChatId): void {
    const state = this.chats.peek(chat);
    if (!state) return;
    if (state.known) this.chats.update(chat, (now) => ({ ...now, left: true }));
    else this.chats.forget(chat);
  }
}

function lacksLast(state: ChatState): boolean {
  return !state.loaded && state.head > 0 && state.last?.sender === undefined;
}

function lacksMembers(state: ChatState, me: UserId): boolean {
  if (state.members) return false;
  return state.type === 'direct' ? !state.peer : state.last?.sender === me;
}
