import type { JSX } from 'preact';
import { useMessenger } from './context';
import { MessageInfo } from './message-info';
import { MuteDialog } from './mute-dialog';
import { closeOverlay, overlay } from './overlays';
import { ReportDialog } from './report-dialog';

// The dialog that was asked for, above everything else.
export function OverlayView(): JSX.Element | null {
  const { chats } = useMessenger();
  const wanted = overlay.value;
  const state = wanted && chats.get(wanted.chat);
  if (!wanted || !state) return null;
  switch (wanted.kind) {
    case 'mute':
      return <MuteDialog state={state} onClose={closeOverlay} />;
    case 'message-info':
      return <MessageInfo state={state} seq={wanted.seq} onClose={closeOverlay} />;
    case 'report':
      return (
        <ReportDialog state={state} user={wanted.user} seq={wanted.seq} onClose={closeOverlay} />
      );
  }
}
