import { beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/protocol/problem';
import { Drafts } from '../../src/state/drafts';
import { FakeClock } from '../fakes';

describe('Drafts', () => {
  let clock: FakeClock;
  let connected: boolean;
  let told: { text: string; ref: string }[];
  let drafts: Drafts;

  beforeEach(() => {
    clock = new FakeClock();
    connected = true;
    told = [];
    drafts = new Drafts(clock, (_chat, text, ref) => {
      if (connected) told.push({ text, ref });
      return connected;
    });
  });

  const texts = (): string[] => told.map(({ text }) => text);

  it('tells the server once the user pauses', () => {
    drafts.write('a', 'h');
    clock.advance(700);
    drafts.write('a', 'hi');
    clock.advance(799);
    expect(texts()).toEqual([]);
    clock.advance(1);
    expect(texts()).toEqual(['hi']);
    clock.advance(10_000);
    expect(texts()).toEqual(['hi']);
  });

  it('tells at once that a message was sent', () => {
    drafts.write('a', 'hi');
    drafts.sent('a');
    expect(texts()).toEqual(['']);
    clock.advance(10_000);
    expect(texts()).toEqual(['']);
  });

  it('shows what another device writes', () => {
    drafts.arrived('a', 'from the phone', undefined);
    expect(drafts.text('a')).toBe('from the phone');
  });

  it('lets nothing that arrives overwrite what is being typed here', () => {
    drafts.write('a', 'mine');
    drafts.arrived('a', 'theirs', undefined);
    expect(drafts.text('a')).toBe('mine');
    drafts.flush('a');
    drafts.arrived('a', 'theirs', undefined);
    expect(drafts.text('a')).toBe('mine');
    drafts.arrived('a', 'mine', told[0]!.ref);
    drafts.arrived('a', 'theirs, later', undefined);
    expect(drafts.text('a')).toBe('theirs, later');
  });

  it('keeps what was typed after the text that its answer repeats', () => {
    drafts.write('a', 'one');
    drafts.flush('a');
    drafts.write('a', 'one two');
    drafts.arrived('a', 'one', told[0]!.ref);
    expect(drafts.text('a')).toBe('one two');
    drafts.flush('a');
    expect(texts()).toEqual(['one', 'one two']);
  });

  it('tells after a reconnect what the old connection may have lost', () => {
    drafts.write('a', 'unanswered');
    drafts.flush('a');
    connected = false;
    drafts.write('b', 'written offline');
    drafts.flush('b');
    connected = true;
    drafts.synced();
    expect(texts()).toEqual(['unanswered', 'unanswered', 'written offline']);
  });

  it('takes the text of the chat list, unless this page has written meanwhile', () => {
    drafts.listed('a', 'from the list');
    expect(drafts.text('a')).toBe('from the list');
    drafts.write('b', 'mine');
    drafts.flush('b');
    drafts.arrived('b', 'mine', told[0]!.ref);
    drafts.listed('b', 'an older list');
    expect(drafts.text('b')).toBe('mine');
    drafts.synced();
    drafts.listed('b', 'a newer list');
    expect(drafts.text('b')).toBe('a newer list');
  });

  it('keeps a text to itself that is longer than the server takes', () => {
    drafts.write('a', 'ä'.repeat(2049));
    drafts.flush('a');
    expect(texts()).toEqual([]);
    drafts.write('a', 'ä'.repeat(2048));
    drafts.flush('a');
    expect(texts().length).toBe(1);
  });

  it('tries again after a refusal for a while, and not after another', () => {
    const refuse = (code: string): void => {
      const problem = new Problem({ code, title: 'No', status: 429, retry_after_ms: 5000 });
      drafts.refused(told.at(-1)!.ref, problem);
    };
    drafts.write('a', 'hi');
    drafts.flush('a');
    refuse('rate_limited');
    clock.advance(4999);
    expect(told.length).toBe(1);
    clock.advance(1);
    expect(told.length).toBe(2);
    refuse('not_found');
    clock.advance(60_000);
    expect(told.length).toBe(2);
  });
});
