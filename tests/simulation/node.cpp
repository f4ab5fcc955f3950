#include "node.hpp"

#include <algorithm>

#include "base/metrics.hpp"
#include "gateway/session.hpp"

namespace banter::simulation {
namespace {

// What waits longer than this is a timer that no ending depends on.
constexpr Micros finishing_time = 20 * second;
constexpr std::size_t most_finishing_steps = 1'000'000;

gateway::SessionMetrics session_metrics() {
    static base::Metrics metrics;
    return {metrics.gauge("banter_sessions_open", "open"),
            metrics.counter("banter_sessions_opened_total", "opened"),
            metrics.counter("banter_frames_received_total", "received"),
            metrics.counter("banter_frames_refused_total", "refused"),
            metrics.counter("banter_slow_readers_total", "slow")};
}

template <class T>
auto pointers(const std::vector<std::unique_ptr<T>>& owners) {
    std::vector<T*> list;
    for (const auto& owner : owners)
        list.push_back(owner.get());
    return list;
}

std::vector<std::unique_ptr<NodeExecutor>> make_executors(Timeline& timeline,
                                                          NodeCondition& condition,
                                                          std::size_t count) {
    std::vector<std::unique_ptr<NodeExecutor>> executors;
    for (std::size_t i = 0; i < count; ++i)
        executors.push_back(std::make_unique<NodeExecutor>(timeline, condition));
    return executors;
}

runtime::Shards make_view(const std::vector<std::unique_ptr<NodeExecutor>>& executors) {
    runtime::Shards view;
    for (const auto& executor : executors)
        view.executors.push_back(executor.get());
    return view;
}

std::unique_ptr<adapters::embedded::LaneLog> make_lanes(const Engines& engines,
                                                        const runtime::Shards& shards,
                                                        const ports::Clock& clock) {
    if (engines.log) return nullptr;
    return std::make_unique<adapters::embedded::LaneLog>(shards, clock);
}

std::unique_ptr<NodeLog> make_shared_log(Timeline& timeline, NodeCondition& condition,
                                         Engines& engines, std::vector<NodeExecutor*> shards,
                                         const ports::Clock& clock) {
    if (!engines.log) return nullptr;
    const ports::NodeId node{++engines.processes};
    return std::make_unique<NodeLog>(timeline, *engines.log, engines.log_faults, condition,
                                     std::move(shards), clock, node);
}

std::unique_ptr<NodeLink> make_link(Timeline& timeline, NodeCondition& condition, Engines& engines,
                                    std::vector<NodeExecutor*> shards, ports::NodeId self) {
    if (!engines.bus) return nullptr;
    return std::make_unique<NodeLink>(timeline, *engines.bus, condition, std::move(shards), self);
}

std::unique_ptr<NodePresence> make_presence(Timeline& timeline, NodeCondition& condition,
                                            Engines& engines, std::vector<NodeExecutor*> shards,
                                            ports::NodeId self) {
    if (!engines.presence) return nullptr;
    return std::make_unique<NodePresence>(timeline, *engines.presence, engines.presence_faults,
                                          condition, std::move(shards), self);
}

template <class T, class Make>
std::vector<std::unique_ptr<T>> make_each(std::size_t count, Make make) {
    std::vector<std::unique_ptr<T>> list;
    for (std::size_t i = 0; i < count; ++i)
        list.push_back(make(i));
    return list;
}

}  // namespace

Node::Node(Timeline& timeline, NodeCondition& condition, Engines& engines,
           const ports::Clock& clock, NodeOptions options, std::uint64_t seed)
    : condition_(condition),
      random_(seed),
      executors_(make_executors(timeline, condition, options.shards)),
      view_(make_view(executors_)),
      lanes_(make_lanes(engines, view_, clock)),
      shared_log_(make_shared_log(timeline, condition, engines, pointers(executors_), clock)),
      log_(shared_log_ ? static_cast<ports::MessageLog&>(*shared_log_) : *lanes_),
      link_(make_link(timeline, condition, engines, pointers(executors_), log_.node())),
      shared_presence_(
          make_presence(timeline, condition, engines, pointers(executors_), log_.node())),
      accounts_(engines.users, engines.hasher, clock, random_, hooks_, options.accounts),
      devices_(engines.users, accounts_),
      contacts_(engines.users, hooks_),
      relations_(accounts_, contacts_),
      visibility_(accounts_, contacts_, devices_),
      registries_(make_each<delivery::Registry>(
          options.shards, [](std::size_t) { return std::make_unique<delivery::Registry>(); })),
      tables_(make_each<gateway::SessionTable>(options.shards,
                                               [&](std::size_t i) {
                                                   return std::make_unique<gateway::SessionTable>(
                                                       *executors_[i], clock,
                                                       options.sessions.rates);
                                               })),
      chats_(std::make_unique<chat::ChatService>(
          view_, pointers(registries_),
          chat::ChatPorts{engines.store, engines.store, engines.store, engines.chats,
                          engines.states, log_, relations_, clock, random_, link_.get()},
          options.chat)),
      presence_(
          view_,
          [this] {
              std::vector<presence::PresenceSink*> sinks;
              for (const auto& table : tables_)
                  sinks.push_back(table.get());
              return sinks;
          }(),
          visibility_, clock, shared_presence_.get(), options.presence),
      account_changes_(view_, pointers(tables_), {accounts_, devices_, *chats_, presence_},
                       link_.get()) {
    if (lanes_) lanes_->set_consumer(*chats_);
    account_changes_.connect(hooks_);
    build_fronts(engines, clock, options);
}

void Node::build_fronts(Engines& engines, const ports::Clock& clock, const NodeOptions& options) {
    fronts_.resize(executors_.size());
    for (std::size_t i = 0; i < fronts_.size(); ++i) {
        fronts_[i].reset(new gateway::SessionContext{
            i, accounts_, devices_, *chats_, presence_, *registries_[i], engines.store, clock,
            random_, options.sessions, session_metrics(), *tables_[i]});
    }
}

void Node::start(std::function<void(bool)> ready) {
    for (std::size_t i = 0; i < tables_.size(); ++i)
        executors_[i]->post([table = tables_[i].get()] { table->start(); });
    if (link_) link_->start(*chats_, account_changes_);
    if (shared_log_) shared_log_->start(*chats_);
    executors_[0]->post([this, ready = std::move(ready)] {
        base::spawn(chats_->recover(), [this, ready](const base::Result<std::size_t>& recovered) {
            ready_ = recovered.has_value();
            ready(ready_);
        });
    });
}

bool Node::idle() const {
    for (std::size_t i = 0; i < executors_.size(); ++i) {
        if (!chats_->idle(i)) return false;
    }
    return true;
}

void Node::accept(std::size_t shard, std::shared_ptr<gateway::Connection> connection,
                  const std::function<void(std::shared_ptr<gateway::Session>)>& accepted) {
    auto& table = *tables_[shard];
    auto session = std::make_shared<gateway::Session>(*fronts_[shard], table.next_key(),
                                                      std::move(connection), std::nullopt);
    table.add(session);
    accepted(session);
}

void Node::drain() {
    if (shared_log_) shared_log_->leave();
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        executors_[i]->post([this, table = tables_[i].get()] {
            table->drain(random_, std::chrono::milliseconds(2000));
        });
    }
}

Node::~Node() {
    condition_.alive = false;
    if (shared_log_) shared_log_->end();
    if (link_) link_->end();
    for (std::size_t i = 0; i < tables_.size(); ++i)
        executors_[i]->at(0, [table = tables_[i].get()] { table->abort(); });
    finish_work();
    for (auto& executor : executors_)
        executor->clear();
}

// Every coroutine runs to its end, against engines that answer no more.
void Node::finish_work() {
    condition_.paused = false;
    for (auto& [executor, work] : condition_.held)
        executor->at(0, std::move(work));
    condition_.held.clear();
    Micros horizon = -1;
    for (std::size_t step = 0; step < most_finishing_steps; ++step) {
        NodeExecutor* next = nullptr;
        Micros earliest = 0;
        for (auto& executor : executors_) {
            Micros due = 0;
            if (!executor->waits(due) || (next != nullptr && due >= earliest)) continue;
            next = executor.get();
            earliest = due;
        }
        if (horizon < 0) horizon = earliest + finishing_time;
        if (next == nullptr || earliest > horizon) return;
        next->run_first();
    }
}

}  // namespace banter::simulation
