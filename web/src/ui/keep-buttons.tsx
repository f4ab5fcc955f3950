import type { JSX } from 'preact';
import { isMuted, type ChatState } from '../state/chat-state';
import { isForGood, keepActions } from './chat-actions';
import { useMessenger } from './context';
import { untilMoment } from './format';
import { Icon } from './icons';

// Pin, mute and archive, and until when the chat is muted.
export function KeepButtons({ state }: { state: ChatState }): JSX.Element {
  const messenger = useMessenger();
  const until = state.kept.muted_until;
  const muted = isMuted(state, messenger.chats.now.value);
  return (
    <>
      <div class="button-row">
        {keepActions(state, messenger).map(({ label, icon, run }) => (
          <button key={label} type="button" class="quiet-button" onClick={run}>
            <Icon name={icon} />
            {label}
          </button>
        ))}
      </div>
      {muted && until && (
        <p class="dialog-lead centred">
          {isForGood(until) ? 'Muted for good' : `Muted until ${untilMoment(until)}`}
        </p>
      )}
    </>
  );
}
