#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/executor.hpp"
#include "base/task.hpp"
#include "chat/chat_state.hpp"
#include "chat/fan_out.hpp"
#include "chat/progress.hpp"
#include "ports/message_log.hpp"
#include "ports/message_store.hpp"

namespace banter::chat {

struct SequencerLimits {
    std::size_t fanout_on_write_below = 100;  // members; larger groups get no inbox rows
    std::size_t max_pending = 8192;           // sends that wait on this shard
    // Marks and cursors share the disk's write with the next message; they wait so long for one.
    std::chrono::milliseconds marks_wait{5};
    // Of each member's marks of a chat, and of each device's cursor, at most one write (and so one
    // notice) in each tick of so long: the first at once, the later ones together at its end. 0: no
    // ticks.
    std::chrono::milliseconds receipts_tick{100};
    std::size_t max_waiting_receipts = 65'536;  // that wait for the end of a tick on this shard
};

// Gives every record of the log its place, commits what one tick decided as one batch, and hands
// the outcome on: the ack to the sender, the message to the members, the marks to whom they
// concern.
//
// At most one batch is on its way to the store; what comes meanwhile is gathered for the next one.
// So a failed commit leaves nothing behind it that has built on it.
//
// Where the log replays, each decision is a function of the chat's part of the log alone: whoever
// decides a record again, after a crash, a move of the partition or as one who does not know yet
// that it has moved, comes to the same row. So what an engine cannot tell is waited for, a refusal
// included, and a row of the store that lies beyond the head of this fold is not there yet.
class Sequencer {
public:
    using Load =
        std::function<base::Task<base::Result<std::shared_ptr<ChatState>>>(domain::ChatId)>;
    // A commit failed: everything this shard knows of its chats must be read anew.
    using Forget = std::function<void()>;

    // A membership change has its place and is durable (again, after a restart).
    using Sequenced =
        std::function<void(const ports::ControlMessage&, domain::Seq, const ports::Delivery&)>;

    // A member's message is durable and told.
    using Sent = std::function<void(domain::ChatId, domain::UserId)>;

    // A membership change could not get its place now: the outbox keeps it.
    using Refused = std::function<void(const ports::ControlMessage&, const base::Problem&)>;

    struct Hooks {
        Load load;
        Forget forget;
        Sequenced sequenced;
        Sent sent;
        Refused refused;
    };

    Sequencer(base::Executor& shard, ports::MessageStore& store, ports::MessageLog& log,
              FanOut& fan_out, SequencerLimits limits, Hooks hooks);

    // True when a further send may be taken in.
    bool has_room() const { return pending_ < limits_.max_pending; }
    // Nothing waits for its place, for the disk or to be told.
    bool idle() const {
        return pending_ == 0 && !committing_ && gathering_.empty() && held_.empty() && !telling_ &&
               !progress_.suspended();
    }
    std::size_t pending() const { return pending_; }

    Progress& progress() { return progress_; }
    const Progress& progress() const { return progress_; }
    // What came of this record may be told.
    bool may_tell(const ports::Delivery& delivery) const;

    // A record of the log, in the log's order.
    void consume(ports::LogRecord record);

    // Marks of a member may have moved: `marks` is merged in. `done` is called, on this shard,
    // when the outcome is durable; `overloaded` when too many wait for the end of the tick.
    using Done = std::function<void(const base::Result<void>&)>;
    void mark(const std::shared_ptr<ChatState>& chat, domain::UserId user, domain::Marks marks,
              base::Timestamp at, Done done);
    // The device has acknowledged the chat. `mark_moves`: the mark of its user, which was moved
    // before this, is not durable yet.
    void move_cursor(const ports::CursorRow& cursor, bool mark_moves, Done done);
    // How far the device has acknowledged the chat in what is not durable yet; zero: nothing.
    domain::Seq uncommitted_cursor(domain::UserId user, domain::DeviceId device,
                                   domain::ChatId chat) const;

    // The same of every chat of this shard.
    std::map<domain::ChatId, domain::Seq> uncommitted_cursors(domain::UserId user,
                                                              domain::DeviceId device) const;

private:
    // A retry of what is in the batch.
    struct Repeat {
        ports::Ticket ticket;
        base::Result<protocol::Sent> result;
        ports::Delivery delivery;
    };
    using CursorKey = std::tuple<domain::UserId, domain::DeviceId, domain::ChatId>;
    using Cursors = std::map<CursorKey, domain::Seq>;

    // What one batch will have made true.
    struct Gathered {
        ports::CommitBatch batch;
        Cursors cursors;
        std::vector<Committed> committed;
        std::vector<Repeat> repeats;
        std::vector<std::shared_ptr<ChatState>> chats;
        std::vector<MovedMarks> moved;
        std::vector<Done> done;
        bool overdue = false;  // has waited for the end of a tick

        bool empty() const;
        // Somebody waits for the place of a message, or has waited long enough.
        bool urgent() const { return !committed.empty() || !repeats.empty() || overdue; }
    };

    base::Task<void> run(ports::LogRecord record);
    base::Task<void> drain(std::shared_ptr<ChatState> chat);
    void take_off(Lane& lane);
    base::Task<bool> sequence(const std::shared_ptr<ChatState>& chat,
                              const ports::LogRecord& record);
    void refuse(const ports::LogRecord& record, const base::Problem& problem);
    void repeat(const std::shared_ptr<ChatState>& chat, const ports::LogRecord& record,
                const ports::SendRow& first, bool in_flight);
    std::optional<base::Problem> check(const ChatState& chat, const ports::SendCommand& send) const;
    base::Task<base::Result<std::optional<ports::SendRow>>> find_send(
        const ports::LogRecord& record);
    bool decided_before(const ChatState& chat, const ports::LogRecord& record) const;
    void assign(const std::shared_ptr<ChatState>& chat, const ports::LogRecord& record);
    domain::Message place(ChatState& chat, const ports::LogRecord& record);
    void answer_now(const ports::Ticket& ticket, const base::Result<protocol::Sent>& result);

    Gathered* place_for(const CursorKey& key);
    Gathered* place_for_held();
    base::Result<void> too_many_receipts() const;
    void written(const CursorKey& key);
    void end_tick();
    void schedule_flush();
    void flush();
    void add_chat_rows(Gathered& gathered) const;
    void add_marks_rows(Gathered& gathered);
    static void add_steps(ports::CommitBatch& batch, const MovedMarks& moved);
    void add_cursor_rows(Gathered& gathered);
    base::Task<void> commit(Gathered gathered);
    base::Task<void> publish(Gathered gathered);
    void no_longer_in_flight(const domain::Message& message);
    void note_durable(Gathered& gathered);
    base::Task<void> tell_marks();
    void join_untold();
    void fail(Gathered gathered, const base::Problem& problem);

    base::Executor& shard_;
    ports::MessageStore& store_;
    ports::MessageLog& log_;
    FanOut& fan_out_;
    SequencerLimits limits_;
    Hooks hooks_;
    Progress progress_;
    base::Timer rewind_;
    std::size_t pending_ = 0;
    Gathered gathering_;
    Gathered held_;                // marks and cursors that wait for the end of the tick
    std::set<CursorKey> written_;  // in this tick; of a member's marks with device zero
    base::Timer tick_;
    bool ticking_ = false;
    Cursors committing_cursors_;
    std::deque<MovedMarks> untold_;  // durable, and still to be told, in this order
    bool telling_ = false;
    base::Timer tell_again_;
    bool committing_ = false;
    bool flush_scheduled_ = false;
    bool flush_due_later_ = false;
    base::Timer later_;

    struct KeyHash {
        std::size_t operator()(const ports::SendKey& key) const noexcept {
            return std::hash<domain::ClientId>{}(key.client_id) ^ key.device.value;
        }
    };
    // Sends that have a place but are not yet durable.
    std::unordered_map<ports::SendKey, ports::SendRow, KeyHash> in_flight_;
};

}  // namespace banter::chat
