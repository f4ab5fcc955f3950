#include "cli/commands.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "cli/local_time.hpp"
#include "cli/text.hpp"

namespace banter::cli {
namespace {

// The latest time that RFC 3339 can write: muted for good.
constexpr base::Timestamp for_good{std::chrono::sys_days{std::chrono::December / 31 / 9999}};

constexpr std::size_t help_columns = 34;

base::Timestamp now() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string help_line(const Commands::Entry& entry) {
    auto line = "/" + std::string(entry.name);
    if (!entry.usage.empty()) line += " " + std::string(entry.usage);
    if (columns(line) < help_columns) line = pad(line, help_columns);
    return line + " " + std::string(entry.summary);
}

}  // namespace

std::span<const Commands::Entry> Commands::table() {
    using C = Commands;
    static constexpr std::array<Entry, 37> entries = {{
        {"chats", "help", "[TOPIC]", "chats, groups, links, people or keys", 0, &C::help},
        {"chats", "dm", "USER", "talk to one person", 1, &C::dm},
        {"chats", "list", "", "all chats, pinned first, archived last", 0, &C::list},
        {"chats", "who", "", "who is here, and who has read the newest message", 0, &C::who},
        {"chats", "info", "[N]", "who received and read your newest message, or the Nth newest", 0,
         &C::info},
        {"chats", "mute", "[8h|1w|always|off]", "no emphasis for what comes in; always if bare", 0,
         &C::mute},
        {"chats", "pin", "", "keep this chat at the top", 0, &C::pin},
        {"chats", "unpin", "", "no longer", 0, &C::unpin},
        {"chats", "archive", "", "put this chat away, at the end of the list", 0, &C::archive},
        {"chats", "unarchive", "", "no longer", 0, &C::unarchive},
        {"groups", "group", "[--shared] TITLE USER…", "make a group; --shared: with its history", 0,
         &C::group},
        {"groups", "group", "", "what this group is and what members may do", 0, &C::group},
        {"groups", "add", "USER…", "add people", 1, &C::add},
        {"groups", "remove", "USER…", "remove people", 1, &C::remove},
        {"groups", "leave", "", "leave this group", 0, &C::leave},
        {"groups", "promote", "USER", "make a member an admin", 1, &C::promote},
        {"groups", "demote", "USER", "make an admin a member", 1, &C::demote},
        {"groups", "handover", "USER", "make another member the owner", 1, &C::hand_over},
        {"groups", "title", "TEXT", "rename this group", 1, &C::title},
        {"groups", "description", "TEXT", "describe this group; \"\" for nothing", 1,
         &C::description},
        {"groups", "picture", "FILE|none", "PNG, JPEG or WebP of at most 256 KiB", 1, &C::picture},
        {"groups", "permissions", "write|edit members|admins", "who may", 2, &C::permissions},
        {"links", "link", "[30m|12h|7d] [USES]", "make an invite link; it is shown once", 0,
         &C::link},
        {"links", "links", "", "the invite links of this group", 0, &C::links},
        {"links", "revoke", "N", "end the Nth of /links", 1, &C::revoke},
        {"links", "approval", "on|off", "whether admins let in who follows a link", 1,
         &C::approval},
        {"links", "requests", "", "who asks to be let in", 0, &C::requests},
        {"links", "accept", "USER", "let somebody in", 1, &C::accept},
        {"links", "refuse", "USER", "or not", 1, &C::refuse},
        {"links", "preview", "LINK", "what an invite link leads to", 1, &C::preview},
        {"links", "join", "LINK", "follow an invite link", 1, &C::join},
        {"links", "withdraw", "LINK", "no longer ask to be let in", 1, &C::withdraw},
        {"people", "contact", "[add|remove USER]", "your contacts", 0, &C::contact},
        {"people", "block", "[USER]", "block somebody; bare: whom you have blocked", 0, &C::block},
        {"people", "unblock", "USER", "no longer", 1, &C::unblock},
        {"people", "report", "spam|abuse|other [@USER] [WHY]",
         "the newest message of others here, or a person", 1, &C::report},
        {"people", "privacy", "[last-seen|read-receipts AUDIENCE]",
         "who may see: everyone, contacts, nobody", 0, &C::privacy},
    }};
    return entries;
}

void Commands::run(const Command& command) {
    for (const auto& entry : table()) {
        if (entry.name != command.name) continue;
        if (command.arguments.size() < entry.least) {
            notice("It is /" + std::string(entry.name) + " " + std::string(entry.usage) + ".");
        } else {
            (this->*entry.run)(command);
        }
        return;
    }
    notice("There is no such command: /" + harmless(command.name) + ". Try /help.");
}

void Commands::help(const Command& command) {
    const auto topic = command.arguments.empty() ? std::string() : command.arguments[0];
    bool found = false;
    for (const auto& entry : table()) {
        if (entry.topic != topic) continue;
        notice(help_line(entry));
        found = true;
    }
    if (topic == "keys") {
        for (const auto& line : key_help())
            notice(line);
    } else if (!found) {
        notice("/dm USER talks to one person, /group TITLE USER… makes a group, /quit ends.");
        notice("More: /help chats, /help groups, /help links, /help people, /help keys.");
    }
}

const Chat* Commands::open_chat() {
    const auto* chat = model_.open_chat();
    if (chat == nullptr) notice("Open a chat first: /dm USER.");
    return chat;
}

const Chat* Commands::open_group() {
    const auto* chat = model_.open_chat();
    if (chat != nullptr && !chat->is_direct) return chat;
    notice("This is not a group.");
    return nullptr;
}

// ---- chats

void Commands::dm(const Command& command) {
    host_.open_chat(command.arguments[0]);
}

void Commands::list(const Command&) {
    int place = 0;
    for (const auto* chat : model_.chats()) {
        auto line = std::to_string(++place) + "  " + (chat->is_direct ? "" : "#");
        line += model_.title_of(*chat);
        if (chat->kept.pinned) line += ", pinned";
        if (chat->is_muted(now())) line += ", muted";
        if (chat->kept.archived) line += ", archived";
        if (chat->unread > 0) line += ", " + std::to_string(chat->unread) + " unread";
        if (!chat->requests.empty()) {
            line += ", " + std::to_string(chat->requests.size()) + " to let in";
        }
        if (!chat->kept.draft.empty()) line += ", draft: " + harmless(chat->kept.draft);
        notice(line);
    }
    if (place == 0) notice("No chats yet: /dm USER begins one.");
}

void Commands::who(const Command&) {
    const auto* chat = open_chat();
    if (chat == nullptr) return;
    if (!chat->members_loaded) notice("Who is here is still being loaded; ask again.");
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

void Commands::info(const Command& command) {
    const auto* chat = open_chat();
    if (chat == nullptr) return;
    std::size_t wanted = 1;
    if (!command.arguments.empty()) {
        const auto& text = command.arguments[0];
        std::from_chars(text.data(), text.data() + text.size(), wanted);
    }
    const auto* message = model_.own_message(*chat, wanted);
    if (message == nullptr) {
        notice("There is no such message of yours among those loaded.");
        return;
    }
    notice("“" + fit(harmless(message->text), 60) + "”");
    fetch([id = chat->id,
           seq = message->seq](client::HttpClient& http) { return http.receipts(id, seq); },
          [this](const auto& receipts) { show_receipts(receipts); });
}

void Commands::show_receipts(const std::vector<client::MessageReceipt>& receipts) {
    for (const auto& receipt : receipts) {
        auto line = model_.name_of(receipt.user) + ": ";
        if (!receipt.delivered_at && !receipt.read_at) line += "not yet delivered";
        if (receipt.delivered_at) line += "delivered " + date_time(*receipt.delivered_at);
        if (receipt.read_at) {
            line += receipt.delivered_at ? ", read " : "read ";
            line += date_time(*receipt.read_at);
        }
        notice(line);
    }
    if (receipts.empty()) notice("Nobody else was here.");
}

void Commands::keep(const client::KeptChange& change, std::string then) {
    const auto* chat = open_chat();
    if (chat == nullptr) return;
    call([id = chat->id, change](client::HttpClient& http) { return http.keep(id, change); },
         std::move(then));
}

void Commands::mute(const Command& command) {
    const auto span = command.arguments.empty() ? "always" : command.arguments[0];
    client::KeptChange change;
    if (span == "off") {
        change.muted_until.emplace(std::nullopt);
        keep(change, "No longer muted.");
        return;
    }
    const auto seconds = parse_span(span);
    if (span != "always" && !seconds) {
        notice("Say how long: /mute 8h, /mute 1w, /mute always, or /mute off.");
        return;
    }
    const auto until = seconds ? now() + *seconds : for_good;
    change.muted_until = until;
    keep(change, seconds ? "Muted until " + date_time(until) + "." : "Muted for good.");
}

void Commands::pin(const Command&) {
    keep({.pinned = true}, "Pinned.");
}
void Commands::unpin(const Command&) {
    keep({.pinned = false}, "No longer pinned.");
}
void Commands::archive(const Command&) {
    keep({.archived = true}, "Archived.");
}
void Commands::unarchive(const Command&) {
    keep({.archived = false}, "No longer archived.");
}

}  // namespace banter::cli
