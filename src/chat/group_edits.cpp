// GroupChanges: title, description, picture, permissions.
#include <algorithm>

#include "base/utf8.hpp"
#include "chat/group_changes.hpp"

namespace banter::chat {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::Change;
using domain::ChatId;
using domain::Role;
using domain::UserId;

constexpr std::size_t max_title_characters = 100;
constexpr std::size_t max_description_characters = 1024;

base::Problem may_not_edit() {
    return {ErrorCode::forbidden, "Only the owner and admins edit this group.", {}};
}

}  // namespace

std::optional<base::Problem> check_title(const std::string& title) {
    const bool valid = !title.empty() && base::is_utf8(title) &&
                       !base::has_control_characters(title) &&
                       base::count_code_points(title) <= max_title_characters;
    if (valid) return std::nullopt;
    return base::Problem{
        ErrorCode::invalid, "A title has 1 to 100 characters and no control characters.", {}};
}

std::optional<base::Problem> check_description(const std::string& description) {
    std::string line = description;
    std::erase(line, '\n');
    const bool valid = base::is_utf8(description) && !base::has_control_characters(line) &&
                       base::count_code_points(description) <= max_description_characters;
    if (valid) return std::nullopt;
    return base::Problem{ErrorCode::invalid,
                         "A description has up to 1024 characters and, but for newlines, no "
                         "control characters.",
                         {}};
}

Task<Result<void>> GroupChanges::edit(ChatId chat, UserId actor, GroupEdit edit) {
    auto problem = edit.title ? check_title(*edit.title) : std::nullopt;
    if (!problem && edit.description) problem = check_description(*edit.description);
    if (problem) co_return std::unexpected(*problem);
    Decide decide = [&](const ChatState& state) { return decide_edit(state, actor, edit); };
    co_return co_await change(chat, actor, std::move(decide));
}

GroupChanges::Decision GroupChanges::decide_edit(const ChatState& state, UserId actor,
                                                 const GroupEdit& edit) {
    const auto& self = *state.member(actor);
    const auto& chat = state.chat;
    if ((edit.title || edit.description) && !state.may_edit(self)) {
        return std::unexpected(may_not_edit());
    }
    if ((edit.send || edit.edit || edit.join_approval) && self.role == Role::member) {
        return base::fail(ErrorCode::forbidden,
                          "Only the owner and admins decide what members may do.");
    }
    Changes changes;
    if (edit.title && *edit.title != chat.title) {
        ports::MemberChange change;
        change.control = control(chat.id, actor, {Change::title, {}, *edit.title, {}});
        change.title = edit.title;
        changes.push_back(std::move(change));
    }
    if (edit.description && *edit.description != chat.description) {
        ports::MemberChange change;
        change.control = control(chat.id, actor, {Change::description, {}, {}, {}});
        change.control.event.description = *edit.description;
        change.description = edit.description;
        changes.push_back(std::move(change));
    }
    const domain::Permissions permissions{edit.send.value_or(chat.permissions.send),
                                          edit.edit.value_or(chat.permissions.edit)};
    const bool approval = edit.join_approval.value_or(chat.join_approval);
    if (permissions != chat.permissions || approval != chat.join_approval) {
        ports::MemberChange change;
        change.control = control(chat.id, actor, {Change::permissions, {}, {}, {}});
        change.control.event.permissions = permissions;
        change.control.event.join_approval = approval;
        changes.push_back(std::move(change));
    }
    return changes;
}

Task<Result<void>> GroupChanges::set_picture(ChatId chat, UserId actor,
                                             std::optional<domain::Picture> picture) {
    const std::uint64_t version = picture ? domain::picture_version(picture->bytes) : 0;
    Decide decide = [&](const ChatState& state) -> Decision {
        if (!state.may_edit(*state.member(actor))) return std::unexpected(may_not_edit());
        if (state.chat.picture == version) return Changes{};
        ports::MemberChange change;
        change.control = control(chat, actor, {Change::picture, {}, {}, {}});
        change.control.event.picture = version;
        change.picture.emplace();
        change.picture->version = version;
        if (picture) change.picture->picture = std::move(*picture);
        return Changes{std::move(change)};
    };
    co_return co_await change(chat, actor, std::move(decide));
}

}  // namespace banter::chat
