#include "witness.hpp"

#include <algorithm>
#include <cstdio>

namespace banter::simulation {
namespace {

constexpr std::uint64_t fnv_prime = 0x100000001B3ULL;

std::string at(const domain::ChatId& chat, domain::Seq seq) {
    return to_string(chat) + " #" + std::to_string(seq.value);
}

}  // namespace

void Trace::add(std::string_view bytes) {
    for (const char byte : bytes)
        hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * fnv_prime;
}

void Trace::add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
        hash_ = (hash_ ^ ((number >> shift) & 0xFFU)) * fnv_prime;
}

void Trace::print(std::string_view what, std::initializer_list<std::string> values) const {
    std::string line = std::to_string(timeline_.now()) + " " + std::string(what);
    for (const auto& value : values)
        line += " " + value;
    std::fprintf(stderr, "%s\n", line.c_str());
}

void Witness::fail(std::string_view promise, std::string text) {
    trace_.note("broken", promise, text);
    if (failure_.empty()) failure_ = std::string(promise) + ": " + std::move(text);
}

void Witness::send_refused(const domain::ClientId& id, const client::Error& error) {
    auto& fact = sends_[id];
    if (fact.sent && !sends_are_repeated_)
        fail("P4 idempotent",
             "the send " + to_string(id) + " was acknowledged, then " + "refused: " + error.detail);
    fact.refused = error;
}

// Every `sent` of one client_id says the same.
void Witness::sent(const client::Sent& sent) {
    auto& fact = sends_[sent.client_id];
    if (fact.sent && (fact.sent->chat != sent.chat || fact.sent->seq != sent.seq ||
                      fact.sent->message_id != sent.message_id)) {
        fail("P4 idempotent", "the send " + to_string(sent.client_id) + " became both " +
                                  at(fact.sent->chat, fact.sent->seq) + " and " +
                                  at(sent.chat, sent.seq));
    }
    if (fact.refused && !sends_are_repeated_) {
        fail("P4 idempotent", "the send " + to_string(sent.client_id) + " was refused for good (" +
                                  fact.refused->detail + "), then acknowledged");
    }
    fact.sent = sent;
    tell(sent.chat, sent.seq, {sent.message_id, fact.user, fact.text});
    has_[{fact.device, sent.chat}].insert(sent.seq);
}

void Witness::tell(const Chat& chat, domain::Seq seq, Told told) {
    const auto [known, added] = told_.try_emplace({chat, seq}, told);
    if (!added && known->second != told) {
        fail("P2 ordered", at(chat, seq) + " is '" + known->second.text + "' to one and '" +
                               told.text + "' to another");
    }
}

void Witness::heard(const Listener& listener, const client::ServerFrame& frame) {
    std::visit([&](const auto& one) { heard_one(listener, one); }, frame);
}

// Clients say hello at once, and no network here is so slow.
void Witness::closed(Device device, std::uint16_t code) {
    constexpr std::uint16_t no_hello = 4001;
    trace_.note("closed", device, std::uint64_t{code});
    if (code == no_hello) {
        fail("P8 honest overload",
             "device " + to_string(device) + " is said to have said no hello");
    }
}

void Witness::gap(const Gap& gap) {
    const auto& has = has_[{gap.device, gap.chat}];
    for (auto seq = gap.after.next(); seq < gap.before; seq = seq.next()) {
        if (has.contains(seq)) continue;
        gaps_.push_back(gap);
        return;
    }
}

// A chat's stream on a socket: in seq order, no gaps, each seq once.
void Witness::advance(const Listener& listener, const Chat& chat, domain::Seq seq) {
    auto& streams = streams_[listener.link];
    const auto [known, first] = streams.try_emplace(chat, Stream{seq, false});
    auto& stream = known->second;
    const bool next = stream.ended ? seq > stream.last : seq == stream.last.next();
    if (!first && !next) {
        fail(seq > stream.last ? "P3 at least once" : "P2 ordered",
             "device " + to_string(listener.device) + " was sent " + at(chat, seq) + " after #" +
                 std::to_string(stream.last.value) + " on one connection");
    }
    stream = {seq, false};
}

void Witness::heard_one(const Listener& listener, const client::Message& message) {
    trace_.note("message", listener.device, message.chat, message.seq);
    advance(listener, message.chat, message.seq);
    std::string text = message.text;
    if (message.event) text = message.event->change + " " + message.event->title;
    tell(message.chat, message.seq, {message.id, message.sender, std::move(text)});
    given_[{listener.device, message.chat}].insert(message.seq);
    has_[{listener.device, message.chat}].insert(message.seq);
    if (!message.event || message.event->change != "member_removed") return;
    if (std::ranges::find(message.event->users, listener.user) != message.event->users.end()) {
        streams_[listener.link][message.chat].ended = true;
    }
}

void Witness::heard_one(const Listener& listener, const client::Sent& sent) {
    trace_.note("sent", listener.device, sent.chat, sent.seq);
    auto& streams = streams_[listener.link];
    const auto known = streams.find(sent.chat);
    // A repeat may come at any time; what goes on must go on without a gap.
    if (known != streams.end() && sent.seq > known->second.last) {
        if (known->second.ended) {
            fail("P3 at least once", "device " + to_string(listener.device) + " got the answer " +
                                         at(sent.chat, sent.seq) +
                                         " of a membership it was not told of");
        }
        advance(listener, sent.chat, sent.seq);
    }
    this->sent(sent);
}

void Witness::heard_one(const Listener& listener, const client::Receipt& receipt) {
    trace_.note("receipt", listener.device, receipt.chat, receipt.user,
                receipt.delivered.value_or(domain::Seq{}), receipt.read.value_or(domain::Seq{}));
    auto& told = marks_told_[{listener.device, receipt.chat, receipt.user}];
    const auto check = [&](std::string_view which, domain::Seq& before,
                           const std::optional<domain::Seq>& now) {
        if (!now) return;
        if (*now < before) {
            fail("P5 monotonic status", std::string(which) + " of user " + to_string(receipt.user) +
                                            " went from #" + std::to_string(before.value) +
                                            " back to " + at(receipt.chat, *now));
        }
        before = *now;
    };
    check("delivered", told.delivered, receipt.delivered);
    check("read", told.read, receipt.read);
}

void Witness::heard_one(const Listener& listener, const client::Refusal& refusal) {
    const auto& error = refusal.error;
    trace_.note("refusal", listener.device, error.detail, refusal.ref.value_or("-"));
    const bool again =
        error.is(base::ErrorCode::overloaded) || error.is(base::ErrorCode::rate_limited);
    if (again != (error.retry_after.count() > 0)) {
        fail("P8 honest overload",
             "an error without a time to retry, or with one too many: " + error.detail);
    }
}

}  // namespace banter::simulation
