import type { JSX } from 'preact';
import type { ChatState } from '../state/chat-state';
import { muteEnd, muteSpans } from './chat-actions';
import { useMessenger } from './context';
import { Dialog } from './dialog';
import { chatTitle } from './wording';

interface MuteDialogProps {
  state: ChatState;
  onClose: () => void;
}

export function MuteDialog({ state, onClose }: MuteDialogProps): JSX.Element {
  const messenger = useMessenger();
  const mute = (ms: number): void => {
    void messenger.keep(state.chat, { muted_until: muteEnd(ms, Date.now()) });
    onClose();
  };
  return (
    <Dialog title="Mute" onClose={onClose}>
      <p class="dialog-lead">
        {`New messages in “${chatTitle(state, messenger)}” will not ask for your attention.`}
      </p>
      <div class="choices">
        {muteSpans.map(({ label, ms }) => (
          <button key={label} type="button" class="quiet-button" onClick={() => mute(ms)}>
            {label}
          </button>
        ))}
      </div>
    </Dialog>
  );
}
