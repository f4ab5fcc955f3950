#include "gateway/session.hpp"

#include <algorithm>

#include "accounts/account_service.hpp"
#include "accounts/device_service.hpp"
#include "base/log.hpp"
#include "delivery/registry.hpp"
#include "gateway/session_table.hpp"
#include "presence/presence_service.hpp"
#include "protocol/server_frame.hpp"

namespace banter::gateway {
namespace {

namespace ws = protocol::websocket;
using base::ErrorCode;
using base::Result;
using base::Task;

constexpr std::size_t max_early_bytes = 1024 * 1024;

// Acknowledgements come as fast as others send, and heartbeats are asked for.
bool counts_as_message(const protocol::ClientFrame& frame) {
    return !std::holds_alternative<protocol::Received>(frame) &&
           !std::holds_alternative<protocol::Read>(frame) &&
           !std::holds_alternative<protocol::PingFrame>(frame);
}

}  // namespace

Session::Session(SessionContext& context, std::uint64_t key, std::shared_ptr<Connection> connection,
                 std::optional<accounts::Identity> identity)
    : context_(context),
      key_(key),
      connection_(std::move(connection)),
      identity_(std::move(identity)),
      bucket_(context.limits.rates.session_messages_per_s, context.limits.rates.session_burst),
      opened_at_(context.clock.steady()),
      last_heard_(opened_at_) {}

void Session::message_received(std::string_view text) {
    last_heard_ = context_.clock.steady();
    context_.metrics.frames_received.add();
    if (state_ == State::opening) {
        early_bytes_ += text.size();
        if (early_bytes_ > max_early_bytes) {
            end(ws::CloseCode::overloaded, "too much was sent before the welcome");
        } else {
            early_.emplace_back(text);
        }
        return;
    }
    handle_text(text);
}

void Session::handle_text(std::string_view text) {
    if (state_ == State::closed) return;
    auto parsed = protocol::parse_client_frame(text, context_.limits.frames);
    if (state_ == State::awaiting_hello) {
        handle_first(std::move(parsed));
    } else {
        handle(std::move(parsed));
    }
}

void Session::handle_first(protocol::ParsedFrame parsed) {
    if (!parsed.frame || !std::holds_alternative<protocol::Hello>(*parsed.frame)) {
        const base::Problem problem =
            parsed.frame ? base::Problem{ErrorCode::invalid, "The first frame must be 'hello'.", {}}
                         : parsed.frame.error();
        error(problem, parsed.ref, parsed.client_id);
        end(ws::CloseCode::wrong_protocol, "the first frame must be a hello");
        return;
    }
    on(std::get<protocol::Hello>(*parsed.frame), parsed.ref);
}

void Session::handle(protocol::ParsedFrame parsed) {
    if (!parsed.frame) {
        error(parsed.frame.error(), parsed.ref, parsed.client_id);
        return;
    }
    if (counts_as_message(*parsed.frame)) {
        if (auto problem = check_rate()) {
            error(*problem, parsed.ref, parsed.client_id);
            return;
        }
    }
    std::visit([&](auto& frame) { on(frame, parsed.ref); }, *parsed.frame);
}

std::optional<base::Problem> Session::check_rate() {
    if (!context_.limits.rates.enabled) return std::nullopt;
    const auto now = context_.clock.steady();
    auto wait = bucket_.take(now);
    if (wait.count() == 0) wait = context_.sessions.account_bucket(identity_->user).take(now);
    if (wait.count() == 0) return std::nullopt;
    return base::Problem{ErrorCode::rate_limited, "You send too fast; wait a moment.", wait};
}

void Session::on(const protocol::Hello& hello, const protocol::Ref& ref) {
    if (state_ != State::awaiting_hello) {
        const base::Problem problem{ErrorCode::invalid, "This session has said hello already.", {}};
        error(problem, ref);
        end(ws::CloseCode::wrong_protocol, "a second hello");
        return;
    }
    state_ = State::opening;
    base::spawn(open(hello, ref));
}

Task<void> Session::open(protocol::Hello hello, protocol::Ref ref) {
    const auto self = shared_from_this();
    const auto identified = co_await identify(hello);
    if (state_ == State::closed) co_return;
    if (!identified) {
        error(identified.error(), ref);
        const bool refused = identified.error().code == ErrorCode::unauthorized;
        end(refused ? ws::CloseCode::unauthorised : ws::CloseCode::overloaded,
            refused ? "sign in again" : "try again later");
        co_return;
    }
    feed_ = std::make_shared<delivery::Feed>(
        delivery::Feed::Identity{identity_->user, identity_->device}, context_.store, *this,
        context_.limits.window);
    context_.registry.add(feed_);
    say_welcome(ref);
    const auto attached = co_await attach_chats(hello.since);
    if (state_ == State::closed) co_return;
    if (!attached) {
        failed(attached.error());
        co_return;
    }
    start_feed();
}

Task<Result<void>> Session::identify(const protocol::Hello& hello) {
    if (!hello.token.empty()) {
        auto identity = co_await context_.accounts.authenticate(hello.token);
        if (!identity) co_return std::unexpected(identity.error());
        identity_ = *identity;
    }
    if (!identity_) {
        co_return base::fail(ErrorCode::unauthorized, "Sign in and say hello with the token.");
    }
    const auto device = co_await context_.devices.find(identity_->user, identity_->device);
    if (!device && device.error().code == ErrorCode::not_found) {  // revoked since the token was
        co_return base::fail(ErrorCode::unauthorized, "This device was signed out; sign in again.");
    }
    if (!device) co_return std::unexpected(device.error());
    device_ = *device;
    new_device_ = device_->last_seen <= device_->created_at;
    co_return Result<void>{};
}

void Session::say_welcome(const protocol::Ref& ref) {
    const auto& limits = context_.limits;
    write_text(protocol::encode_welcome(
        {identity_->user, identity_->device, domain::format_uuid(context_.random.uuid()),
         context_.clock.now(), limits.heartbeat, limits.window, limits.frames.text_bytes,
         limits.connection.frame_bytes},
        ref));
    context_.metrics.opened.add();
    base::log::info("session.opened", {{"user", to_string(identity_->user)},
                                       {"device", to_string(identity_->device)}});
}

void Session::start_feed() {
    state_ = State::open;
    context_.metrics.open.add(1);
    present_ = !connection_->closing();
    if (present_) context_.presence.session_opened(identity_->user, identity_->device);
    feed_->start();
    begin_take_up();
    const auto early = std::move(early_);
    early_.clear();
    for (const auto& text : early)
        handle_text(text);
}

void Session::on(protocol::Send& send, const protocol::Ref& ref) {
    ports::SendCommand command{
        send.chat, {identity_->user, identity_->device, send.client_id}, std::move(send.content)};
    typing_.erase(send.chat);
    context_.chats.send(
        context_.shard, std::move(command),
        [weak = weak_from_this(), ref, client_id = send.client_id](const auto& result) {
            const auto self = weak.lock();
            if (!self || self->state_ == State::closed) return;
            if (result) {
                self->feed_->sent(*result, ref);
            } else {
                self->error(result.error(), ref, client_id);
            }
        });
}

void Session::on(const protocol::Received& received, const protocol::Ref& ref) {
    feed_->acknowledged(received.chat, received.seq);
    base::spawn(acknowledge(received, ref));
}

Task<void> Session::acknowledge(protocol::Received received, protocol::Ref ref) {
    const auto self = shared_from_this();
    const auto result = co_await context_.chats.received(received.chat, identity_->user,
                                                         identity_->device, received.seq);
    if (!result) error(result.error(), ref);
}

void Session::on(const protocol::Read& read, const protocol::Ref& ref) {
    base::spawn(mark_read(read, ref));
}

Task<void> Session::mark_read(protocol::Read read, protocol::Ref ref) {
    const auto self = shared_from_this();
    const auto result = co_await context_.chats.read(read.chat, identity_->user, read.seq);
    if (!result) error(result.error(), ref);
}

void Session::on(const protocol::Typing& typing, const protocol::Ref& ref) {
    if (!feed_->follows(typing.chat)) {
        const base::Problem problem{
            ErrorCode::not_found, "There is no such chat, or you are not in it.", {}};
        error(problem, ref);
        return;
    }
    if (typing.on) {
        typing_.insert(typing.chat);
    } else {
        typing_.erase(typing.chat);
    }
    context_.chats.typing(typing.chat, identity_->user, typing.on, typing.kind);
}

void Session::on(const protocol::Watch& watch, const protocol::Ref& ref) {
    auto watched = watched_;
    watched.insert(watch.users.begin(), watch.users.end());
    if (watched.size() > context_.limits.frames.watched_users) {
        const base::Problem problem{ErrorCode::invalid,
                                    "A session watches at most " +
                                        std::to_string(context_.limits.frames.watched_users) +
                                        " users; unwatch some.",
                                    {}};
        error(problem, ref);
        return;
    }
    watched_ = std::move(watched);
    for (const auto user : watch.users) {
        context_.presence.watch({key_, context_.shard}, identity_->user, user);
    }
}

void Session::on(const protocol::Unwatch& unwatch, const protocol::Ref&) {
    for (const auto user : unwatch.users) {
        watched_.erase(user);
        context_.presence.unwatch({key_, context_.shard}, user);
    }
}

void Session::presence_changed(domain::UserId user, const presence::PresenceView& view) {
    if (state_ != State::open || !watched_.contains(user)) return;
    write_text(protocol::encode_presence({user, presence::name_of(view.status), view.last_seen}));
}

void Session::on(const protocol::State& state, const protocol::Ref& ref) {
    base::spawn(change_state(state, ref));
}

// The answer comes through the feed, in its place among the changes of other devices.
Task<void> Session::change_state(protocol::State state, protocol::Ref ref) {
    const auto self = shared_from_this();
    chat::ChatService::StateOrigin origin{feed_, ref};
    const auto changed = co_await context_.chats.change_state(
        state.chat, identity_->user, std::move(state.change), std::move(origin));
    if (!changed) error(changed.error(), ref);
}

void Session::on(const protocol::PingFrame& ping, const protocol::Ref& ref) {
    write_text(protocol::encode_pong(ping.n, ref));
}

void Session::check(base::Steady now, bool late) {
    const auto& limits = context_.limits;
    if (state_ == State::closed || connection_->closing()) return;
    if (state_ == State::awaiting_hello && now - opened_at_ > limits.hello_time) {
        if (late) {
            end(ws::CloseCode::overloaded, "try again later");
        } else {
            end(ws::CloseCode::no_hello, "no hello came in time");
        }
    } else if (now - last_heard_ > limits.silence && !late) {
        end(ws::CloseCode::silence, "nothing was heard for too long");
    }
}

void Session::revoke() {
    end(ws::CloseCode::revoked, "this device was signed out");
}

void Session::drain(std::chrono::milliseconds reconnect_after) {
    write_text(protocol::encode_goodbye("the server is restarting", reconnect_after));
    end(ws::CloseCode::draining, "the server is restarting");
}

void Session::abort() {
    connection_->abort();
}

void Session::failed(const base::Problem& problem) {
    error(problem, {});
    end(ws::CloseCode::overloaded, "try again later");
}

void Session::write(delivery::EncodedFrame frame) {
    connection_->write(std::move(frame));
}

bool Session::writable() {
    return connection_->writable();
}

void Session::drained() {
    if (feed_) feed_->resume();
}

void Session::write_text(std::string_view payload) {
    connection_->write(delivery::encode_frame(payload));
}

void Session::error(const base::Problem& problem, const protocol::Ref& ref,
                    std::optional<domain::ClientId> client_id) {
    context_.metrics.frames_refused.add();
    write_text(protocol::encode_error({problem, ref, client_id}));
}

void Session::end(ws::CloseCode code, std::string_view reason) {
    stop_presence();
    connection_->close(code, reason);
}

// Not only when the connection is gone: one whose peer is silent takes its time.
void Session::stop_presence() {
    if (!std::exchange(present_, false)) return;
    context_.presence.session_closed(identity_->user, identity_->device);
}

void Session::connection_closed(bool clean) {
    const auto self = shared_from_this();
    const State before = std::exchange(state_, State::closed);
    for (const auto& chat : std::exchange(attached_, {})) {
        context_.registry.unfollow(chat, *feed_);
        context_.chats.detach(chat, context_.shard);
    }
    if (feed_) {
        context_.registry.remove(*feed_);
        feed_->close();
    }
    if (before == State::open) {
        context_.metrics.open.add(-1);
        for (const auto user : watched_) {
            context_.presence.unwatch({key_, context_.shard}, user);
        }
        stop_presence();
        for (const auto& chat : typing_)
            context_.chats.typing(chat, identity_->user, false, {});
        base::log::info("session.closed", {{"user", to_string(identity_->user)},
                                           {"device", to_string(identity_->device)},
                                           {"clean", clean}});
    }
    if (connection_->was_too_slow()) context_.metrics.slow_readers.add();
    context_.sessions.remove(key_);
}

}  // namespace banter::gateway
