#include "directory_model.hpp"

#include <algorithm>

namespace banter::power {
namespace {

using base::Result;
using base::Task;
using domain::ChatId;
using domain::UserId;
using ports::ControlMessage;

const base::Timestamp now{std::chrono::milliseconds(1'767'225'600'000)};

template <class T>
Task<Result<void>> without_value(Task<Result<T>> task) {
    const auto result = co_await std::move(task);
    if (!result) co_return std::unexpected(result.error());
    co_return Result<void>{};
}

// Whether `holds` is true of what `task` answers.
template <class T, class F>
Task<Result<bool>> ask(Task<Result<T>> task, F holds) {
    const auto result = co_await std::move(task);
    if (!result) co_return std::unexpected(result.error());
    co_return holds(*result);
}

Task<Result<bool>> waits_in_outbox(Directories in, domain::ClientId id) {
    auto holds = [id](const std::vector<ControlMessage>& outbox) {
        return std::ranges::any_of(outbox, [&](const auto& one) { return one.id == id; });
    };
    co_return co_await ask(in.chats.outbox(), std::move(holds));
}

template <class T>
std::string joined(std::vector<T> parts) {
    std::ranges::sort(parts);
    std::string text;
    for (const auto& part : parts)
        text += " " + part;
    return text;
}

using Lines = std::vector<std::string>;

Task<Result<void>> describe_user(Directories in, UserId id, Lines& lines) {
    const auto user = co_await in.users.find_user(id);
    if (!user) co_return std::unexpected(user.error());
    const std::string name = "user " + to_string(id);
    if (!*user) {
        lines.push_back(name + " is not there");
        co_return Result<void>{};
    }
    const auto credentials = co_await in.users.credentials((*user)->username);
    if (!credentials) co_return std::unexpected(credentials.error());
    lines.push_back(name + " " + (*user)->username + " " + (*user)->display_name + " " +
                    (*credentials)->password_hash);
    const auto contacts = co_await in.users.contact_ids(id);
    if (!contacts) co_return std::unexpected(contacts.error());
    Lines parts;
    for (const auto other : *contacts)
        parts.push_back(to_string(other));
    lines.push_back(name + " contacts" + joined(std::move(parts)));
    const auto relation = co_await in.users.relation(id, UserId{1});
    if (!relation) co_return std::unexpected(relation.error());
    lines.push_back(name + (relation->blocks ? " blocks the first" : " blocks nobody"));
    const auto devices = co_await in.users.devices(id);
    if (!devices) co_return std::unexpected(devices.error());
    parts.clear();
    for (const auto& device : *devices)
        parts.push_back(to_string(device.id) + "=" + device.name);
    lines.push_back(name + " devices" + joined(std::move(parts)));
    const auto memberships = co_await in.chats.memberships(id);
    if (!memberships) co_return std::unexpected(memberships.error());
    parts.clear();
    for (const auto& membership : *memberships)
        parts.push_back(to_string(membership.chat.id));
    const auto ended = co_await in.chats.ended_memberships(id);
    if (!ended) co_return std::unexpected(ended.error());
    for (const auto& one : *ended)
        parts.push_back(to_string(one.chat) + ":" + std::to_string(one.left_seq.value));
    lines.push_back(name + " chats" + joined(std::move(parts)));
    co_return Result<void>{};
}

Task<Result<void>> describe_chat(Directories in, ChatId id, Lines& lines) {
    const auto chat = co_await in.chats.find(id);
    if (!chat) co_return std::unexpected(chat.error());
    std::string line = "chat " + to_string(id);
    if (*chat) {
        line += " " + (*chat)->chat.title;
        for (const auto& member : (*chat)->members) {
            line += " " + to_string(member.user) + "@" + std::to_string(member.joined_seq.value);
        }
    }
    lines.push_back(std::move(line));
    co_return Result<void>{};
}

}  // namespace

std::uint64_t StepMaker::below(std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_);
}

ports::TokenHash StepMaker::new_hash() {
    ports::TokenHash hash;
    for (auto& byte : hash)
        byte = static_cast<std::uint8_t>(random_());
    return hash;
}

ports::NewTokens StepMaker::new_tokens() {
    ports::NewTokens tokens;
    tokens.access = new_hash();
    tokens.refresh = new_hash();
    tokens.family = new_hash();
    tokens.access_expires_at = now + std::chrono::hours(1);
    tokens.refresh_expires_at = now + std::chrono::hours(24);
    return tokens;
}

domain::Uuid StepMaker::new_uuid() {
    domain::Uuid uuid;
    for (auto& byte : uuid.bytes)
        byte = static_cast<std::uint8_t>(random_());
    return uuid;
}

DirectoryStep StepMaker::next() {
    const auto kind = users_.size() < 3 ? 0 : below(14);
    if (kind == 0) return create_user();
    if (kind >= 12 && !controls_.empty()) {
        const auto at = controls_.begin() + static_cast<std::ptrdiff_t>(below(controls_.size()));
        const auto control = *at;
        if (claim(std::hash<ChatId>{}(control.chat))) {
            controls_.erase(at);
            return place_event(control);
        }
    }
    if (kind >= 9 && !chats_.empty()) {
        const auto chat = chats_[below(chats_.size())];
        if (claim(std::hash<ChatId>{}(chat))) return change_group(chat);
    }
    if (kind >= 6 && !sessions_.empty()) {
        const auto session = sessions_[below(sessions_.size())];
        if (claim(session.user.value)) {
            if (kind == 6) return sign_in_again(session);
            return kind == 7 ? sign_out(session) : remove_device(session);
        }
    }
    const auto user = users_[below(users_.size())];
    if (!claim(user.value)) return create_user();
    switch (kind) {
        case 1:
            return rename_user(user);
        case 2:
            return set_password(user);
        case 3:
            return befriend(user);
        case 4:
            return block(user);
        case 5:
            return create_group(user);
        default:
            return sign_in(user);
    }
}

DirectoryStep StepMaker::create_user() {
    ports::NewUser created;
    const UserId id{next_id_++};
    created.user.id = id;
    created.user.username = "user" + to_string(id);
    created.user.display_name = created.display_name_key = "somebody";
    created.user.created_at = now;
    created.password_hash = "hash of " + to_string(id);
    claim(id.value);
    users_.push_back(id);
    return {[created](Directories in) { return without_value(in.users.create_user(created, now)); },
            [id](Directories in) {
                return ask(in.users.find_user(id), [](const auto& user) { return !!user; });
            }};
}

DirectoryStep StepMaker::rename_user(UserId user) {
    const std::string name = "name " + std::to_string(next_id_++);
    ports::UserUpdate update;
    update.display_name = {name, name};
    return {[=](Directories in) { return without_value(in.users.update_user(user, update)); },
            [=](Directories in) {
                return ask(in.users.find_user(user), [name](const auto& found) {
                    return found && found->display_name == name;
                });
            }};
}

DirectoryStep StepMaker::set_password(UserId user) {
    const std::string hash = "hash " + std::to_string(next_id_++);
    return {[=](Directories in) { return without_value(in.users.set_password(user, hash)); },
            [=](Directories in) {
                return ask(
                    in.users.credentials("user" + to_string(user)),
                    [hash](const auto& found) { return found && found->password_hash == hash; });
            }};
}

DirectoryStep StepMaker::befriend(UserId user) {
    const UserId other = users_[below(users_.size())];
    claim(other.value);  // it may be new, and not there
    return {[=](Directories in) { return in.users.add_contact(user, other); },
            [=](Directories in) {
                return ask(in.users.relation(user, other),
                           [](const auto& relation) { return relation.is_contact; });
            }};
}

DirectoryStep StepMaker::block(UserId user) {
    return {[=](Directories in) { return in.users.add_block(user, UserId{1}); },
            [=](Directories in) {
                return ask(in.users.relation(user, UserId{1}),
                           [](const auto& relation) { return relation.blocks; });
            }};
}

DirectoryStep StepMaker::sign_in(UserId user) {
    const auto tokens = new_tokens();
    const domain::Device device{{next_id_++}, user, "phone", now, now};
    sessions_.push_back({user, device.id, tokens.access});
    return {[=](Directories in) { return in.users.create_device(device, tokens); },
            [=](Directories in) {
                return ask(in.users.find_device(user, device.id),
                           [](const auto& found) { return found.has_value(); });
            }};
}

DirectoryStep StepMaker::sign_in_again(Signed session) {
    const auto tokens = new_tokens();
    const std::string name = "tablet " + std::to_string(next_id_++);
    sessions_.push_back({session.user, session.device, tokens.access});
    return {[=](Directories in) {
                return in.users.reopen_device(session.user, session.device, name, tokens);
            },
            [=](Directories in) {
                return ask(in.users.find_device(session.user, session.device),
                           [name](const auto& found) { return found && found->name == name; });
            }};
}

DirectoryStep StepMaker::sign_out(Signed session) {
    return {[=](Directories in) { return in.users.remove_tokens(session.device); },
            [=](Directories in) {
                return ask(in.users.use_token(session.access, now),
                           [](const auto& holder) { return !holder; });
            }};
}

DirectoryStep StepMaker::remove_device(Signed session) {
    return {[=](Directories in) { return in.users.remove_device(session.user, session.device); },
            [=](Directories in) {
                return ask(in.users.find_device(session.user, session.device),
                           [](const auto& found) { return !found; });
            }};
}

DirectoryStep StepMaker::create_group(UserId owner) {
    ports::NewChat created;
    created.chat.id = ChatId{new_uuid()};
    created.chat.type = domain::ChatType::group;
    created.chat.title = "group";
    created.chat.created_at = now;
    created.creator = owner;
    created.members = {{owner, domain::Role::owner, {}, now}};
    ControlMessage control{domain::ClientId{new_uuid()}, created.chat.id, owner, {}};
    control.event.users = {owner};
    created.control = control;
    claim(std::hash<ChatId>{}(created.chat.id));
    chats_.push_back(created.chat.id);
    controls_.push_back(control);
    return {[=](Directories in) { return without_value(in.chats.create(created)); },
            [id = created.chat.id](Directories in) {
                return ask(in.chats.find(id), [](const auto& chat) { return chat.has_value(); });
            }};
}

DirectoryStep StepMaker::change_group(ChatId chat) {
    ports::MemberChange change;
    change.control = {domain::ClientId{new_uuid()}, chat, users_[0], {}};
    const UserId user = users_[below(users_.size())];
    const auto kind = below(3);
    if (kind == 0) {
        change.added = {{user, domain::Role::member, {}, now}};
        change.control.event.change = domain::Change::member_added;
    } else if (kind == 1) {
        change.removed = {user};
        change.control.event.change = domain::Change::member_removed;
    } else {
        change.title = "title " + std::to_string(next_id_++);
        change.control.event.change = domain::Change::title;
    }
    controls_.push_back(change.control);
    return {[=](Directories in) { return in.chats.change(change); },
            [id = change.control.id](Directories in) { return waits_in_outbox(in, id); }};
}

DirectoryStep StepMaker::place_event(ControlMessage control) {
    const domain::Seq seq{next_id_++};
    return {[=](Directories in) { return in.chats.sequenced(control, seq); },
            [id = control.id](Directories in) -> Task<Result<bool>> {
                const auto waits = co_await waits_in_outbox(in, id);
                if (!waits) co_return std::unexpected(waits.error());
                co_return !*waits;
            }};
}

Task<Result<std::vector<std::string>>> StepMaker::describe(Directories in) const {
    Lines lines;
    for (const auto user : users_) {
        const auto described = co_await describe_user(in, user, lines);
        if (!described) co_return std::unexpected(described.error());
    }
    for (const auto& chat : chats_) {
        const auto described = co_await describe_chat(in, chat, lines);
        if (!described) co_return std::unexpected(described.error());
    }
    for (const auto& session : sessions_) {
        const auto holder = co_await in.users.use_token(session.access, now);
        if (!holder) co_return std::unexpected(holder.error());
        lines.push_back("token of " + to_string(session.device) +
                        (*holder ? " is good" : " is gone"));
    }
    const auto outbox = co_await in.chats.outbox();
    if (!outbox) co_return std::unexpected(outbox.error());
    for (const auto& control : *outbox)
        lines.push_back("waiting " + to_string(control.id));
    co_return lines;
}

}  // namespace banter::power
