#include "cli/controller.hpp"

#include <sys/utsname.h>

#include "cli/lookup.hpp"
#include "cli/text.hpp"

namespace banter::cli {
namespace {

constexpr std::size_t page_size = 50;

std::string platform() {
    utsname system{};
    return ::uname(&system) == 0 ? std::string(system.sysname) : "unknown";
}

}  // namespace

Controller::Controller(const SignedIn& account, client::TokenStore& tokens, Listener& listener)
    : listener_(listener), keeper_(account.server, tokens), http_(account.server, keeper_) {
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
    http_.cancel();
    keeper_.cancel();
    worker_.stop();
    session_->stop();
}

template <class Request, class Done>
void Controller::ask(Request request, Done done) {
    ++requests_under_way_;
    worker_.post([this, request = std::move(request), done = std::move(done)]() mutable {
        auto result = request(http_);
        mailbox_.post([this, done = std::move(done), result = std::move(result)]() mutable {
            --requests_under_way_;
            done(std::move(result));
        });
    });
}

template <class Request>
void Controller::command(Request request) {
    ask(std::move(request), [this](const auto& result) {
        if (!result) notice(result.error().detail);
    });
}

// ---- events of the session

void Controller::handle(const client::Event& event) {
    if (const auto* message = std::get_if<Message>(&event)) {
        if (model_.on_message(*message)) listener_.on_message(*message);
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
    if (change.phase == client::Phase::live) reload_open_chat();
}

void Controller::fetch_what_is_missing() {
    for (const auto user : model_.take_unknown_users()) {
        ask([user](client::HttpClient& http) { return http.user(user); },
            [this, user](client::Result<client::User> found) {
                take_user(user, std::move(found));
            });
    }
    for (const auto& chat : model_.take_unknown_chats()) {
        ask([chat](client::HttpClient& http) { return http.chat(chat); },
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

// ---- loading

void Controller::load_self() {
    ask([](client::HttpClient& http) { return http.me(); },
        [this](client::Result<client::User> self) {
            if (self) model_.set_self(std::move(*self));
        });
}

void Controller::load_chats(std::string after) {
    ask([after = std::move(after)](client::HttpClient& http) { return http.chats(after); },
        [this](const client::Result<client::Page<client::ChatSummary>>& page) {
            if (!page) {
                notice(page.error().detail);
                return;
            }
            for (const auto& chat : page->items)
                model_.put_chat(chat);
            fetch_what_is_missing();
            if (!page->next.empty() && !page->items.empty()) {
                load_chats(page->next);
                return;
            }
            chats_loaded_ = true;
        });
}

void Controller::load_members(const ChatId& chat) {
    ask([chat](client::HttpClient& http) { return http.members(chat); },
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
    ask([chat](client::HttpClient& http) { return http.history(chat, {.limit = page_size}); },
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
    ask(
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
    ask([name](client::HttpClient& http) { return find_chat(http, name); },
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
    run(command);
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
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto client_id = session_->send_text(chat->id, text);
    ++unacknowledged_sends_;
    model_.add_outgoing(chat->id, client_id, text, now);
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

// ---- commands

void Controller::run(const Command& command) {
    const auto wants = [&](std::string_view name, std::size_t arguments) {
        return command.name == name && command.arguments.size() >= arguments;
    };
    if (wants("dm", 1)) {
        open_named(command.arguments[0], [this](const client::Result<void>& opened) {
            if (!opened) notice(opened.error().detail);
        });
    } else if (wants("group", 1)) {
        make_group(command);
    } else if (wants("add", 1) || wants("remove", 1)) {
        change_members(command, command.name == "add");
    } else if (command.name == "leave") {
        leave();
    } else if (command.name == "who") {
        tell_who();
    } else if (command.name == "help") {
        for (const auto& line : command_help())
            notice(line);
    } else {
        notice("There is no such command, or it lacks something: /" + harmless(command.name) +
               ". Try /help.");
    }
}

void Controller::make_group(const Command& command) {
    const auto title = command.arguments.front();
    const std::vector<std::string> names(command.arguments.begin() + 1, command.arguments.end());
    const ClientId client_id{random_.uuid()};
    ask(
        [title, names, client_id](client::HttpClient& http) -> client::Result<client::ChatSummary> {
            const auto members = find_users(http, names);
            if (!members) return std::unexpected(members.error());
            return http.create_group(title, *members, client_id);
        },
        [this](const client::Result<client::ChatSummary>& chat) {
            if (chat) {
                show(*chat);
            } else {
                notice(chat.error().detail);
            }
        });
}

const Chat* Controller::open_group() {
    const auto* chat = model_.open_chat();
    if (chat != nullptr && !chat->is_direct) return chat;
    notice("This is not a group.");
    return nullptr;
}

void Controller::change_members(const Command& given, bool add) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    command([id = chat->id, names = given.arguments,
             add](client::HttpClient& http) -> client::Result<void> {
        const auto users = find_users(http, names);
        if (!users) return std::unexpected(users.error());
        if (add) return http.add_members(id, *users);
        for (const auto user : *users) {
            const auto removed = http.remove_member(id, user);
            if (!removed) return removed;
        }
        return {};
    });
}

void Controller::leave() {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    command([id = chat->id, self = model_.self().id](client::HttpClient& http) {
        return http.remove_member(id, self);
    });
}

void Controller::tell_who() {
    const auto* chat = model_.open_chat();
    if (chat == nullptr) return;
    for (const auto& [id, member] : chat->members) {
        auto line = model_.name_of(id);
        if (const auto* user = model_.user(id)) line += " (" + harmless(user->username) + ")";
        if (!chat->is_direct) line += ", " + member.role;
        if (id == model_.self().id) {
            line += ", you";
        } else if (const auto* presence = model_.presence_of(id)) {
            line += ", " + harmless(presence->status);
        }
        if (id != model_.self().id && member.read >= chat->head) line += ", has read everything";
        notice(line);
    }
}

}  // namespace banter::cli
