#include <array>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <poll.h>
#include <unistd.h>

#include "cli/controller.hpp"
#include "cli/conversation.hpp"
#include "cli/front_end.hpp"
#include "cli/local_time.hpp"
#include "cli/signals.hpp"
#include "cli/text.hpp"

namespace banter::cli {
namespace {

class Plain : public Controller::Listener {
public:
    Plain(const ChatOptions& options, const SignedIn& account, client::TokenStore& tokens)
        : options_(options), controller_(account, tokens, *this) {
        signals_.release_this_thread();
    }

    Ending run() {
        controller_.start();
        while (!ending_) {
            wait();
            if (ending_) break;
            controller_.mailbox().run_all();
            open_target();
            print_waiting();
            send_lines();
            finish_if_done();
        }
        controller_.stop();
        return *ending_;
    }

    void on_notice(const std::string& line) override { note(line); }

    void on_message(const Message& message) override { waiting_.push_back(message); }

    void on_event(const client::Event& event) override {
        if (const auto* ended = std::get_if<client::Ended>(&event)) ending_ = ending_of(*ended);
        if (const auto* failed = std::get_if<client::SendFailed>(&event)) {
            note("not sent: " + failed->error.detail);
            something_failed_ = true;
        }
        const auto* phase = std::get_if<client::PhaseChanged>(&event);
        if (phase == nullptr) return;
        const bool worth_telling =
            phase->phase == client::Phase::live || phase->phase == client::Phase::waiting;
        if (!worth_telling) return;
        note(connection_state(controller_.model(), std::chrono::steady_clock::now()));
    }

private:
    // Anything but messages goes to standard error.
    static void note(const std::string& line) {
        std::fprintf(stderr, "-- %s\n", harmless(line).c_str());
    }

    void wait() {
        const bool may_send = target_open_ || options_.chat.empty();
        const short wanted = may_send && !input_ended_ ? POLLIN : 0;
        pollfd watched[] = {
            {.fd = wanted != 0 ? STDIN_FILENO : -1, .events = wanted, .revents = 0},
            {.fd = controller_.mailbox().descriptor(), .events = POLLIN, .revents = 0},
            {.fd = signals_.descriptor(), .events = POLLIN, .revents = 0}};
        const int ready = ::poll(watched, 3, -1);
        if (ready < 0 && errno != EINTR) ending_ = Ending{.failed = true, .message = "poll failed"};
        if (ready <= 0) return;
        if (watched[2].revents != 0) ending_ = Ending{};
        if (watched[0].revents != 0) read_input();
    }

    void read_input() {
        std::array<char, 4096> bytes{};
        const auto length = ::read(STDIN_FILENO, bytes.data(), bytes.size());
        if (length < 0 && errno == EINTR) return;
        if (length <= 0) {
            input_ended_ = true;
            if (!input_.empty()) input_ += '\n';
            return;
        }
        input_.append(bytes.data(), static_cast<std::size_t>(length));
    }

    void open_target() {
        const bool live = controller_.model().phase() == client::Phase::live;
        if (options_.chat.empty() || target_open_ || opening_ || !live) return;
        opening_ = true;
        controller_.open_named(options_.chat, [this](const client::Result<void>& opened) {
            opening_ = false;
            target_open_ = opened.has_value();
            const bool refused = !opened && opened.error().kind == client::Error::Kind::refused;
            if (refused) ending_ = Ending{.failed = true, .message = opened.error().detail};
        });
    }

    void send_lines() {
        for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
            const auto line = input_.substr(0, end);
            input_.erase(0, end + 1);
            if (!controller_.submit(line)) {
                ending_ = Ending{};
                return;
            }
        }
    }

    // A message waits for the names of its sender and its chat; none overtakes another.
    void print_waiting() {
        const auto& model = controller_.model();
        bool printed = false;
        while (!waiting_.empty()) {
            const auto& message = waiting_.front();
            const auto* chat = model.find(message.chat);
            const bool is_named =
                chat != nullptr && chat->is_known && model.user(message.sender) != nullptr;
            const bool is_wanted = options_.chat.empty() || model.open_chat() == chat;
            if (!is_named || (!options_.chat.empty() && !target_open_)) break;
            if (is_wanted) print(*chat, message);
            printed = printed || is_wanted;
            waiting_.pop_front();
        }
        if (!printed) return;
        std::fflush(stdout);
        controller_.on_seen();
    }

    void print(const Chat& chat, const Message& message) {
        const auto& model = controller_.model();
        if (message.sender == model.self().id && !message.event) return;
        auto line = date_time(message.at) + " [" + model.title_of(chat) + "] ";
        if (message.event) {
            line += "* " + model.describe(message);
        } else {
            line += model.name_of(message.sender) + ": ";
            if (message.kind != "text") line += "[" + harmless(message.kind) + "] ";
            line += harmless(message.text);
        }
        std::puts(line.c_str());
    }

    void finish_if_done() {
        if (ending_ || !input_ended_ || controller_.unacknowledged_sends() > 0) return;
        // What has come in the meantime is printed first, unless the server is out of reach.
        const auto phase = controller_.model().phase();
        const bool knows_all = phase == client::Phase::live || phase == client::Phase::waiting;
        if (!knows_all || controller_.is_busy() || !waiting_.empty()) return;
        ending_ = Ending{.failed = something_failed_, .message = ""};
    }

    const ChatOptions& options_;
    Signals signals_;
    Controller controller_;
    std::deque<Message> waiting_;
    std::string input_;
    std::optional<Ending> ending_;
    bool input_ended_ = false;
    bool target_open_ = false;
    bool opening_ = false;
    bool something_failed_ = false;
};

}  // namespace

Ending run_plain(const ChatOptions& options, const SignedIn& account, client::TokenStore& tokens) {
    return Plain(options, account, tokens).run();
}

}  // namespace banter::cli
