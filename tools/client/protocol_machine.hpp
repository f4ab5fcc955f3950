#pragma once

#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "client/chat_streams.hpp"
#include "client/client_frame.hpp"
#include "client/drafts.hpp"
#include "client/marks.hpp"
#include "client/outbox.hpp"
#include "client/reconnect_delay.hpp"
#include "client/server_frame.hpp"
#include "domain/message.hpp"
#include "ports/random.hpp"
#include "protocol/websocket.hpp"

namespace banter::client {

using protocol::websocket::CloseCode;

enum class Phase {
    idle,         // not started
    connecting,   // opening a WebSocket
    refreshing,   // asking for new tokens
    greeting,     // hello is out
    catching_up,  // welcomed; the backlog is coming
    live,         // synced
    waiting,      // for the next attempt
    ended,        // for good
};

enum class EndReason {
    stopped,         // by the application
    signed_out,      // the refresh token is not accepted: sign in again
    revoked,         // the device was revoked
    protocol_error,  // the server holds this client to be broken
};

// ---- what the application gets to know

struct PhaseChanged {
    Phase phase = Phase::idle;
    std::chrono::milliseconds retry_in{0};  // when waiting
    std::string reason;                     // when waiting or ended: what went wrong
};
struct Ended {
    EndReason reason = EndReason::stopped;
    std::string detail;
};
// A send became durable: it has its place in the chat. Comes once for each send, whether the
// server said `sent` or the message came back in a backlog.
struct MessageSent {
    Sent sent;
};
// A send was refused for good and is no longer in the outbox.
struct SendFailed {
    domain::ClientId client_id;
    domain::ChatId chat;
    Error error;
};
// The server refused something other than a send. `ref` is the type of the frame.
struct Refused {
    Error error;
    std::optional<std::string> ref;
};
// A frame that breaks the protocol was skipped.
struct Misunderstood {
    Error error;
};
using Gap = ChatStreams::Gap;  // messages this device was not sent: read them from the history

using Event = std::variant<PhaseChanged, Ended, Welcome, Synced, Message, MessageSent, SendFailed,
                           Receipt, Presence, Typing, ChatChange, StateChanged, RequestChange,
                           MediaStatus, Gap, Refused, Misunderstood, Goodbye>;

// ---- what the transport is to do, in order

struct Connect {};  // answer with on_open or on_connect_failed
struct Refresh {
    std::string spent_access_token;  // answer with on_tokens or on_refresh_failed
};
struct Write {
    std::string frame;
};
struct Disconnect {  // no events of this connection any more, on_closed included
    CloseCode code = CloseCode::normal;
};
struct Notify {
    Event event;
};
using Action = std::variant<Connect, Refresh, Write, Disconnect, Notify>;

// The client's half of the protocol without any I/O: events and the time go in, actions come
// out. Keeps the outbox over reconnections, drops repeated messages, acknowledges, keeps the
// heartbeat, follows the rules for close codes. The same inputs give the same actions. Belongs to
// one thread. After every input the caller carries out take_actions(), and calls on_time when
// next_deadline() has come.
class ProtocolMachine {
public:
    using Milliseconds = std::chrono::milliseconds;

    struct Settings {
        std::string client = "banter-client";
        std::string platform = "unknown";
        Since since = Since::start;
        // Messages count as received once take_actions() has handed them over. False: only when
        // the application says so by received().
        bool acknowledge_automatically = true;
        Milliseconds acknowledge_within{20};
        Milliseconds first_delay{500};       // reconnection: full jitter from here …
        Milliseconds longest_delay{20'000};  // … doubling to here
        Milliseconds answer_within{10'000};  // for a welcome, and for a pong after the heartbeat
        std::size_t max_in_flight = 64;      // unacknowledged sends
        Milliseconds typing_renewal{3'000};
    };

    ProtocolMachine(Settings settings, ports::Random& random);

    void start(base::Steady now);
    // Acknowledges what is left, closes, and ends.
    void stop(base::Steady now);

    // From the transport.
    void on_tokens(base::Steady now, std::string access_token,
                   std::optional<base::Steady> expires_at);
    void on_refresh_failed(base::Steady now, const Error& error);
    void on_open(base::Steady now);
    // `http_status`: of an answered but refused upgrade, else 0.
    void on_connect_failed(base::Steady now, int http_status, const std::string& reason);
    void on_frame(base::Steady now, std::string_view text);
    void on_closed(base::Steady now, std::uint16_t code, const std::string& reason);
    void on_time(base::Steady now);

    // From the application.
    void send(base::Steady now, domain::ClientId client_id, domain::ChatId chat,
              domain::Content content);
    void received(base::Steady now, const domain::ChatId& chat, domain::Seq seq);
    void read(base::Steady now, const domain::ChatId& chat, domain::Seq seq);
    // Call it for each keystroke; frames go out as seldom as the protocol allows.
    void typing(base::Steady now, const domain::ChatId& chat, bool on);
    // The user has begun to write this in `chat`; at most 4,096 bytes, a longer one is not kept.
    void keep_draft(base::Steady now, const domain::ChatId& chat, std::string text);
    void watch(base::Steady now, std::vector<domain::UserId> users);
    void unwatch(base::Steady now, std::vector<domain::UserId> users);
    // Does not wait any longer for the next attempt.
    void reconnect_now(base::Steady now);

    std::vector<Action> take_actions();
    std::optional<base::Steady> next_deadline() const;

    Phase phase() const { return phase_; }
    std::size_t unacknowledged_sends() const { return outbox_.size(); }

private:
    bool is_welcomed() const { return phase_ == Phase::catching_up || phase_ == Phase::live; }
    bool is_connected() const { return is_welcomed() || phase_ == Phase::greeting; }
    void write(std::string frame) { actions_.push_back(Write{std::move(frame)}); }
    void notify(Event event) { actions_.push_back(Notify{std::move(event)}); }
    void enter(Phase phase);

    void attempt(base::Steady now);
    void refresh_tokens();
    void wait(base::Steady now, const std::string& reason);
    void lose_connection(base::Steady now, const std::string& reason);
    void end(EndReason reason, std::string detail);
    void forget_connection();

    void handle(base::Steady now, const UnknownFrame&) {}
    void handle(base::Steady now, Welcome& welcome);
    void handle(base::Steady now, Synced& synced);
    void handle(base::Steady now, Sent& sent);
    void handle(base::Steady now, Message& message);
    void handle(base::Steady now, Receipt& receipt) { notify(std::move(receipt)); }
    void handle(base::Steady now, Presence& presence) { notify(std::move(presence)); }
    void handle(base::Steady now, Typing& typing) { notify(std::move(typing)); }
    void handle(base::Steady now, ChatChange& change) { notify(std::move(change)); }
    void handle(base::Steady now, StateChanged& state);
    void handle(base::Steady now, RequestChange& request) { notify(std::move(request)); }
    void handle(base::Steady now, MediaStatus& status) { notify(std::move(status)); }
    void handle(base::Steady now, Refusal& refusal);
    void handle(base::Steady now, Goodbye& goodbye);
    void handle(base::Steady now, Pong& pong);

    void on_unauthorised(base::Steady now, const std::string& reason);
    void acknowledge(base::Steady now, const domain::ChatId& chat);
    bool ends_membership(const Message& message) const;
    void write_sends(base::Steady now);
    void write_acknowledgements();
    void write_read(const domain::ChatId& chat, domain::Seq seq);
    void write_reads();
    void try_marks_again(base::Steady when, std::string_view refused);
    void write_watches();
    void write_draft(const Drafts::Frame& draft);
    void ping(base::Steady now);
    void watch_heartbeat(base::Steady now);

    Settings settings_;
    ports::Random& random_;
    Phase phase_ = Phase::idle;
    std::vector<Action> actions_;

    std::string access_token_;
    std::optional<base::Steady> token_expires_at_;
    bool tokens_are_new_ = false;  // refreshed, and no welcome since

    ReconnectDelay delay_;
    std::optional<Milliseconds> told_delay_;  // by a goodbye
    base::Steady next_attempt_{};
    base::Steady answer_due_{};  // greeting: the welcome; after a ping: its pong
    base::Steady next_ping_{};
    bool pong_awaited_ = false;
    std::int64_t pings_ = 0;
    std::string last_refusal_;

    domain::UserId self_;
    Milliseconds heartbeat_{30'000};
    Limits limits_;
    Outbox outbox_;
    ChatStreams streams_;
    Acknowledgements acknowledgements_;
    ReadMarks reads_;
    std::optional<base::Steady> reads_again_;  // a refused one is due then
    Drafts drafts_;
    std::set<domain::UserId> watched_;
    std::optional<domain::ChatId> typing_in_;
    base::Steady typing_renewal_{};
};

}  // namespace banter::client
