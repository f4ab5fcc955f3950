#pragma once

#include <functional>
#include <vector>

#include "chat/calls.hpp"
#include "delivery/mail.hpp"
#include "domain/account_change.hpp"

namespace banter::chat {

// What comes from other nodes.
class NodeBusReceiver {
public:
    virtual ~NodeBusReceiver() = default;

    // A question; `answered` may be called on any shard. On any shard, those of one shard of one
    // node in the order they were asked.
    virtual void called(ports::NodeId from, Call call, std::function<void(Reply)> answered) = 0;
    // For the sessions of this shard. On it.
    virtual void told(ports::NodeId from, std::uint32_t shard, delivery::Mail mail) = 0;
    // Something that this node told may be lost. On any shard, before anything that it told later.
    virtual void lost(ports::NodeId peer) = 0;
    // The process has ended: nothing comes from it any more. On any shard, after lost().
    virtual void gone(ports::NodeId peer) = 0;
};

// Hears what happens to accounts on other nodes. On any shard.
class AccountListener {
public:
    virtual ~AccountListener() = default;

    // Those of one shard of one node in their order.
    virtual void account_changed(ports::NodeId from, domain::AccountChange change) = 0;
    // Something that this node announced may be lost, or it has gone, or it was not known before.
    virtual void account_changes_lost(ports::NodeId peer) = 0;
};

// The way to other nodes. What one shard of a node tells and answers to one shard of another comes
// there in that order and at most once; when something that was told is lost, the receiver is told
// so before he hears more, or within seconds when there is no more. What is told to all peers
// misses who is not among them yet: whoever becomes one is told that he may have lost something of
// it.
//
// Threads: any shard. Queues are bounded: what finds no room is lost, and is told as lost.
class NodeBus {
public:
    virtual ~NodeBus() = default;

    virtual ports::NodeId self() const = 0;
    // Those that are there, as far as is known. Ascending.
    virtual std::vector<ports::NodeId> peers() const = 0;

    virtual void tell(ports::NodeId to, std::uint32_t shard, delivery::Mail mail) = 0;
    // Tells every peer, as tell() does.
    virtual void announce(domain::AccountChange change) = 0;
    // `answered` comes once, on the calling shard: `overloaded` when no answer came in time, so
    // that nobody knows whether it was done.
    virtual void call(ports::NodeId to, Call call,
                      std::function<void(base::Result<Reply>)> answered) = 0;
};

}  // namespace banter::chat
