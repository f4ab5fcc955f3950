import { describe, expect, it } from 'vitest';
import { Outbox } from '../../src/state/outbox';
import { pending } from '../fakes';

describe('Outbox', () => {
  it('has after a reload what was put in, in order, of this user alone', async () => {
    const outbox = await Outbox.open();
    for (const id of ['z', 'y', 'x']) await outbox.put(pending(id, 'a'));
    await outbox.put({ ...pending('w', 'a'), user: 'other' });
    await outbox.put({ ...pending('z', 'a'), failed: 'No.' });
    await outbox.remove('y');
    const again = await Outbox.open();
    const found = await again.of('1');
    expect(found.map((send) => send.client_id)).toEqual(['z', 'x']);
    expect(found[0]).toEqual({ ...pending('z', 'a'), failed: 'No.' });
    await again.clear('1');
    expect(await again.of('1')).toEqual([]);
    expect((await again.of('other')).length).toBe(1);
  });
});
