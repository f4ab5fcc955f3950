#pragma once

#include <map>
#include <memory>
#include <set>
#include <variant>
#include <vector>

#include "chat/node_bus.hpp"
#include "timeline.hpp"

namespace banter::simulation {

// How the network between nodes misbehaves; chances in parts of a million for each packet.
struct BusFaults {
    Micros slowest = 4 * millisecond;
    std::int64_t lost = 0;
    std::int64_t doubled = 0;
    std::int64_t late = 0;  // overtaken by others
};

class NodeLink;

// The network between the nodes.
class SharedBus {
public:
    SharedBus(Timeline& timeline, Dice& dice, const BusFaults& faults)
        : timeline_(timeline), dice_(dice), faults_(faults) {}

    // Nothing passes between the two slots until then.
    void cut(std::size_t one, std::size_t other, Micros until);
    void heal() { cuts_.clear(); }

private:
    friend class NodeLink;

    // From one shard of one node to one of another.
    struct Stream {
        ports::NodeId from;
        std::size_t from_shard = 0;
        ports::NodeId to;
        std::size_t to_shard = 0;

        auto operator<=>(const Stream&) const = default;
    };
    struct Question {
        std::uint64_t number = 0;
        chat::Call call;
    };
    struct Answer {
        std::uint64_t number = 0;
        chat::Reply reply;
    };
    struct Heartbeat {};  // so many packets came before it
    struct Packet {
        Stream stream;
        std::uint64_t number = 0;
        std::variant<delivery::Mail, Question, Answer, Heartbeat, domain::AccountChange> content;
    };

    void add(NodeLink& link);
    void meet(ports::NodeId one, ports::NodeId other);
    void process_ended(ports::NodeId node);
    std::vector<ports::NodeId> others(ports::NodeId self) const;
    void send(Packet packet);
    void deliver_at(Micros time, const Packet& packet);
    bool is_cut(ports::NodeId one, ports::NodeId other) const;

    Timeline& timeline_;
    Dice& dice_;
    const BusFaults& faults_;
    std::map<ports::NodeId, NodeLink*> links_;
    std::map<ports::NodeId, std::set<ports::NodeId>> known_;  // whom each has among its peers
    std::map<Stream, Micros> last_due_;
    std::map<std::pair<std::size_t, std::size_t>, Micros> cuts_;  // by slots, the smaller first
};

// One process's end of it: numbers what it sends, and notices what is missing of what it gets.
class NodeLink final : public chat::NodeBus {
public:
    NodeLink(Timeline& timeline, SharedBus& bus, NodeCondition& condition,
             std::vector<NodeExecutor*> shards, ports::NodeId self);
    ~NodeLink() override;
    NodeLink(const NodeLink&) = delete;
    NodeLink& operator=(const NodeLink&) = delete;

    void start(chat::NodeBusReceiver& receiver, chat::AccountListener& accounts);
    // The process ends: whoever waits for an answer gets none.
    void end();

    ports::NodeId self() const override { return self_; }
    std::vector<ports::NodeId> peers() const override { return bus_.others(self_); }
    void tell(ports::NodeId to, std::uint32_t shard, delivery::Mail mail) override;
    void announce(domain::AccountChange change) override;
    void call(ports::NodeId to, chat::Call call,
              std::function<void(base::Result<chat::Reply>)> answered) override;

private:
    friend class SharedBus;

    struct Asked {
        std::function<void(base::Result<chat::Reply>)> answered;
        base::Timer deadline;
        std::size_t shard = 0;
    };

    std::size_t current_shard() const;
    void send(ports::NodeId to, std::size_t shard, decltype(SharedBus::Packet::content) content);
    void beat();
    void came(const SharedBus::Packet& packet);
    void take(const SharedBus::Packet& packet);
    void answer(std::uint64_t number, base::Result<chat::Reply> reply);
    void may_have_lost(ports::NodeId peer, bool gone);
    void lost(ports::NodeId peer);

    Timeline& timeline_;
    SharedBus& bus_;
    NodeCondition& condition_;
    std::vector<NodeExecutor*> shards_;
    ports::NodeId self_;
    chat::NodeBusReceiver* receiver_ = nullptr;
    chat::AccountListener* accounts_ = nullptr;
    std::map<SharedBus::Stream, std::uint64_t> sent_;      // how many packets
    std::map<SharedBus::Stream, std::uint64_t> received_;  // up to which one
    std::map<std::uint64_t, Asked> asked_;
    std::uint64_t last_question_ = 0;
    base::Timer heartbeat_;
};

}  // namespace banter::simulation
