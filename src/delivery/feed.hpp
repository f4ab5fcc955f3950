#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/task.hpp"
#include "delivery/mail.hpp"
#include "domain/watermark.hpp"
#include "ports/message_store.hpp"

namespace banter::delivery {

// Where a session's stream of one chat begins.
struct StreamStart {
    domain::ChatId chat;
    domain::Seq first_seq;                // the first message that the user may see
    domain::Seq cursor;                   // the device has acknowledged so far
    domain::Seq head;                     // committed when this was asked
    std::optional<domain::Seq> last_seq;  // an ended membership: the last to be seen
};

// Which chats something is about.
using Concerned = std::function<bool(domain::ChatId)>;

// What a feed needs of its session.
class FeedOutput {
public:
    virtual ~FeedOutput() = default;

    virtual void write(EncodedFrame frame) = 0;
    // False: so much waits for the reader that the log should too. Then resume() is called later.
    virtual bool writable() = 0;
    // The user became a member of the chat: find out where its stream begins and add() it.
    virtual void joined(domain::ChatId chat) = 0;
    // The stream of the chat is over; the session needs nothing more of it.
    virtual void left(domain::ChatId chat) = 0;
    // What happens in these chats may have been missed: find out where each stands, and tell
    // goes_on(); and whether the user has become a member of others.
    virtual void moved(const Concerned& concerned) = 0;
    // The log could not be read; the session should end and come back.
    virtual void failed(const base::Problem& problem) = 0;
};

// Everything one session is told of its chats, in order and without gaps.
//
// Each chat's stream has one position, the next seq to send. A live message that has exactly this
// seq is sent as it comes; otherwise the stream is fed from the log until it has caught up. Since
// a message is committed before it is live, there is no moment in which one could be missed.
//
// Belongs to one shard. Held by a shared_ptr, because reads of the log outlive a session.
class Feed : public std::enable_shared_from_this<Feed> {
public:
    struct Identity {
        domain::UserId user;
        domain::DeviceId device;
    };

    // `window`: so many messages of the backlog may be on their way unacknowledged.
    Feed(Identity identity, ports::MessageStore& store, FeedOutput& output, std::size_t window);

    const Identity& identity() const { return identity_; }

    // Adds a stream. After start(), too, for a chat that was joined meanwhile.
    void add(const StreamStart& start);
    // Marks that moved while nobody told; before `synced` they are told with it.
    void add_receipt(const protocol::Receipt& receipt);
    // What the user keeps of a chat has changed at `at` and nobody told; before `synced` it is told
    // with it, unless a newer state of the chat has been told by then.
    void add_state(domain::ChatId chat, base::Timestamp at, EncodedFrame frame);
    // All streams of the beginning are added: send the backlog, then the receipts and states, then
    // `synced`.
    void start();
    // The reader has taken what waited for it.
    void resume() { pump(); }
    // The session is gone: nothing more is written.
    void close();

    void live(const LiveMessage& message);
    // The answer to a send of this very session.
    void sent(const protocol::Sent& sent, const protocol::Ref& ref);
    void receipt(const ReceiptNotice& notice);
    // What the user keeps of the chat has changed at `at`: told unless a newer state has been.
    void state(domain::ChatId chat, base::Timestamp at, EncodedFrame frame);
    // The same as the answer to this very session: told in any case.
    void state_answer(domain::ChatId chat, base::Timestamp at, EncodedFrame frame);
    void acknowledged(domain::ChatId chat, domain::Seq seq);
    // The user may see the chat from now on; the session finds out from where, and then calls add()
    // or, when there is nothing to add, not_added(). Until then acks of the chat wait for it.
    void joined(domain::ChatId chat);
    void not_added(domain::ChatId chat);
    void moved(const Concerned& concerned) {
        if (output_) output_->moved(concerned);
    }
    // The chat that is followed has come to `start.head`. False: the membership is not the one that
    // the stream is of.
    bool goes_on(const StreamStart& start);
    void write(EncodedFrame frame) {
        if (output_) output_->write(std::move(frame));
    }

    bool follows(domain::ChatId chat) const { return streams_.contains(chat); }
    // The last membership of the stream is over and what is left of it on its way.
    bool ends(domain::ChatId chat) const;

private:
    struct Span {
        domain::Seq first;
        std::optional<domain::Seq> last;
    };

    struct Stream {
        domain::Seq first;                // that the user may see
        domain::Seq next;                 // to send
        domain::Seq head;                 // known to be committed
        domain::Seq asked;                // the head when the membership was asked for
        domain::Seq acked;                // by this session or before it
        std::optional<domain::Seq> last;  // ended: nothing after this
        domain::Seq backlog_end;          // sent from the log up to here
        std::vector<Span> later;          // memberships that began after the one that ended
        domain::Seq removed_again;        // ends a membership whose beginning is being asked for
        bool live = false;
        bool counted = false;         // as one with a backlog before `synced`
        bool missed_removal = false;  // the log told of it, so a return may have been missed, too
        std::map<domain::Seq, EncodedFrame> own;  // `sent` frames that wait for their turn

        domain::Seq end() const { return last ? std::min(*last, head) : head; }
        bool behind() const { return next <= end(); }
        std::size_t unacknowledged() const {
            return backlog_end > acked ? backlog_end.value - acked.value : 0;
        }
        void advance() { next = next.next(); }
        void removed_at(domain::Seq seq);
        void begin_next();
    };

    // Answers to sends whose turn in the stream will not come.
    void write_own_before(Stream& stream, domain::Seq end);
    void rejoin(Stream& stream, const StreamStart& start);
    void enqueue(domain::ChatId chat, Stream& stream);
    void pump();
    base::Task<void> run_pump();
    base::Task<bool> pump_once();
    void send_from_log(Stream& stream, const domain::Message& message);
    void note_removal(Stream& stream, const domain::Message& message);
    void caught_up(domain::ChatId chat, Stream& stream);
    void finish_if_ended(domain::ChatId chat);
    bool say_early();
    void say_synced();
    void write_receipt(const protocol::Receipt& receipt);

    Identity identity_;
    ports::MessageStore& store_;
    FeedOutput* output_;
    std::size_t window_;
    std::unordered_map<domain::ChatId, Stream> streams_;
    // Chats just joined, and the `sent` frames that must not overtake what comes before them.
    std::unordered_map<domain::ChatId, std::map<domain::Seq, EncodedFrame>> joining_;
    // Where the streams of ended memberships stopped: coming back repeats nothing before it.
    std::unordered_map<domain::ChatId, domain::Seq> stopped_;
    std::deque<domain::ChatId> backlog_;  // chats to catch up with, in order
    std::size_t unacknowledged_ = 0;      // of all streams
    bool started_ = false;
    bool pumping_ = false;
    bool synced_ = false;
    std::size_t backlog_chats_ = 0;
    std::size_t backlog_messages_ = 0;
    std::map<std::pair<domain::ChatId, domain::UserId>, protocol::Receipt> early_receipts_;
    struct EarlyState {
        base::Timestamp at;
        EncodedFrame frame;
    };
    std::unordered_map<domain::ChatId, EarlyState> early_states_;
    std::unordered_map<domain::ChatId, base::Timestamp> told_states_;  // of which time, the last
};

}  // namespace banter::delivery
