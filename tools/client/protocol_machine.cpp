#include "client/protocol_machine.hpp"

#include <algorithm>
#include <utility>

namespace banter::client {
namespace {

// protocol.md, "Closing": a client reconnects after codes below this one only.
constexpr std::uint16_t first_final_code = 4500;
constexpr std::size_t most_watched = 500;
constexpr std::size_t longest_draft = 4096;  // bytes

bool is(std::uint16_t code, CloseCode known) {
    return code == static_cast<std::uint16_t>(known);
}

std::string describe_close(std::uint16_t code, const std::string& reason) {
    auto text = reason.empty() ? std::string("The connection broke") : reason;
    if (code != 0) text += " (close code " + std::to_string(code) + ")";
    return text;
}

}  // namespace

ProtocolMachine::ProtocolMachine(Settings settings, ports::Random& random)
    : settings_(std::move(settings)),
      random_(random),
      delay_(settings_.first_delay, settings_.longest_delay),
      outbox_(settings_.max_in_flight),
      acknowledgements_(settings_.acknowledge_within) {}

// ---- connecting, waiting, ending

void ProtocolMachine::start(base::Steady now) {
    if (phase_ == Phase::idle) attempt(now);
}

void ProtocolMachine::stop(base::Steady now) {
    if (phase_ == Phase::ended) return;
    if (is_welcomed()) write_acknowledgements();
    if (is_connected() || phase_ == Phase::connecting) actions_.push_back(Disconnect{});
    end(EndReason::stopped, "");
}

void ProtocolMachine::enter(Phase phase) {
    phase_ = phase;
    notify(PhaseChanged{.phase = phase, .retry_in = {}, .reason = {}});
}

void ProtocolMachine::attempt(base::Steady now) {
    if (access_token_.empty() || (token_expires_at_ && *token_expires_at_ <= now)) {
        refresh_tokens();
        return;
    }
    enter(Phase::connecting);
    actions_.push_back(Connect{});
}

void ProtocolMachine::refresh_tokens() {
    enter(Phase::refreshing);
    actions_.push_back(Refresh{access_token_});
}

void ProtocolMachine::reconnect_now(base::Steady now) {
    if (phase_ == Phase::waiting) attempt(now);
}

void ProtocolMachine::wait(base::Steady now, const std::string& reason) {
    const auto delay = told_delay_ ? *told_delay_ : delay_.next(random_);
    told_delay_.reset();
    phase_ = Phase::waiting;
    next_attempt_ = now + delay;
    notify(PhaseChanged{.phase = phase_, .retry_in = delay, .reason = reason});
}

void ProtocolMachine::forget_connection() {
    outbox_.on_connection_lost();
    typing_in_.reset();
    pong_awaited_ = false;
    last_refusal_.clear();
}

void ProtocolMachine::lose_connection(base::Steady now, const std::string& reason) {
    forget_connection();
    wait(now, reason);
}

void ProtocolMachine::end(EndReason reason, std::string detail) {
    forget_connection();
    phase_ = Phase::ended;
    notify(PhaseChanged{.phase = phase_, .retry_in = {}, .reason = detail});
    notify(Ended{reason, std::move(detail)});
}

void ProtocolMachine::on_tokens(base::Steady now, std::string access_token,
                                std::optional<base::Steady> expires_at) {
    access_token_ = std::move(access_token);
    token_expires_at_ = expires_at;
    if (phase_ != Phase::refreshing) return;
    tokens_are_new_ = true;
    // A clock that is ahead must not ask for tokens for ever: new ones are tried as they are.
    enter(Phase::connecting);
    actions_.push_back(Connect{});
}

void ProtocolMachine::on_refresh_failed(base::Steady now, const Error& error) {
    if (phase_ != Phase::refreshing) return;
    if (error.is(base::ErrorCode::unauthorized)) {
        end(EndReason::signed_out, error.detail);
        return;
    }
    if (error.retry_after.count() > 0) told_delay_ = error.retry_after;
    wait(now, error.detail);
}

void ProtocolMachine::on_unauthorised(base::Steady now, const std::string& reason) {
    forget_connection();
    if (tokens_are_new_) {
        end(EndReason::signed_out, reason);
    } else {
        refresh_tokens();
    }
}

void ProtocolMachine::on_open(base::Steady now) {
    if (phase_ != Phase::connecting) return;
    enter(Phase::greeting);
    answer_due_ = now + settings_.answer_within;
    write(encode_hello({.token = access_token_,
                        .client = settings_.client,
                        .platform = settings_.platform,
                        .since = settings_.since}));
}

void ProtocolMachine::on_connect_failed(base::Steady now, int http_status,
                                        const std::string& reason) {
    if (phase_ != Phase::connecting) return;
    if (http_status == 401) {
        on_unauthorised(now, reason);
    } else {
        lose_connection(now, reason);
    }
}

void ProtocolMachine::on_closed(base::Steady now, std::uint16_t code, const std::string& reason) {
    if (!is_connected() && phase_ != Phase::connecting) return;
    const auto why = last_refusal_.empty() ? describe_close(code, reason) : last_refusal_;
    if (is(code, CloseCode::unauthorised)) {
        on_unauthorised(now, why);
    } else if (is(code, CloseCode::revoked)) {
        end(EndReason::revoked, why);
    } else if (code >= first_final_code && code < 5000) {
        end(EndReason::protocol_error, why);
    } else {
        lose_connection(now, why);
    }
}

// ---- time

std::optional<base::Steady> ProtocolMachine::next_deadline() const {
    if (phase_ == Phase::waiting) return next_attempt_;
    if (phase_ == Phase::greeting) return answer_due_;
    if (!is_welcomed()) return std::nullopt;
    auto next = next_ping_;
    if (pong_awaited_) next = std::min(next, answer_due_);
    if (const auto due = acknowledgements_.due()) next = std::min(next, *due);
    if (const auto held = outbox_.held_until()) next = std::min(next, *held);
    if (reads_again_) next = std::min(next, *reads_again_);
    return next;
}

void ProtocolMachine::on_time(base::Steady now) {
    if (phase_ == Phase::waiting && now >= next_attempt_) {
        attempt(now);
    } else if (phase_ == Phase::greeting && now >= answer_due_) {
        actions_.push_back(Disconnect{CloseCode::going_away});
        lose_connection(now, "The server did not answer");
    } else if (is_welcomed()) {
        if (const auto due = acknowledgements_.due(); due && now >= *due) {
            write_acknowledgements();
        }
        if (reads_again_ && now >= *reads_again_) write_reads();
        write_sends(now);
        watch_heartbeat(now);
    }
}

void ProtocolMachine::watch_heartbeat(base::Steady now) {
    if (pong_awaited_ && now >= answer_due_) {
        actions_.push_back(Disconnect{CloseCode::going_away});
        lose_connection(now, "The server stopped answering");
    } else if (now >= next_ping_) {
        ping(now);
    }
}

void ProtocolMachine::ping(base::Steady now) {
    write(encode_ping(++pings_));
    next_ping_ = now + heartbeat_;
    if (!pong_awaited_) answer_due_ = now + settings_.answer_within;
    pong_awaited_ = true;
}

// ---- frames

void ProtocolMachine::on_frame(base::Steady now, std::string_view text) {
    if (!is_connected()) return;
    auto frame = parse_server_frame(text);
    if (!frame) {
        notify(Misunderstood{frame.error()});
        return;
    }
    pong_awaited_ = false;
    std::visit([&](auto& given) { handle(now, given); }, *frame);
}

void ProtocolMachine::handle(base::Steady now, Welcome& welcome) {
    if (phase_ != Phase::greeting) return;
    self_ = welcome.user;
    heartbeat_ = welcome.heartbeat;
    limits_ = welcome.limits;
    acknowledgements_.set_window(limits_.window);
    tokens_are_new_ = false;
    next_ping_ = now + heartbeat_;
    enter(Phase::catching_up);
    notify(welcome);
    write_watches();
    write_reads();
    for (const auto& draft : drafts_.unanswered())
        write_draft(draft);
    write_sends(now);
}

void ProtocolMachine::handle(base::Steady now, Synced& synced) {
    if (phase_ != Phase::catching_up) return;
    const auto overtaken = streams_.overtaken();
    for (const auto& gap : streams_.on_synced())
        notify(gap);
    for (const auto& chat : overtaken)
        acknowledge(now, chat);
    delay_.reset();
    enter(Phase::live);
    notify(synced);
}

void ProtocolMachine::acknowledge(base::Steady now, const domain::ChatId& chat) {
    const auto mark = streams_.mark(chat);
    if (!mark || !settings_.acknowledge_automatically) return;
    acknowledgements_.add(chat, *mark, now);
    if (acknowledgements_.is_full()) write_acknowledgements();
}

void ProtocolMachine::handle(base::Steady now, Sent& sent) {
    const auto arrival = streams_.on_sent(sent.chat, sent.seq, phase_ == Phase::live);
    if (arrival.gap) notify(*arrival.gap);
    if (outbox_.settle(sent.client_id)) notify(MessageSent{sent});
    acknowledge(now, sent.chat);
    write_sends(now);
}

void ProtocolMachine::handle(base::Steady now, Message& message) {
    const auto chat = message.chat;
    const auto arrival = streams_.on_message(chat, message.seq);
    const bool is_ours = message.sender == self_ && message.client_id &&
                         outbox_.settle(*message.client_id).has_value();
    const bool is_out = ends_membership(message);
    if (arrival.gap) notify(*arrival.gap);
    if (is_ours) {
        notify(MessageSent{{.client_id = *message.client_id,
                            .chat = chat,
                            .seq = message.seq,
                            .message_id = message.id,
                            .at = message.at}});
    } else if (!arrival.repeat) {
        notify(std::move(message));
    }
    acknowledge(now, chat);
    if (is_out) {
        reads_.forget(chat);
        streams_.on_membership_ended(chat);
    }
}

bool ProtocolMachine::ends_membership(const Message& message) const {
    if (!message.event || message.event->change != "member_removed") return false;
    const auto& users = message.event->users;
    return std::ranges::find(users, self_) != users.end();
}

void ProtocolMachine::handle(base::Steady now, Refusal& refusal) {
    const auto& error = refusal.error;
    const bool is_final = !is_welcomed() || error.is(base::ErrorCode::unauthorized);
    if (is_final) last_refusal_ = error.detail;
    if (refusal.ref) drafts_.settle(*refusal.ref);
    if (!refusal.client_id) {
        if (error.retry_after.count() > 0 && refusal.ref) {
            try_marks_again(now + error.retry_after, *refusal.ref);
        }
        notify(Refused{error, refusal.ref});
        return;
    }
    if (error.retry_after.count() > 0) {
        outbox_.postpone(*refusal.client_id, now + error.retry_after);
        return;
    }
    if (auto entry = outbox_.settle(*refusal.client_id)) {
        notify(SendFailed{entry->client_id, entry->chat, error});
        write_sends(now);
    }
}

void ProtocolMachine::handle(base::Steady now, StateChanged& state) {
    if (state.ref) drafts_.settle(*state.ref);
    // Of what is being written here, the server's copy is older.
    if (drafts_.awaits_answer(state.chat)) return;
    notify(std::move(state));
}

// The refusal of a mark does not say which: all are said again, which moves none back.
void ProtocolMachine::try_marks_again(base::Steady when, std::string_view refused) {
    if (refused == "received" && settings_.acknowledge_automatically) {
        for (const auto& [chat, seq] : streams_.marks())
            acknowledgements_.add(chat, seq, when);
    } else if (refused == "read") {
        reads_.on_refused();
        reads_again_ = when;
    }
}

void ProtocolMachine::handle(base::Steady now, Goodbye& goodbye) {
    told_delay_ = goodbye.reconnect_after;
    notify(goodbye);
}

void ProtocolMachine::handle(base::Steady now, Pong& pong) {
    if (pong.n) reads_.on_pong(*pong.n);
}

// ---- from the application

void ProtocolMachine::send(base::Steady now, domain::ClientId client_id, domain::ChatId chat,
                           domain::Content content) {
    outbox_.add({.client_id = client_id, .chat = chat, .content = std::move(content)});
    write_sends(now);
}

void ProtocolMachine::write_sends(base::Steady now) {
    if (!is_welcomed()) return;
    for (auto& entry : outbox_.take_writable(now)) {
        auto frame = encode_send(entry.client_id, entry.chat, entry.content);
        const bool fits =
            entry.content.text.size() <= limits_.text_bytes && frame.size() <= limits_.frame_bytes;
        if (fits) {
            if (typing_in_ == entry.chat) typing_in_.reset();
            write(std::move(frame));
            continue;
        }
        // A frame that is too large would end the connection, now and at every try.
        outbox_.settle(entry.client_id);
        notify(SendFailed{entry.client_id,
                          entry.chat,
                          {.kind = Error::Kind::refused,
                           .code = base::ErrorCode::too_large,
                           .detail = "The message is longer than this server allows."}});
    }
}

void ProtocolMachine::received(base::Steady now, const domain::ChatId& chat, domain::Seq seq) {
    acknowledgements_.add(chat, seq, now);
    if (acknowledgements_.is_full()) write_acknowledgements();
}

void ProtocolMachine::write_acknowledgements() {
    if (!is_welcomed()) return;
    for (const auto& [chat, seq] : acknowledgements_.take())
        write(encode_received(chat, seq));
}

void ProtocolMachine::read(base::Steady now, const domain::ChatId& chat, domain::Seq seq) {
    if (reads_.advance(chat, seq) && is_welcomed()) write_read(chat, seq);
}

void ProtocolMachine::write_reads() {
    reads_again_.reset();
    for (const auto& [chat, seq] : reads_.unconfirmed())
        write_read(chat, seq);
}

void ProtocolMachine::write_read(const domain::ChatId& chat, domain::Seq seq) {
    write(encode_read(chat, seq));
    reads_.on_written(chat, pings_);
}

void ProtocolMachine::typing(base::Steady now, const domain::ChatId& chat, bool on) {
    if (phase_ != Phase::live) return;
    const bool goes_on = typing_in_ == chat;
    if (on && goes_on && now < typing_renewal_) return;
    if (!on && !goes_on) return;
    if (on && typing_in_ && !goes_on) write(encode_typing(*typing_in_, false));
    write(encode_typing(chat, on));
    typing_renewal_ = now + settings_.typing_renewal;
    typing_in_ = on ? std::optional(chat) : std::nullopt;
}

void ProtocolMachine::keep_draft(base::Steady now, const domain::ChatId& chat, std::string text) {
    if (text.size() > longest_draft) return;
    const auto frame = drafts_.set(chat, std::move(text));
    if (is_welcomed()) write_draft(frame);
}

void ProtocolMachine::write_draft(const Drafts::Frame& draft) {
    write(encode_draft(draft.chat, draft.text, draft.ref));
}

void ProtocolMachine::watch(base::Steady now, std::vector<domain::UserId> users) {
    std::erase_if(users, [&](domain::UserId user) { return watched_.contains(user); });
    const auto room = most_watched - watched_.size();
    if (users.size() > room) users.resize(room);
    watched_.insert(users.begin(), users.end());
    if (is_welcomed() && !users.empty()) write(encode_watch(users));
}

void ProtocolMachine::unwatch(base::Steady now, std::vector<domain::UserId> users) {
    std::erase_if(users, [&](domain::UserId user) { return watched_.erase(user) == 0; });
    if (is_welcomed() && !users.empty()) write(encode_unwatch(users));
}

void ProtocolMachine::write_watches() {
    if (watched_.empty()) return;
    const std::vector<domain::UserId> users(watched_.begin(), watched_.end());
    write(encode_watch(users));
}

std::vector<Action> ProtocolMachine::take_actions() {
    return std::exchange(actions_, {});
}

}  // namespace banter::client
