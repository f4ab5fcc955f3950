#include <charconv>

#include "cli/commands.hpp"
#include "cli/local_time.hpp"
#include "cli/lookup.hpp"
#include "cli/text.hpp"

namespace banter::cli {
namespace {

using client::HttpClient;
using client::InviteLink;
using client::Result;

// What stands behind "#join=" of an address, or the token itself.
std::string token_of(const std::string& link) {
    constexpr std::string_view before = "#join=";
    const auto at = link.find(before);
    return at == std::string::npos ? link : link.substr(at + before.size());
}

std::optional<std::uint64_t> number_of(const std::string& text) {
    std::uint64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stopped != end || number == 0) return std::nullopt;
    return number;
}

}  // namespace

void Commands::link(const Command& command) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    client::LinkOptions options;
    for (const auto& argument : command.arguments) {
        const auto uses = number_of(argument);
        const auto span = parse_span(argument);
        if (uses) options.max_uses = uses;
        if (span) options.expires_in = span;
        if (uses || span) continue;
        notice("It is /link [30m|12h|7d] [USES], such as /link 2d 10.");
        return;
    }
    fetch([id = chat->id, options](HttpClient& http) { return http.make_link(id, options); },
          [this](const InviteLink& made) {
              notice("Until " + date_time(made.expires_at) + ", shown only now:");
              notice(made.url);
          });
}

void Commands::links(const Command&) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    fetch([id = chat->id](HttpClient& http) { return http.links(id); },
          [this](const std::vector<InviteLink>& links) {
              int place = 0;
              for (const auto& one : links) {
                  auto line = std::to_string(++place) + "  until " + date_time(one.expires_at);
                  line += ", used by " + std::to_string(one.uses);
                  if (one.max_uses) line += " of " + std::to_string(*one.max_uses);
                  notice(line + ", made by " + model_.name_of(one.created_by));
              }
              if (place == 0) notice("This group has no invite links: /link makes one.");
          });
}

void Commands::revoke(const Command& command) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    const auto place = number_of(command.arguments[0]);
    if (!place) {
        notice("It is /revoke N, the Nth of /links.");
        return;
    }
    call(
        [id = chat->id, place = *place](HttpClient& http) -> Result<void> {
            const auto links = http.links(id);
            if (!links) return std::unexpected(links.error());
            if (place > links->size()) {
                return client::fail(client::Error::Kind::refused, "There is no such link.");
            }
            return http.revoke_link(id, (*links)[place - 1].id);
        },
        "Revoked.");
}

void Commands::preview(const Command& command) {
    fetch([token = token_of(command.arguments[0])](
              HttpClient& http) { return http.link_preview(token); },
          [this](const client::LinkPreview& preview) { show_preview(preview); });
}

void Commands::show_preview(const client::LinkPreview& preview) {
    notice("#" + harmless(preview.title) + ", " + std::to_string(preview.members) +
           (preview.members == 1 ? " member" : " members") +
           (preview.join_approval ? "; admins let in who asks" : ""));
    if (!preview.description.empty()) notice(harmless(preview.description));
}

void Commands::join(const Command& command) {
    fetch([token = token_of(command.arguments[0])](
              HttpClient& http) { return http.follow_link(token); },
          [this](const client::Followed& followed) {
              if (followed.chat) {
                  enter(*followed.chat);
              } else {
                  notice("You have asked to join. An admin of the group decides.");
              }
          });
}

void Commands::withdraw(const Command& command) {
    call(
        [token = token_of(command.arguments[0]),
         self = model_.self().id](HttpClient& http) -> Result<void> {
            const auto preview = http.link_preview(token);
            if (!preview) return std::unexpected(preview.error());
            return http.refuse(preview->chat, self);
        },
        "You no longer ask to join.");
}

void Commands::requests(const Command&) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    fetch([id = chat->id](HttpClient& http) { return http.requests(id); },
          [this, id = chat->id](const std::vector<client::JoinRequest>& requests) {
              model_.put_requests(id, requests);
              for (const auto& one : requests) {
                  notice(harmless(one.display_name) + " (" + harmless(one.username) + "), asked " +
                         date_time(one.at));
              }
              notice(requests.empty() ? "Nobody asks to be let in."
                                      : "/accept USER lets them in, /refuse USER does not.");
          });
}

void Commands::decide(const Command& command, bool accept) {
    const auto* chat = open_group();
    if (chat == nullptr) return;
    const auto id = chat->id;
    fetch(
        [id, accept, name = command.arguments[0]](HttpClient& http) -> Result<UserId> {
            const auto user = find_user(http, name);
            if (!user) return std::unexpected(user.error());
            const auto done = accept ? http.accept(id, user->id) : http.refuse(id, user->id);
            if (!done) return std::unexpected(done.error());
            return user->id;
        },
        [this, id, accept](UserId user) {
            model_.forget_request(id, user);
            if (!accept) notice("Refused.");
        });
}

void Commands::accept(const Command& command) {
    decide(command, true);
}
void Commands::refuse(const Command& command) {
    decide(command, false);
}

}  // namespace banter::cli
