#include "load/replay/participant.hpp"

#include <algorithm>
#include <utility>

#include "load/client_frames.hpp"
#include "load/json_scan.hpp"
#include "load/replay/group.hpp"

namespace banter::load {
namespace {

constexpr double read_chance = 0.1;            // that an acknowledgement is a `read` as well
constexpr auto heartbeat = std::chrono::seconds(25);  // well within the 60 s of protocol.md
constexpr auto settling_time = std::chrono::seconds(5);
constexpr auto close_patience = std::chrono::seconds(5);

}  // namespace

Participant::Participant(ReplayContext& context, Account& account)
    : context_(context), account_(account), socket_(context.loop, *this) {}

void Participant::go_online() {
    wanted_ = true;
    if (socket_.idle() && attempts_ == 0) connect();
}

void Participant::connect() {
    if (!wanted_ || !socket_.idle()) return;
    ++attempts_;
    ++connection_;
    ++context_.stats.connections;
    if (connection_ > 1) ++context_.stats.reconnects;
    socket_.connect(context_.address);
}

void Participant::go_offline(bool clean) {
    wanted_ = false;
    if (clean && welcomed_ && socket_.open()) {
        acknowledge();
        socket_.close();
        closing_ = true;
        context_.loop.after(close_patience, [this, connection = connection_] {
            if (connection != connection_ || socket_.idle()) return;
            socket_.abandon();
            disconnected();
            connect();
        });
        return;
    }
    socket_.abandon();
    disconnected();
}

void Participant::reconnect() {
    if (!wanted_) return go_online();
    go_offline(context_.random.chance(0.5));
    const milliseconds pause(50 + static_cast<std::int64_t>(context_.random.below(1000)));
    context_.loop.after(pause, [this] { go_online(); });
}

void Participant::disconnected() {
    closing_ = false;
    for (auto* seat : seats_) {  // what was on its way may have been lost
        seat->acknowledged_here = 0;
        seat->settling = 0;
    }
    welcomed_ = false;
    synced_ = false;
    attempts_ = 0;
}

void Participant::on_open() {
    context_.accounts.with_token(account_, [this, connection = connection_](const auto& token) {
        if (connection != connection_ || !socket_.open()) return;
        socket_.send(hello_frame(token, "undelivered"));
    });
}

// protocol.md: full jitter, 0.5 s doubling to 20 s.
void Participant::on_closed(const std::string& why) {
    const std::uint32_t attempts = attempts_;
    const bool meant = closing_;
    disconnected();
    if (meant) return connect();
    context_.stats.error(context_.stats.dropped, "a connection ended: " + why);
    attempts_ = attempts;
    const double longest = std::min(20.0, 0.5 * static_cast<double>(1U << std::min(attempts, 6U)));
    const double pause = context_.random.unit() * longest;
    context_.loop.after(of_seconds(pause), [this] { connect(); });
}

void Participant::on_text(std::string_view text) {
    const Frame frame = read_frame(text);
    if (frame.type == "message") return on_message(frame);
    if (frame.type == "sent") return on_sent(frame);
    if (frame.type == "receipt") {
        on_receipt(frame);
    } else if (frame.type == "error") {
        on_error(frame, text);
    } else if (frame.type == "welcome") {
        welcomed(text);
    } else if (frame.type == "synced") {
        synced_ = true;
        synced_at_ = Clock::now();
        attempts_ = 0;
    }
}

void Participant::welcomed(std::string_view text) {
    welcomed_ = true;
    unacknowledged_ = 0;
    const auto window = integer(member(member(text, "limits"), "window"));
    if (window && *window > 1) window_ = static_cast<std::size_t>(*window);
    for (auto* seat : seats_) {
        seat->unacknowledged = false;
        seat->stream.connection_started();
    }
    for (const auto index : unanswered_) transmit(index);
}

Seat* Participant::seat_of(std::string_view chat) const {
    for (auto* seat : seats_) {
        if (seat->group->chat() == chat) return seat;
    }
    return nullptr;
}

void Participant::on_message(const Frame& frame) {
    auto* seat = seat_of(frame.chat);
    if (seat == nullptr) {  // of an earlier replay with the same users
        socket_.send(received_frame(frame.chat, frame.seq));
        return;
    }
    seat->group->arrived(*seat, frame);
    seat->unacknowledged = true;
    if (++unacknowledged_ >= window_ / 2) acknowledge();
}

void Participant::on_receipt(const Frame& frame) {
    ++context_.stats.receipts;
    if (auto* seat = seat_of(frame.chat)) seat->group->receipt(*seat, frame);
}

bool Participant::answered(std::size_t index) {
    const auto found = std::ranges::find(unanswered_, index);
    if (found == unanswered_.end()) return false;
    unanswered_.erase(found);
    return true;
}

void Participant::on_sent(const Frame& frame) {
    const std::size_t index = index_of_client_id(frame.client_id);
    if (!answered(index)) {
        return context_.stats.error(context_.stats.errors, "a send was answered twice");
    }
    const auto& send = context_.sends[index];
    send.seat->unacknowledged = true;
    send.seat->group->sent(*send.seat, index, frame, !send.retried);
}

void Participant::on_error(const Frame& frame, std::string_view text) {
    auto& stats = context_.stats;
    if (frame.client_id.empty()) {
        // An acknowledgement may cross with the end of a membership.
        if (frame.code != "not_found") stats.error(stats.errors, std::string(text));
        return;
    }
    const std::size_t index = index_of_client_id(frame.client_id);
    if (frame.code == "rate_limited" || frame.code == "overloaded") {
        ++stats.told_to_wait;
        context_.sends[index].retried = true;
        const milliseconds wait(std::max<std::int64_t>(frame.retry_after_ms, 10));
        context_.loop.after(wait, [this, index, connection = connection_] {
            if (connection == connection_ && welcomed_) transmit(index);
        });
        return;
    }
    if (!answered(index)) return;
    stats.error(stats.refused, std::string(text));
    auto& seat = *context_.sends[index].seat;
    seat.group->answered(seat);
}

void Participant::send(std::size_t index) {
    unanswered_.push_back(index);
    if (!welcomed_) {
        context_.sends[index].retried = true;  // not measured: it waits for a connection
        return go_online();
    }
    transmit(index);
    if (!context_.random.chance(context_.options.cut_chance)) return;
    context_.loop.after(nanoseconds(0), [this] { if (wanted_) reconnect(); });
}

void Participant::transmit(std::size_t index) {
    auto& send = context_.sends[index];
    if (send.connection != 0) {
        ++context_.stats.resends;
        send.retried = true;
    }
    send.connection = connection_;
    last_sent_ = context_.loop.now();
    const auto client_id = client_id_of(context_.run, index);
    socket_.send(send_frame(client_id, send.seat->group->chat(), send.text));
}

void Participant::acknowledge() {
    unacknowledged_ = 0;
    if (!welcomed_ || !socket_.open()) return;
    for (auto* seat : seats_) {
        if (!std::exchange(seat->unacknowledged, false)) continue;
        const Seq seq = seat->stream.last();
        socket_.send(received_frame(seat->group->chat(), seq));
        if (context_.random.chance(read_chance)) {
            socket_.send(read_mark_frame(seat->group->chat(), seq));
            seat->view.read_up_to(seq);
        }
        seat->stream.acknowledged(seq);
        seat->acknowledged_here = seq;
        last_sent_ = context_.loop.now();
    }
}

void Participant::repeat_reads() {
    if (!welcomed_ || !socket_.open()) return;
    for (const auto* seat : seats_) {
        if (seat->view.read() == 0) continue;
        socket_.send(read_mark_frame(seat->group->chat(), seat->view.read()));
    }
}

// An acknowledgement has no answer: time on the same connection has to do.
void Participant::settle_acknowledgements() {
    if (context_.loop.now() < next_settling_) return;
    next_settling_ = context_.loop.now() + settling_time;
    for (auto* seat : seats_) {
        seat->stream.acknowledgement_settled(seat->settling);
        seat->settling = seat->acknowledged_here;
    }
}

void Participant::tick() {
    settle_acknowledgements();
    acknowledge();
    if (!welcomed_ || !socket_.open() || context_.loop.now() - last_sent_ < heartbeat) return;
    last_sent_ = context_.loop.now();
    socket_.send(ping_frame());
}

}  // namespace banter::load
