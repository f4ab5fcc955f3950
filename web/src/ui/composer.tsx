import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Seq } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import { find } from '../state/timeline';
import { Quote } from './bubble';
import { useMessenger } from './context';
import { plural } from './format';
import { Icon } from './icons';

const tallest = 180; // pixels, then the text scrolls

interface ComposerProps {
  state: ChatState;
  replyTo: Signal<Seq | undefined>;
}

export function Composer({ state, replyTo }: ComposerProps): JSX.Element {
  const messenger = useMessenger();
  const { chat } = state;
  const text = messenger.drafts.text(chat);
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => fitHeight(area.current!), [text]);
  useFocus(area, replyTo.value);
  const excess = byteLength(text) - messenger.textBytes.value;
  const submit = (): void => {
    // What was typed since the last rendering counts, too. A lone surrogate is no character: the
    // server would refuse the message for it.
    const words = wellFormed(messenger.drafts.text(chat)).trim();
    if (!words || byteLength(words) > messenger.textBytes.value) return;
    messenger.send(chat, words, replyTo.value);
    replyTo.value = undefined;
    messenger.drafts.sent(chat);
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
        area.current?.focus();
      }}
    >
      {replyTo.value !== undefined && <ReplyLine state={state} replyTo={replyTo} />}
      {excess > 0 && (
        <p class="form-error" role="alert">
          {`This message is too long by ${plural(excess, 'byte', 'bytes')}.`}
        </p>
      )}
      <div class="composer-line">
        <textarea
          ref={area}
          rows={1}
          value={text}
          placeholder="Write a message"
          aria-label="Message"
          dir="auto"
          enterkeyhint="send"
          onInput={(event) => {
            messenger.drafts.write(chat, event.currentTarget.value);
            if (event.currentTarget.value) messenger.typingReporter.typed(chat);
            else messenger.typingReporter.stop();
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') replyTo.value = undefined;
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
        <button
          type="submit"
          class="send-button"
          aria-label="Send"
          disabled={!text.trim() || excess > 0}
        >
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}

function ReplyLine({ state, replyTo }: ComposerProps): JSX.Element {
  return (
    <div class="reply-line">
      <Quote message={find(state.timeline, replyTo.value!)} />
      <button
        type="button"
        class="icon-button"
        aria-label="Do not reply"
        onClick={() => {
          replyTo.value = undefined;
        }}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

// With a keyboard at hand the text field has the focus; on a phone that would raise the keys.
function useFocus(area: { current: HTMLTextAreaElement | null }, replyTo: Seq | undefined): void {
  useEffect(() => {
    const finger = window.matchMedia?.('(pointer: coarse)').matches;
    if (!finger || replyTo !== undefined) area.current?.focus();
  }, [replyTo]);
}

function fitHeight(area: HTMLTextAreaElement): void {
  area.style.height = 'auto';
  area.style.height = `${Math.min(area.scrollHeight, tallest)}px`;
  area.classList.toggle('scrolls', area.scrollHeight > tallest);
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
