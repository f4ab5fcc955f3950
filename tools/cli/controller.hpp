#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/mailbox.hpp"
#include "cli/model.hpp"
#include "cli/requests.hpp"
#include "cli/sign_in.hpp"
#include "client/session.hpp"
#include "client/system_random.hpp"

namespace banter::cli {

// What happens behind the screen: keeps the model up to date from the session's events and the
// HTTP API, and carries out what the user asks for. Belongs to the thread that runs mailbox().
class Controller : private Commands::Host {
public:
    // Told of what happens, each message once.
    struct Listener {
        virtual ~Listener() = default;
        virtual void on_notice(const std::string& line) = 0;    // a sentence for the user
        virtual void on_message(const Message& message) = 0;    // each once, after the model
        virtual void on_event(const client::Event& event) = 0;  // every event, after the model
    };

    Controller(const SignedIn& account, client::TokenStore& tokens, Listener& listener);
    ~Controller() override;

    void start();
    void stop();

    Mailbox& mailbox() { return mailbox_; }
    const Model& model() const { return model_; }

    void open(const ChatId& chat);
    // Opens what a username, #title or chat id names, and tells how that went.
    using Opened = std::function<void(const client::Result<void>&)>;
    void open_named(const std::string& name, Opened then);
    // A message for the open chat, or a command. False: the user wants to quit.
    bool submit(const std::string& line);
    void typing(bool on);
    // What the user has begun to write in `chat`.
    void keep_draft(const ChatId& chat, std::string text);
    // Asks who wrote the newest message of the groups first in the list.
    void load_previews();
    void load_older();
    // The open chat is shown down to its newest message.
    void on_seen();
    void reconnect_now() { session_->reconnect_now(); }
    std::size_t unacknowledged_sends() const { return unacknowledged_sends_; }
    // Something the user asked for is still on its way to the server.
    bool is_busy() const { return requests_.is_busy(); }
    // The list of chats has come.
    bool has_chats() const { return chats_loaded_; }

private:
    void handle(const client::Event& event);
    void handle_phase(const client::PhaseChanged& change);
    void fetch_what_is_missing();
    void take_user(UserId id, client::Result<client::User> found);
    void take_chat(const ChatId& id, const client::Result<client::ChatSummary>& found);
    void load_self();
    void load_chats(std::string after);
    void load_members(const ChatId& chat);
    void load_newest(const ChatId& chat);
    void reload_open_chat();
    void take_page(const ChatId& chat, const client::Result<client::Page<Message>>& page,
                   bool older);
    void load_requests(const ChatId& chat);
    void handle_request(const client::RequestChange& request);
    void send(const std::string& text);
    // Commands::Host
    void show(const client::ChatSummary& chat) override;
    void notice(std::string line) override { listener_.on_notice(line); }
    void open_chat(const std::string& name) override;

    Mailbox mailbox_;
    Model model_;
    Listener& listener_;
    client::SystemRandom random_;
    client::TokenKeeper keeper_;
    std::unique_ptr<client::Session> session_;
    std::size_t unacknowledged_sends_ = 0;
    bool loading_older_ = false;
    bool chats_loaded_ = false;
    bool stopped_ = false;
    Requests requests_;
    Commands commands_;
};

}  // namespace banter::cli
