// The part of Session that takes up its chats: at the beginning, when the user joins one, and when
// another node has them.
#include <algorithm>

#include "base/fault.hpp"
#include "delivery/registry.hpp"
#include "gateway/session.hpp"

namespace banter::gateway {
namespace {

using base::ErrorCode;
using base::Result;
using base::Task;
using domain::Seq;

// What was told this long before the device was last heard of may not have reached it.
constexpr auto away_overlap = std::chrono::seconds(60);
// So often a chat that has moved is asked for before the session gives up.
constexpr int most_tries = 3;

std::unexpected<base::Problem> moved_too_far() {
    return base::fail_retry(ErrorCode::overloaded, "The chats have moved; connect again.",
                            std::chrono::seconds(1));
}

}  // namespace

Task<Result<void>> Session::attach_chats(protocol::Since since) {
    const auto chats = co_await context_.chats.feed_chats(identity_->user, *device_);
    if (!chats) co_return std::unexpected(chats.error());
    for (const auto& chat : *chats) {
        if (state_ == State::closed) break;
        const auto attached = co_await attach(chat, since);
        // Left meanwhile: the chat is none of his any more.
        if (!attached && attached.error().code != ErrorCode::not_found) {
            co_return std::unexpected(attached.error());
        }
    }
    // A new device learns the states from the chat list.
    co_return new_device_ ? Result<void>{} : co_await add_states(device_->last_seen - away_overlap);
}

Task<Result<void>> Session::add_states(base::Timestamp since) {
    const auto states = co_await context_.chats.states_since(identity_->user, since);
    if (!states) co_return std::unexpected(states.error());
    for (const auto& row : *states) {
        const protocol::StateFrame state{row.chat, row.state, row.at};
        feed_->add_state(row.chat, row.at,
                         delivery::encode_frame(protocol::encode_state(state, {})));
    }
    co_return Result<void>{};
}

Task<Result<void>> Session::attach(chat::FeedChat chat, protocol::Since since) {
    if (chat.last_seq) {
        feed_->add({chat.chat, *chat.first_seq, chat.cursor, *chat.last_seq, chat.last_seq});
        co_return Result<void>{};
    }
    const base::Timestamp receipts_since =
        new_device_ ? base::Timestamp{} : device_->last_seen - away_overlap;
    const auto shard = context_.shard;
    const auto attachment = co_await context_.chats.attach(
        chat.chat, identity_->user, identity_->device, shard, receipts_since);
    if (!attachment) co_return co_await attach_ended(chat, attachment.error());
    // A stream that ends with a membership goes on with the next one.
    const bool going_on = feed_->follows(chat.chat) && !feed_->ends(chat.chat);
    if (state_ == State::closed || going_on) {
        context_.chats.detach(chat.chat, shard);
        co_return Result<void>{};
    }
    Seq cursor = std::max(chat.cursor, attachment->cursor);
    if (BANTER_FAULT(cursor_shared)) cursor = std::max(cursor, attachment->delivered);
    if (since == protocol::Since::undelivered && new_device_ && !chat.known) {
        // From now on the device has a cursor of its own, so that it misses nothing later.
        cursor = attachment->delivered;
        if (cursor > Seq{}) {
            context_.chats.begin_cursor(chat.chat, identity_->user, identity_->device, cursor);
        }
    }
    if (!attached_.insert(chat.chat).second) context_.chats.detach(chat.chat, shard);
    context_.registry.follow(chat.chat, feed_);
    feed_->add({chat.chat, attachment->first_seq, cursor, attachment->head, attachment->last_seq});
    for (const auto& receipt : attachment->receipts)
        feed_->add_receipt(receipt);
    // The device has acknowledged more than the mark says, which a node wrote that has not the chat
    // any more: who has it is told again.
    const bool behind = attachment->delivered < cursor && cursor <= attachment->head;
    if (behind && cursor >= attachment->first_seq && !attachment->last_seq) {
        base::spawn(context_.chats.received(chat.chat, identity_->user, identity_->device, cursor),
                    [](const Result<void>&) {});
    }
    co_return Result<void>{};
}

void Session::joined(domain::ChatId chat) {
    base::spawn(attach_joined(chat));
}

Task<void> Session::attach_joined(domain::ChatId chat) {
    const auto self = shared_from_this();
    // Of a shared history the device may have much from before.
    const auto cursor = co_await context_.chats.cursor(chat, identity_->user, identity_->device);
    if (state_ == State::closed) co_return;
    if (!cursor) {
        failed(cursor.error());
        co_return;
    }
    const auto attached =
        co_await attach(chat::FeedChat{chat, *cursor, true, {}, {}}, protocol::Since::start);
    if (state_ == State::closed) co_return;
    if (!attached && attached.error().code != ErrorCode::not_found) {
        failed(attached.error());
        co_return;
    }
    feed_->not_added(chat);  // unless it was
}

void Session::left(domain::ChatId chat) {
    if (attached_.erase(chat) == 0) return;  // a membership that had ended before
    context_.registry.unfollow(chat, *feed_);
    context_.chats.detach(chat, context_.shard);
}

void Session::moved(const delivery::Concerned& concerned) {
    if (moved_.empty()) missed_since_ = context_.clock.now() - away_overlap;
    moved_.push_back(concerned);
    if (state_ == State::open) begin_take_up();
}

// Also when the session has opened: what moved meanwhile may have been attached before.
void Session::begin_take_up() {
    if (moved_.empty() || std::exchange(taking_up_, true)) return;
    base::spawn(take_up_moved());
}

Task<void> Session::take_up_moved() {
    const auto self = shared_from_this();
    while (state_ != State::closed && !moved_.empty()) {
        const auto concerned = std::exchange(moved_, {});
        const auto since = missed_since_;
        const auto is_concerned = [&](domain::ChatId chat) {
            return std::ranges::any_of(concerned, [&](const auto& one) { return one(chat); });
        };
        std::vector<domain::ChatId> chats(attached_.begin(), attached_.end());
        std::erase_if(chats, [&](domain::ChatId chat) { return !is_concerned(chat); });
        std::ranges::sort(chats);
        for (const auto chat : chats) {
            const auto taken = co_await take_up_again(chat, since);
            if (state_ == State::closed) break;
            if (!taken) failed(taken.error());
        }
        if (state_ == State::open) co_await take_up_new(since);
    }
    taking_up_ = false;
}

Task<Result<void>> Session::take_up_again(domain::ChatId chat, base::Timestamp since) {
    const auto shard = context_.shard;
    auto attachment =
        co_await context_.chats.attach(chat, identity_->user, identity_->device, shard, since);
    for (int tries = 1; !attachment && tries < most_tries; ++tries) {
        if (state_ == State::closed || attachment.error().code != ErrorCode::overloaded) break;
        attachment =
            co_await context_.chats.attach(chat, identity_->user, identity_->device, shard, since);
    }
    // Already counted as followed.
    if (attachment) context_.chats.detach(chat, shard);
    if (state_ == State::closed || !attached_.contains(chat)) co_return Result<void>{};
    if (!attachment && attachment.error().code != ErrorCode::not_found) {
        co_return std::unexpected(attachment.error());
    }
    delivery::StreamStart start{chat, {}, {}, {}, {}};
    if (attachment) {
        start.first_seq = attachment->first_seq;
        start.head = attachment->head;
        start.last_seq = attachment->last_seq;
    } else {
        const auto ended = co_await end_of(chat);
        if (state_ == State::closed) co_return Result<void>{};
        if (!ended) co_return std::unexpected(ended.error());
        if (!*ended) co_return moved_too_far();
        start = **ended;
    }
    // Left and joined again meanwhile: a new session begins where the device needs it.
    if (!feed_->goes_on(start)) co_return moved_too_far();
    if (!attachment) co_return Result<void>{};
    for (const auto& receipt : attachment->receipts)
        feed_->add_receipt(receipt);
    co_return Result<void>{};
}

// Of a membership that has ended with something still to tell; none: there is no such.
Task<Result<std::optional<delivery::StreamStart>>> Session::end_of(domain::ChatId chat) {
    const auto chats = co_await context_.chats.feed_chats(identity_->user, *device_);
    if (!chats) co_return std::unexpected(chats.error());
    const auto found = std::ranges::find(*chats, chat, &chat::FeedChat::chat);
    if (found == chats->end() || !found->last_seq) co_return std::nullopt;
    co_return delivery::StreamStart{chat, *found->first_seq, found->cursor, *found->last_seq,
                                    found->last_seq};
}

// Whoever has the chat need not know of who was removed before he had it.
Task<Result<void>> Session::attach_ended(chat::FeedChat chat, base::Problem problem) {
    if (problem.code != ErrorCode::not_found) co_return std::unexpected(problem);
    const auto ended = co_await end_of(chat.chat);
    if (state_ == State::closed) co_return Result<void>{};
    if (!ended) co_return std::unexpected(ended.error());
    if (!*ended) co_return std::unexpected(problem);
    const bool going_on = feed_->follows(chat.chat) && !feed_->ends(chat.chat);
    if (!going_on) feed_->add(**ended);
    co_return Result<void>{};
}

// Whoever had the chats may not have come to tell that the user has joined one, and perhaps left it
// again; or that another device of the user has changed what he keeps of one.
Task<void> Session::take_up_new(base::Timestamp since) {
    const auto chats = co_await context_.chats.feed_chats(identity_->user, *device_);
    if (state_ == State::closed) co_return;
    if (!chats) {
        failed(chats.error());
        co_return;
    }
    for (const auto& chat : *chats) {
        const bool follows = feed_->follows(chat.chat);
        if (chat.last_seq && !follows) {
            feed_->add({chat.chat, *chat.first_seq, chat.cursor, *chat.last_seq, chat.last_seq});
        } else if (!chat.last_seq && (!follows || feed_->ends(chat.chat))) {
            feed_->joined(chat.chat);
        }
    }
    const auto added = co_await add_states(since);
    if (!added && state_ != State::closed) failed(added.error());
}

}  // namespace banter::gateway
