import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { MessageReceipt, Seq } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import { explain } from '../state/notices';
import { find } from '../state/timeline';
import { Avatar } from './avatar';
import { Quote } from './bubble';
import { useMessenger } from './context';
import { Dialog } from './dialog';
import { FormError } from './form-error';
import { fullTime, momentOf } from './format';
import { Ticks } from './ticks';
import { nameOf } from './wording';

interface MessageInfoProps {
  state: ChatState;
  seq: Seq;
  onClose: () => void;
}

// Who received and who read one message, and when.
export function MessageInfo({ state, seq, onClose }: MessageInfoProps): JSX.Element {
  const messenger = useMessenger();
  const receipts = useSignal<readonly MessageReceipt[] | undefined>(undefined);
  const failure = useSignal('');
  // Loaded anew while it is open, whenever somebody's marks move.
  useEffect(() => {
    let current = true;
    messenger.api.receipts(state.chat, seq).then(
      (list) => {
        if (current) receipts.value = list;
      },
      (problem: unknown) => {
        if (current) failure.value = explain(problem);
      },
    );
    return () => {
      current = false;
    };
  }, [state.chat, seq, state.marks]);
  return (
    <Dialog title="Message info" onClose={onClose}>
      <Quote message={find(state.timeline, seq)} />
      <FormError text={failure.value} />
      {receipts.value && <Sections receipts={receipts.value} />}
    </Dialog>
  );
}

function Sections({ receipts }: { receipts: readonly MessageReceipt[] }): JSX.Element {
  const messenger = useMessenger();
  const others = receipts.filter(({ user }) => user !== messenger.myId);
  const read = others.filter(({ read_at }) => read_at);
  const delivered = others.filter(({ read_at, delivered_at }) => !read_at && delivered_at);
  const waiting = others.filter(({ read_at, delivered_at }) => !read_at && !delivered_at);
  return (
    <>
      <Section title="Read by" tick="read" list={read} />
      <Section title="Delivered to" tick="delivered" list={delivered} />
      <Section title="Not yet delivered to" tick="sent" list={waiting} />
      {others.length === 0 && <p class="list-hint">Nobody else was here.</p>}
    </>
  );
}

interface SectionProps {
  title: string;
  tick: 'read' | 'delivered' | 'sent';
  list: readonly MessageReceipt[];
}

function Section({ title, tick, list }: SectionProps): JSX.Element | null {
  const messenger = useMessenger();
  if (list.length === 0) return null;
  return (
    <section class="settings-group" aria-label={title}>
      <h3 class="with-ticks">
        <Ticks tick={tick} />
        {`${title} ${list.length}`}
      </h3>
      <ul class="people">
        {list.map(({ user, delivered_at, read_at }) => (
          <li key={user} class="member-row">
            <Avatar id={user} name={messenger.people.name(user)} size="small" />
            <span class="person-names">
              <strong dir="auto">{nameOf(user, messenger)}</strong>
              {read_at && <Moment verb="read" at={read_at} />}
              {delivered_at && <Moment verb="delivered" at={delivered_at} />}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Moment({ verb, at }: { verb: string; at: string }): JSX.Element {
  return (
    <small>
      {verb}{' '}
      <time dateTime={at} title={fullTime(at)}>
        {momentOf(at)}
      </time>
    </small>
  );
}
