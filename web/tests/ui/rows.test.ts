import { describe, expect, it } from 'vitest';
import { rowsOf, type Row } from '../../src/ui/rows';
import { me, message, pending } from '../fakes';

const kinds = (rows: Row[]): string[] => rows.map((row) => row.kind);

describe('rowsOf', () => {
  it('puts a line before each new day', () => {
    const rows = rowsOf(
      [
        message('a', 1, { at: '2026-05-01T12:00:00.000Z' }),
        message('a', 2, { at: '2026-05-03T12:00:00.000Z' }),
      ],
      [],
      me,
      undefined,
    );
    expect(kinds(rows)).toEqual(['day', 'bubble', 'day', 'bubble']);
  });

  it('groups what one person says in a row', () => {
    const rows = rowsOf(
      [message('a', 1), message('a', 2), message('a', 3, { sender: '3' })],
      [],
      me,
      undefined,
    );
    const bubbles = rows.filter((row) => row.kind === 'bubble');
    expect(bubbles.map((row) => [row.starts, row.ends])).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ]);
  });

  it('puts one divider before the first unread message of somebody else', () => {
    const messages = [message('a', 1), message('a', 2, { sender: me }), message('a', 3)];
    expect(kinds(rowsOf(messages, [], me, 1))).toEqual([
      'day',
      'bubble',
      'bubble',
      'unread',
      'bubble',
    ]);
  });

  it('shows events, and nothing for kinds it does not know', () => {
    const messages = [
      message('a', 1, { kind: 'event', event: { change: 'title', title: 'x' } }),
      message('a', 2, { kind: 'reaction' }),
    ];
    expect(kinds(rowsOf(messages, [], me, undefined))).toEqual(['day', 'event']);
  });

  it('keeps the key of a message from the queue to the server', () => {
    const queued = rowsOf([], [pending('x', 'a')], me, undefined);
    const accepted = rowsOf([message('a', 1, { client_id: 'x', sender: me })], [], me, undefined);
    expect(queued.at(-1)?.key).toBe(accepted.at(-1)?.key);
  });
});
