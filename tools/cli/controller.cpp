#include "cli/controller.hpp"

#include <sys/utsname.h>

#include "cli/lookup.hpp"
#include "cli/text.hpp"

namespace banter::cli {
namespace {

constexpr std::size_t page_size = 50;
constexpr std::size_t most_previews = 20;

std::string platform() {
    utsname system{};
    return ::uname(&system) == 0 ? std::string(system.sysname) : "unknown";
}

}  // namespace

Controller::Controller(const SignedIn& account, client::TokenStore& tokens, Listener& listener)
    : listener_(listener),
      keeper_(account.server, tokens),
      requests_(account.server, keeper_, mailbox_),
      commands_(model_, requests_, random_, *this) {
    client::User self;
    self.id = account.session.user;
    self.username = account.session.username;
    model_.set_self(std::move(self));
    client::Session::Options options{.server = account.server, .protocol = {}};
    options.protocol.client = "banter-terminal";
    options.protocol.platform = platform();
    session_ = std::make_unique<client::Session>(
        std::move(options), keeper_, random_,
        [this](const client::Event& event) { mailbox_.post([this, event] { handle(event); }); });
}

Controller::~Controller() {
    stop();
}

void Controller::start() {
    session_->start();
}

void Controller::stop() {
    if (stopped_) return;
    stopped_ = true;
    keeper_.cancel();
    requests_.stop();
    session_->stop();
}

// ---- events of the session

void Controller::handle(const client::Event& event) {
    if (const auto* message = std::get_if<Message>(&event)) {
        // The session tells each message once; the history may have shown it to the model before.
        model_.on_message(*message);
        listener_.on_message(*message);
    } else if (const auto* sent = std::get_if<client::MessageSent>(&event)) {
        --unacknowledged_sends_;
        model_.on_sent(sent->sent);
    } else if (const auto* failed = std::get_if<client::SendFailed>(&event)) {
        --unacknowledged_sends_;
        model_.on_failed(*failed);
    } else if (const auto* receipt = std::get_if<client::Receipt>(&event)) {
        model_.on_receipt(*receipt);
    } else if (const auto* presence = std::get_if<client::Presence>(&event)) {
        model_.put_presence(*presence);
    } else if (const auto* typing = std::get_if<client::Typing>(&event)) {
        model_.on_typing(*typing);
    } else if (const auto* change = std::get_if<client::ChatChange>(&event)) {
        model_.on_chat_change(*change);
    } else if (const auto* state = std::get_if<client::StateChanged>(&event)) {
        model_.on_state(*state);
    } else if (const auto* request = std::get_if<client::RequestChange>(&event)) {
        handle_request(*request);
    } else if (const auto* phase = std::get_if<client::PhaseChanged>(&event)) {
        handle_phase(*phase);
    } else if (const auto* gap = std::get_if<client::Gap>(&event)) {
        model_.on_gap(*gap);
    }
    fetch_what_is_missing();
    listener_.on_event(event);
}

void Controller::handle_phase(const client::PhaseChanged& change) {
    model_.on_phase(change, std::chrono::steady_clock::now());
    if (change.phase == client::Phase::catching_up && !chats_loaded_) {
        load_self();
        load_chats("");
    }
    if (change.phase != client::Phase::live) return;
    // How chats are kept, and requests, may have changed while away.
    if (chats_loaded_) load_chats("");
    reload_open_chat();
}

void Controller::fetch_what_is_missing() {
    for (const auto user : model_.take_unknown_users()) {
        requests_.ask([user](client::HttpClient& http) { return http.user(user); },
                      [this, user](client::Result<client::User> found) {
                          take_user(user, std::move(found));
                      });
    }
    for (const auto& chat : model_.take_unknown_chats()) {
        requests_.ask([chat](client::HttpClient& http) { return http.chat(chat); },
                      [this, chat](const client::Result<client::ChatSummary>& found) {
                          take_chat(chat, found);
                      });
    }
    auto unwatched = model_.take_unwatched_users();
    if (!unwatched.empty()) session_->watch(std::move(unwatched));
}

void Controller::take_user(UserId id, client::Result<client::User> found) {
    if (found) {
        model_.put_user(std::move(*found));
    } else if (found.error().kind == client::Error::Kind::refused) {
        // Gone: a name that says so ends the waiting for one.
        model_.put_user({.id = id, .username = "", .display_name = model_.name_of(id), .role = ""});
    } else {
        model_.ask_again_for(id);
    }
}

void Controller::take_chat(const ChatId& id, const client::Result<client::ChatSummary>& found) {
    if (found) {
        model_.put_chat(*found);
        fetch_what_is_missing();
    } else if (found.error().kind == client::Error::Kind::refused) {
        model_.put_left_chat(id);
    } else {
        model_.ask_again_for(id);
    }
}

void Controller::handle_request(const client::RequestChange& request) {
    model_.on_request(request);
    if (request.user == model_.self().id) {
        if (request.status == "refused") notice("Your request to join a group was refused.");
        return;
    }
    const auto* chat = model_.find(request.chat);
    if (request.status != "open" || chat == nullptr) return;
    requests_.ask([user = request.user](client::HttpClient& http) { return http.user(user); },
                  [this, title = model_.title_of(*chat)](const client::Result<client::User>& user) {
                      if (!user) return;
                      notice(harmless(user->display_name) + " asks to be let into #" + title +
                             ": /accept " + harmless(user->username) + " there, or /refuse.");
                  });
}

// ---- loading

void Controller::load_self() {
    requests_.ask([](client::HttpClient& http) { return http.me(); },
                  [this](client::Result<client::User> self) {
                      if (self) model_.set_self(std::move(*self));
                  });
}

void Controller::load_chats(std::string after) {
    requests_.ask(
        [after = std::move(after)](client::HttpClient& http) { return http.chats(after); },
        [this](const client::Result<client::Page<client::ChatSummary>>& page) {
            if (!page) {
                notice(page.error().detail);
                return;
            }
            for (const auto& chat : page->items) {
                model_.put_chat(chat);
                const bool decides = chat.join_approval && chat.role != "member";
                if (decides) load_requests(chat.id);
            }
            fetch_what_is_missing();
            if (!page->next.empty() && !page->items.empty()) {
                load_chats(page->next);
                return;
            }
            chats_loaded_ = true;
        });
}

void Controller::load_requests(const ChatId& chat) {
    requests_.ask([chat](client::HttpClient& http) { return http.requests(chat); },
                  [this, chat](const client::Result<std::vector<client::JoinRequest>>& asking) {
                      if (asking) model_.put_requests(chat, *asking);
                  });
}

void Controller::load_previews() {
    std::size_t asked = 0;
    for (const auto* chat : model_.chats()) {
        const bool lacks = !chat->is_direct && !chat->preview_sender && chat->head > Seq{};
        if (!lacks || !chat->messages.empty()) continue;
        if (++asked > most_previews) break;
        requests_.ask(
            [id = chat->id](client::HttpClient& http) { return http.history(id, {.limit = 1}); },
            [this, id = chat->id](const client::Result<client::Page<Message>>& page) {
                if (!page || page->items.empty()) return;
                model_.put_newest(id, page->items.front());
                fetch_what_is_missing();
            });
    }
}

void Controller::load_members(const ChatId& chat) {
    requests_.ask([chat](client::HttpClient& http) { return http.members(chat); },
                  [this, chat](const client::Result<std::vector<client::Member>>& members) {
                      if (!members) return;
                      model_.put_members(chat, *members);
                      fetch_what_is_missing();
                  });
}

void Controller::take_page(const ChatId& chat, const client::Result<client::Page<Message>>& page,
                           bool older) {
    if (!page) {
        notice(page.error().detail);
        return;
    }
    model_.put_history(chat, page->items, older);
    fetch_what_is_missing();
}

void Controller::load_newest(const ChatId& chat) {
    requests_.ask(
        [chat](client::HttpClient& http) { return http.history(chat, {.limit = page_size}); },
        [this, chat](const client::Result<client::Page<Message>>& page) {
            take_page(chat, page, false);
        });
}

void Controller::load_older() {
    const auto* chat = model_.open_chat();
    if (chat == nullptr || loading_older_ || chat->history_complete) return;
    const auto newest = model_.newest_messages(*chat);
    if (newest.empty()) return;
    loading_older_ = true;
    const auto before = newest.front()->seq;
    requests_.ask(
        [id = chat->id, before](client::HttpClient& http) {
            return http.history(id, {.before = before, .after = {}, .limit = page_size});
        },
        [this, id = chat->id](const client::Result<client::Page<Message>>& page) {
            loading_older_ = false;
            take_page(id, page, true);
        });
}

void Controller::reload_open_chat() {
    const auto* chat = model_.open_chat();
    if (chat == nullptr) return;
    load_newest(chat->id);
    load_members(chat->id);
}

// ---- what the user asks for

void Controller::open(const ChatId& chat) {
    const auto* before = model_.find(chat);
    const bool is_first = before == nullptr || before->messages.empty() || !before->members_loaded;
    model_.open(chat);
    if (is_first) reload_open_chat();
    fetch_what_is_missing();
}

void Controller::show(const client::ChatSummary& chat) {
    model_.put_chat(chat);
    open(chat.id);
}

void Controller::open_named(const std::string& name, Opened then) {
    requests_.ask([name](client::HttpClient& http) { return find_chat(http, name); },
                  [this, then = std::move(then)](const client::Result<client::ChatSummary>& chat) {
                      if (!chat) {
                          then(std::unexpected(chat.error()));
                          return;
                      }
                      show(*chat);
                      then({});
                  });
}

bool Controller::submit(const std::string& line) {
    if (line.empty()) return true;
    if (!is_command(line)) {
        send(message_of(line));
        return true;
    }
    const auto command = parse_command(line);
    if (command.name == "quit" || command.name == "exit") return false;
    commands_.run(command);
    return true;
}

void Controller::send(const std::string& text) {
    const auto* chat = model_.open_chat();
    if (chat == nullptr) {
        notice("Open a chat first: /dm USER.");
        return;
    }
    if (chat->is_left) {
        notice("You are no longer a member of this group.");
        return;
    }
    if (!chat->may_write()) {
        notice("Only admins may write in this group.");
        return;
    }
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto client_id = session_->send_text(chat->id, text);
    ++unacknowledged_sends_;
    model_.add_outgoing(chat->id, client_id, text, now);
}

void Controller::open_chat(const std::string& name) {
    open_named(name, [this](const client::Result<void>& opened) {
        if (!opened) notice(opened.error().detail);
    });
}

void Controller::keep_draft(const ChatId& chat, std::string text) {
    session_->keep_draft(chat, text);
    model_.set_draft(chat, std::move(text));
}

void Controller::typing(bool on) {
    if (const auto* chat = model_.open_chat()) session_->typing(chat->id, on);
}

void Controller::on_seen() {
    if (model_.phase() != client::Phase::live) return;
    const auto* chat = model_.open_chat();
    if (chat == nullptr) return;
    const auto id = chat->id;
    if (const auto mark = model_.see_open_chat()) session_->read(id, *mark);
}

}  // namespace banter::cli
