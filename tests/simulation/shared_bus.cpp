#include "shared_bus.hpp"

#include <algorithm>
#include <utility>

namespace banter::simulation {
namespace {

constexpr std::int64_t million = 1'000'000;
constexpr auto heartbeat_interval = std::chrono::milliseconds(400);
constexpr auto answer_time = std::chrono::milliseconds(2000);
constexpr Micros longest_delay = 2 * second;
constexpr Micros meeting_time = second;       // until a new process is known to another
constexpr Micros noticing_time = 2 * second;  // until a process that ended is missed

std::unexpected<base::Problem> no_answer() {
    return base::fail_retry(base::ErrorCode::overloaded, "The other server does not answer.",
                            std::chrono::seconds(1));
}

}  // namespace

void SharedBus::cut(std::size_t one, std::size_t other, Micros until) {
    cuts_[std::minmax(one, other)] = until;
}

bool SharedBus::is_cut(ports::NodeId one, ports::NodeId other) const {
    const auto first = links_.find(one);
    const auto second = links_.find(other);
    if (first == links_.end() || second == links_.end()) return true;
    const auto slots =
        std::minmax(first->second->condition_.index, second->second->condition_.index);
    const auto cut = cuts_.find(slots);
    return cut != cuts_.end() && timeline_.now() < cut->second;
}

// Nodes hear of each other one by one.
void SharedBus::add(NodeLink& link) {
    for (const auto& [id, other] : links_) {
        for (const auto& [one, second] : {std::pair(id, link.self()), std::pair(link.self(), id)}) {
            timeline_.after(dice_.between(0, meeting_time),
                            [this, one, second] { meet(one, second); });
        }
    }
    links_[link.self()] = &link;
}

void SharedBus::meet(ports::NodeId one, ports::NodeId other) {
    const auto link = links_.find(other);
    if (!links_.contains(one) || link == links_.end()) return;
    known_[one].insert(other);
    link->second->may_have_lost(one, false);
}

void SharedBus::process_ended(ports::NodeId node) {
    if (links_.erase(node) == 0) return;
    known_.erase(node);
    timeline_.after(noticing_time, [this, node] {
        for (const auto& [id, link] : links_) {
            known_[id].erase(node);
            link->may_have_lost(node, true);
        }
    });
}

std::vector<ports::NodeId> SharedBus::others(ports::NodeId self) const {
    const auto known = known_.find(self);
    if (known == known_.end()) return {};
    return {known->second.begin(), known->second.end()};
}

void SharedBus::send(Packet packet) {
    if (is_cut(packet.stream.from, packet.stream.to)) return;
    if (dice_.chance(faults_.lost, million)) return;
    const Micros due = timeline_.now() + dice_.between(50, faults_.slowest);
    if (dice_.chance(faults_.late, million)) {
        deliver_at(due + dice_.between(0, longest_delay), packet);
        return;
    }
    Micros& last = last_due_[packet.stream];
    last = std::max(last, due);
    deliver_at(last, packet);
    if (dice_.chance(faults_.doubled, million)) {
        deliver_at(last + dice_.between(0, longest_delay), packet);
    }
}

void SharedBus::deliver_at(Micros time, const Packet& packet) {
    timeline_.at(time, [this, packet] {
        const auto found = links_.find(packet.stream.to);
        if (found == links_.end() || is_cut(packet.stream.from, packet.stream.to)) return;
        auto* const link = found->second;
        link->shards_[packet.stream.to_shard]->at(timeline_.now(),
                                                  [link, packet] { link->came(packet); });
    });
}

NodeLink::NodeLink(Timeline& timeline, SharedBus& bus, NodeCondition& condition,
                   std::vector<NodeExecutor*> shards, ports::NodeId self)
    : timeline_(timeline),
      bus_(bus),
      condition_(condition),
      shards_(std::move(shards)),
      self_(self) {}

NodeLink::~NodeLink() {
    bus_.process_ended(self_);
}

void NodeLink::start(chat::NodeBusReceiver& receiver, chat::AccountListener& accounts) {
    receiver_ = &receiver;
    accounts_ = &accounts;
    bus_.add(*this);
    shards_[0]->post([this] { beat(); });
}

void NodeLink::end() {
    bus_.process_ended(self_);
    for (auto& [number, asked] : std::exchange(asked_, {})) {
        shards_[asked.shard]->at(timeline_.now(),
                                 [answered = std::move(asked.answered)] { answered(no_answer()); });
    }
}

std::size_t NodeLink::current_shard() const {
    const auto found = std::ranges::find(shards_, NodeExecutor::running());
    return static_cast<std::size_t>(found - shards_.begin());
}

void NodeLink::send(ports::NodeId to, std::size_t shard,
                    decltype(SharedBus::Packet::content) content) {
    const SharedBus::Stream stream{self_, current_shard(), to, shard};
    auto& number = sent_[stream];
    if (!std::holds_alternative<SharedBus::Heartbeat>(content)) ++number;
    bus_.send({stream, number, std::move(content)});
}

void NodeLink::tell(ports::NodeId to, std::uint32_t shard, delivery::Mail mail) {
    if (condition_.alive) send(to, shard, std::move(mail));
}

void NodeLink::announce(domain::AccountChange change) {
    if (!condition_.alive) return;
    for (const auto peer : peers())
        send(peer, 0, change);
}

void NodeLink::call(ports::NodeId to, chat::Call call,
                    std::function<void(base::Result<chat::Reply>)> answered) {
    const auto shard = current_shard();
    if (!condition_.alive) {
        shards_[shard]->post([answered = std::move(answered)] { answered(no_answer()); });
        return;
    }
    const auto number = ++last_question_;
    auto& asked = asked_[number];
    asked.answered = std::move(answered);
    asked.shard = shard;
    asked.deadline =
        shards_[shard]->after(answer_time, [this, number] { answer(number, no_answer()); });
    send(to, 0, SharedBus::Question{number, std::move(call)});
}

void NodeLink::answer(std::uint64_t number, base::Result<chat::Reply> reply) {
    auto asked = asked_.extract(number);
    if (asked) asked.mapped().answered(std::move(reply));
}

// How much was sent, so that what is lost at the end is missed, too.
void NodeLink::beat() {
    if (!condition_.alive) return;
    for (const auto& [stream, number] : sent_)
        bus_.send({stream, number, SharedBus::Heartbeat{}});
    heartbeat_ = shards_[0]->after(heartbeat_interval, [this] { beat(); });
}

void NodeLink::came(const SharedBus::Packet& packet) {
    if (!condition_.alive) return;
    auto& received = received_[packet.stream];
    const bool heartbeat = std::holds_alternative<SharedBus::Heartbeat>(packet.content);
    if (!heartbeat && packet.number <= received) return;  // came before, or was given up
    const auto before = heartbeat ? packet.number : packet.number - 1;
    const bool missing = received < before;
    received = std::max(received, packet.number);
    if (missing) lost(packet.stream.from);
    if (!heartbeat) take(packet);
}

void NodeLink::take(const SharedBus::Packet& packet) {
    const auto from = packet.stream.from;
    if (const auto* mail = std::get_if<delivery::Mail>(&packet.content)) {
        receiver_->told(from, static_cast<std::uint32_t>(packet.stream.to_shard), *mail);
    } else if (const auto* change = std::get_if<domain::AccountChange>(&packet.content)) {
        accounts_->account_changed(from, *change);
    } else if (const auto* answered = std::get_if<SharedBus::Answer>(&packet.content)) {
        answer(answered->number, answered->reply);
    } else if (const auto* question = std::get_if<SharedBus::Question>(&packet.content)) {
        receiver_->called(from, question->call,
                          [this, from, shard = packet.stream.from_shard,
                           number = question->number](chat::Reply reply) {
                              if (!condition_.alive) return;
                              send(from, shard, SharedBus::Answer{number, std::move(reply)});
                          });
    }
}

void NodeLink::may_have_lost(ports::NodeId peer, bool gone) {
    shards_[0]->at(timeline_.now(), [this, peer, gone] {
        if (!condition_.alive) return;
        lost(peer);
        if (gone) receiver_->gone(peer);
    });
}

void NodeLink::lost(ports::NodeId peer) {
    receiver_->lost(peer);
    accounts_->account_changes_lost(peer);
}

}  // namespace banter::simulation
