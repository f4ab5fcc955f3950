#include <algorithm>

#include "cli/commands.hpp"
#include "cli/lookup.hpp"
#include "cli/text.hpp"

namespace banter::cli {
namespace {

using client::HttpClient;
using client::Result;

constexpr std::size_t most_copied = 10;  // messages of a person that go along as evidence

// The user of that name, then `act(http, id)`.
template <class Act>
auto with_user(std::string name, Act act) {
    return [name = std::move(name), act](HttpClient& http) -> Result<void> {
        const auto user = find_user(http, name);
        if (!user) return std::unexpected(user.error());
        return act(http, user->id);
    };
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

}  // namespace

void Commands::show_list(std::string_view title, const std::vector<client::User>& users) {
    if (users.empty()) notice(std::string(title) + ": nobody.");
    for (const auto& user : users)
        notice(harmless(user.display_name) + " (" + harmless(user.username) + ")");
}

void Commands::contact(const Command& command) {
    if (command.arguments.empty()) {
        fetch([](HttpClient& http) { return http.contacts(); },
              [this](const auto& users) { show_list("Contacts", users); });
        return;
    }
    const auto& what = command.arguments[0];
    if (command.arguments.size() < 2 || !is_one_of(what, {"add", "remove"})) {
        notice("It is /contact, /contact add USER or /contact remove USER.");
        return;
    }
    const bool add = what == "add";
    call(with_user(command.arguments[1],
                   [add](HttpClient& http, UserId user) {
                       return add ? http.add_contact(user) : http.remove_contact(user);
                   }),
         add ? "Added to your contacts." : "No longer a contact.");
}

void Commands::block(const Command& command) {
    if (command.arguments.empty()) {
        fetch([](HttpClient& http) { return http.blocks(); },
              [this](const auto& users) { show_list("Blocked", users); });
        return;
    }
    call(with_user(command.arguments[0],
                   [](HttpClient& http, UserId user) { return http.block(user); }),
         "Blocked: neither of you can write to the other.");
}

void Commands::unblock(const Command& command) {
    call(with_user(command.arguments[0],
                   [](HttpClient& http, UserId user) { return http.unblock(user); }),
         "No longer blocked.");
}

// A person is reported with the newest messages of his, else the newest message of anybody else.
void Commands::report(const Command& command) {
    const auto* chat = open_chat();
    if (chat == nullptr) return;
    client::Report report{
        .chat = chat->id, .seqs = {}, .user = {}, .reason = command.arguments[0], .text = {}};
    if (!is_one_of(report.reason, {"spam", "abuse", "other"})) {
        notice("Say why: /report spam, /report abuse or /report other.");
        return;
    }
    std::string name;
    for (std::size_t i = 1; i < command.arguments.size(); ++i) {
        const auto& word = command.arguments[i];
        if (i == 1 && word.size() > 1 && word[0] == '@') {
            name = word.substr(1);
        } else {
            report.text += (report.text.empty() ? "" : " ") + word;
        }
    }
    if (name.empty()) {
        const auto newest = model_.messages_of_others(*chat, {}, 1);
        if (newest.empty()) {
            notice("There is no message of anybody else here; /report REASON @USER.");
            return;
        }
        report.user = newest.front()->sender;
        report.seqs = {newest.front()->seq};
    } else if (const auto user = model_.member_called(*chat, name)) {
        report.user = *user;
        for (const auto* message : model_.messages_of_others(*chat, *user, most_copied))
            report.seqs.push_back(message->seq);
    } else {
        notice("Nobody here is called " + harmless(name) + ".");
        return;
    }
    call([report = std::move(report)](HttpClient& http) { return http.report(report); },
         "Thank you. The operators of this server will look at it.");
}

void Commands::privacy(const Command& command) {
    const auto show = [this](const client::User& self) {
        model_.set_self(self);
        notice("last-seen: " + self.last_seen_audience +
               ", read-receipts: " + self.read_receipts_audience);
    };
    if (command.arguments.empty()) {
        fetch([](HttpClient& http) { return http.me(); }, show);
        return;
    }
    auto name = command.arguments[0];
    const bool complete = command.arguments.size() > 1 &&
                          is_one_of(name, {"last-seen", "read-receipts"}) &&
                          is_one_of(command.arguments[1], {"everyone", "contacts", "nobody"});
    if (!complete) {
        notice("It is /privacy last-seen|read-receipts everyone|contacts|nobody.");
        return;
    }
    std::ranges::replace(name, '-', '_');
    fetch([name, audience = command.arguments[1]](
              HttpClient& http) { return http.set_privacy(name, audience); },
          show);
}

}  // namespace banter::cli
