#include <cerrno>
#include <poll.h>
#include <unistd.h>

#include "cli/controller.hpp"
#include "cli/front_end.hpp"
#include "cli/screen.hpp"
#include "cli/signals.hpp"

namespace banter::cli {
namespace {

constexpr std::size_t most_notices = 40;
constexpr int draft_pause_ms = 1'000;  // after the last key, before other devices are told

class FullScreen : public Controller::Listener {
public:
    FullScreen(const ChatOptions& options, const SignedIn& account, client::TokenStore& tokens)
        : options_(options), controller_(account, tokens, *this) {
        signals_.release_this_thread();
    }

    Ending run() {
        Screen screen;
        controller_.start();
        while (!ending_) {
            screen.draw(view());
            if (screen.shows_newest()) controller_.on_seen();
            wait();
            if (ending_) break;
            controller_.mailbox().run_all();
            open_first_chat();
            follow_draft();
            read_keys(screen);
        }
        keep_draft();
        controller_.stop();
        return *ending_;
    }

    void on_notice(const std::string& line) override {
        notices_.push_back(line);
        if (notices_.size() > most_notices) notices_.erase(notices_.begin());
    }
    void on_message(const Message&) override {}
    void on_event(const client::Event& event) override {
        if (const auto* ended = std::get_if<client::Ended>(&event)) ending_ = ending_of(*ended);
        const auto* refused = std::get_if<client::Refused>(&event);
        // Acknowledgements of a chat one has just left are refused, and nobody minds.
        if (refused != nullptr && !refused->ref) on_notice(refused->error.detail);
    }

private:
    Screen::View view() const {
        const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(
            std::chrono::system_clock::now());
        return {.model = controller_.model(),
                .input = input_,
                .notices = notices_,
                .now = now,
                .steady_now = std::chrono::steady_clock::now()};
    }

    void wait() {
        // Something on the screen counts seconds while waiting, and days otherwise.
        const bool counting = controller_.model().phase() == client::Phase::waiting;
        pollfd watched[] = {
            {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
            {.fd = controller_.mailbox().descriptor(), .events = POLLIN, .revents = 0},
            {.fd = signals_.descriptor(), .events = POLLIN, .revents = 0}};
        const int patience = counting ? 250 : draft_is_told() ? 30'000 : draft_pause_ms;
        const int ready = ::poll(watched, 3, patience);
        if (ready == 0) keep_draft();
        if (ready < 0 && errno != EINTR) ending_ = Ending{.failed = true, .message = "poll failed"};
        if (ready <= 0) return;
        const bool terminal_gone = (watched[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
        if (watched[2].revents != 0 || terminal_gone) ending_ = Ending{};
    }

    void open_first_chat() {
        if (!controller_.has_chats() || chose_first_) return;
        chose_first_ = true;
        if (!options_.chat.empty()) {
            controller_.open_named(options_.chat, [this](const client::Result<void>& opened) {
                if (!opened) on_notice(opened.error().detail);
            });
        } else if (const auto first = controller_.model().neighbour(1);
                   first && controller_.model().open_chat() == nullptr) {
            controller_.open(*first);
        }
        controller_.load_previews();
    }

    // ---- the draft of the open chat: the line being written, unless it is a command

    bool draft_is_told() const {
        const auto& text = input_.text();
        return !draft_chat_ || text == draft_told_ || text == "/" || is_command(text);
    }

    void keep_draft() {
        if (draft_is_told()) return;
        draft_told_ = input_.text();
        controller_.keep_draft(*draft_chat_, draft_told_);
    }

    // Another chat has another draft, and another device may have written on.
    void follow_draft() {
        const auto* chat = controller_.model().open_chat();
        if (chat == nullptr) return;
        const bool is_untouched = draft_chat_ == chat->id && input_.text() == draft_told_;
        if (draft_chat_ == chat->id && !is_untouched) return;
        if (is_untouched && chat->kept.draft == draft_told_) return;
        if (!is_untouched) keep_draft();
        // What was typed before any chat was open, or is a command, stays as it is.
        const bool stays = !input_.empty() && (!draft_chat_ || is_command(input_.text()));
        draft_chat_ = chat->id;
        draft_told_ = chat->kept.draft;
        if (!stays) input_.set(draft_told_);
    }

    void read_keys(Screen& screen) {
        for (auto press = screen.read_key(); press.key != Key::none && !ending_;
             press = screen.read_key()) {
            on_key(screen, press);
        }
    }

    void on_key(Screen& screen, const Press& press) {
        if (edit(press)) return;
        const auto& model = controller_.model();
        switch (press.key) {
            case Key::enter:
                on_enter(screen);
                break;
            case Key::next_chat:
                go_to(model.neighbour(1));
                break;
            case Key::previous_chat:
                go_to(model.neighbour(-1));
                break;
            case Key::chat_number: {
                const auto chats = model.chats();
                const auto index = static_cast<std::size_t>(press.number - 1);
                if (index < chats.size()) go_to(chats[index]->id);
                break;
            }
            case Key::page_up:
                if (screen.scroll_pages(view(), -1)) controller_.load_older();
                break;
            case Key::page_down:
                screen.scroll_pages(view(), 1);
                break;
            case Key::escape:
                notices_.clear();
                break;
            case Key::redraw:
                screen.redraw_all();
                break;
            default:
                break;
        }
        if (press.key == Key::end) screen.scroll_to_newest();
    }

    // True when the key was one for the line being written.
    bool edit(const Press& press) {
        const bool had_text = !input_.empty();
        switch (press.key) {
            case Key::text:
            case Key::paste:
                input_.insert(press.text);
                break;
            case Key::new_line:
                input_.insert("\n");
                break;
            case Key::backspace:
                input_.erase_before();
                break;
            case Key::erase:
                input_.erase_at();
                break;
            case Key::erase_word:
                input_.erase_word_before();
                break;
            case Key::erase_to_start:
                input_.erase_to_start();
                break;
            case Key::erase_to_end:
                input_.erase_to_end();
                break;
            default:
                return move_cursor(press.key);
        }
        const bool writes_message =
            !input_.empty() && !is_command(input_.text()) && input_.text() != "/";
        if (writes_message || had_text) controller_.typing(writes_message);
        return true;
    }

    bool move_cursor(Key key) {
        switch (key) {
            case Key::left:
                input_.move_left();
                return true;
            case Key::right:
                input_.move_right();
                return true;
            case Key::word_left:
                input_.move_word_left();
                return true;
            case Key::word_right:
                input_.move_word_right();
                return true;
            case Key::home:
                input_.move_home();
                return true;
            case Key::end:
                // With nothing to move in, it goes to the newest message.
                if (input_.empty()) return false;
                input_.move_end();
                return true;
            case Key::up:
                input_.history_back();
                return true;
            case Key::down:
                input_.history_forward();
                return true;
            default:
                return false;
        }
    }

    void on_enter(Screen& screen) {
        notices_.clear();
        const auto line = input_.take();
        if (line.empty()) {
            screen.scroll_to_newest();
            controller_.reconnect_now();
            return;
        }
        if (!is_command(line)) screen.scroll_to_newest();
        const bool goes_on = controller_.submit(line);
        keep_draft();
        if (goes_on) return;
        const auto waiting = controller_.unacknowledged_sends();
        if (waiting == 0 || asked_to_quit_) {
            ending_ = Ending{};
            return;
        }
        asked_to_quit_ = true;
        on_notice(std::to_string(waiting) +
                  " of your messages are not sent yet; /quit again to "
                  "leave without them.");
    }

    void go_to(const std::optional<ChatId>& chat) {
        if (!chat) return;
        notices_.clear();
        controller_.typing(false);
        controller_.open(*chat);
        follow_draft();
    }

    const ChatOptions& options_;
    Signals signals_;
    Controller controller_;
    InputLine input_;
    std::vector<std::string> notices_;
    std::optional<Ending> ending_;
    std::optional<ChatId> draft_chat_;  // whose draft the line being written is
    std::string draft_told_;            // as the server has it, or is being told
    bool chose_first_ = false;
    bool asked_to_quit_ = false;
};

}  // namespace

Ending run_full_screen(const ChatOptions& options, const SignedIn& account,
                       client::TokenStore& tokens) {
    return FullScreen(options, account, tokens).run();
}

}  // namespace banter::cli
