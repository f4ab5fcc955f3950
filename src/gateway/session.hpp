#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "accounts/account_service.hpp"
#include "chat/chat_service.hpp"
#include "delivery/feed.hpp"
#include "gateway/connection.hpp"
#include "gateway/session_context.hpp"
#include "gateway/token_bucket.hpp"
#include "presence/presence_service.hpp"
#include "protocol/client_frame.hpp"

namespace banter::gateway {

// One device's conversation with the server over one WebSocket: from its hello on, what it says
// goes to the services and what happens in its chats comes back through its feed.
class Session final : public ConnectionEvents,
                      public delivery::FeedOutput,
                      public std::enable_shared_from_this<Session> {
public:
    // `identity`: who the upgrade request was; empty when the hello has to say it.
    Session(SessionContext& context, std::uint64_t key, std::shared_ptr<Connection> connection,
            std::optional<accounts::Identity> identity);

    std::uint64_t key() const { return key_; }
    const std::optional<accounts::Identity>& identity() const { return identity_; }

    void message_received(std::string_view text) override;
    void connection_closed(bool clean) override;

    void drained() override;

    void write(delivery::EncodedFrame frame) override;
    bool writable() override;
    void joined(domain::ChatId chat) override;
    void left(domain::ChatId chat) override;
    void moved(const delivery::Concerned& concerned) override;
    void failed(const base::Problem& problem) override;

    void presence_changed(domain::UserId user, const presence::PresenceView& view);

    // Called every second: ends what never said hello or fell silent. `late`: this call comes late,
    // so what the peer said may still wait to be read.
    void check(base::Steady now, bool late);
    // The device was revoked, or logged out.
    void revoke();
    // The server is going away: says goodbye and when to come back.
    void drain(std::chrono::milliseconds reconnect_after);
    // Ends without a word, because there is no more time.
    void abort();

private:
    enum class State { awaiting_hello, opening, open, closed };

    void handle_text(std::string_view text);
    void handle(protocol::ParsedFrame parsed);
    void handle_first(protocol::ParsedFrame parsed);

    void on(const protocol::Hello& hello, const protocol::Ref& ref);
    void on(protocol::Send& send, const protocol::Ref& ref);
    void on(const protocol::Received& received, const protocol::Ref& ref);
    void on(const protocol::Read& read, const protocol::Ref& ref);
    void on(const protocol::Typing& typing, const protocol::Ref& ref);
    void on(const protocol::Watch& watch, const protocol::Ref& ref);
    void on(const protocol::Unwatch& unwatch, const protocol::Ref& ref);
    void on(const protocol::State& state, const protocol::Ref& ref);
    void on(const protocol::PingFrame& ping, const protocol::Ref& ref);

    base::Task<void> open(protocol::Hello hello, protocol::Ref ref);
    base::Task<base::Result<void>> identify(const protocol::Hello& hello);
    void say_welcome(const protocol::Ref& ref);
    base::Task<base::Result<void>> attach_chats(protocol::Since since);
    base::Task<base::Result<void>> attach(chat::FeedChat chat, protocol::Since since);
    base::Task<base::Result<void>> add_states(base::Timestamp since);
    base::Task<void> attach_joined(domain::ChatId chat);
    void begin_take_up();
    base::Task<void> take_up_moved();
    base::Task<base::Result<void>> take_up_again(domain::ChatId chat, base::Timestamp since);
    base::Task<base::Result<std::optional<delivery::StreamStart>>> end_of(domain::ChatId chat);
    base::Task<base::Result<void>> attach_ended(chat::FeedChat chat, base::Problem problem);
    base::Task<void> take_up_new(base::Timestamp since);
    void start_feed();
    base::Task<void> acknowledge(protocol::Received received, protocol::Ref ref);
    base::Task<void> change_state(protocol::State state, protocol::Ref ref);
    base::Task<void> mark_read(protocol::Read read, protocol::Ref ref);

    std::optional<base::Problem> check_rate();
    void error(const base::Problem& problem, const protocol::Ref& ref,
               std::optional<domain::ClientId> client_id = {});
    void write_text(std::string_view payload);
    void end(protocol::websocket::CloseCode code, std::string_view reason);
    void stop_presence();

    SessionContext& context_;
    std::uint64_t key_;
    std::shared_ptr<Connection> connection_;
    std::optional<accounts::Identity> identity_;
    std::optional<domain::Device> device_;
    bool new_device_ = false;
    State state_ = State::awaiting_hello;
    bool present_ = false;  // counts for presence
    std::shared_ptr<delivery::Feed> feed_;
    std::unordered_set<domain::ChatId> attached_;  // chats whose shard sends us what happens
    std::vector<delivery::Concerned> moved_;       // that are still to be taken up again
    base::Timestamp missed_since_;                 // when they may have begun to tell nothing
    bool taking_up_ = false;
    std::unordered_set<domain::UserId> watched_;
    std::unordered_set<domain::ChatId> typing_;  // where this session said so
    std::vector<std::string> early_;             // frames that came while the session opened
    std::size_t early_bytes_ = 0;
    TokenBucket bucket_;
    base::Steady opened_at_;
    base::Steady last_heard_;
};

}  // namespace banter::gateway
