#pragma once

#include <map>
#include <memory>
#include <string>

#include "adapters/memory/seeded_random.hpp"
#include "client/protocol_machine.hpp"
#include "link.hpp"
#include "witness.hpp"

namespace banter::simulation {

class Device;

// What a device needs of the world around it.
class DeviceWorld {
public:
    virtual ~DeviceWorld() = default;

    // Opens a connection to some node; null: none is there.
    virtual std::shared_ptr<Link> connect(Device& device) = 0;
    // New tokens by way of some node; answers through tokens_came or tokens_failed.
    virtual void refresh(Device& device) = 0;
    // The application was handed the message.
    virtual void arrived(Device& device, const client::Message& message) = 0;
    virtual void send_settled(Device& device, const client::Sent& sent) = 0;
    // It was told of a user it watches.
    virtual void saw(Device& device, const client::Presence& presence) = 0;
};

struct Credentials {
    std::string access;
    std::string refresh;
    base::Steady expires_at;  // by the device's own clock
};

// One device: the real client library over a simulated network, and an application that keeps
// what it sends until that is acknowledged, also when it is started anew.
class Device final : public LinkClient {
public:
    Device(Timeline& timeline, Dice& dice, Witness& witness, DeviceWorld& world,
           domain::UserId user, domain::DeviceId id, Credentials credentials);

    domain::UserId user() const { return user_; }
    domain::DeviceId id() const { return id_; }
    const Credentials& credentials() const { return credentials_; }
    bool running() const { return machine_ != nullptr; }
    bool live() const { return machine_ && machine_->phase() == client::Phase::live; }
    bool unsettled() const { return !outbox_.empty(); }
    std::shared_ptr<Link> link() const { return link_; }

    void start();
    // The application ends without a word.
    void kill();
    // It is signed out elsewhere, or soon will be.
    void expect_revoked() { may_be_revoked_ = true; }
    bool may_be_revoked() const { return may_be_revoked_; }
    // It closes its connection and ends.
    void quit();
    // The machine sleeps, or is on a train: the connection breaks and no new one is there before.
    void offline_until(Micros time) { offline_until_ = time; }
    bool reachable() const { return timeline_.now() >= offline_until_; }

    domain::ClientId send(const domain::ChatId& chat, std::string text);
    void read(const domain::ChatId& chat, domain::Seq seq);
    void typing(const domain::ChatId& chat);
    void watch(std::vector<domain::UserId> users);

    void opened();
    void connect_failed();
    void tokens_came(Credentials credentials);
    void tokens_failed(const client::Error& error);

    void link_text(std::string_view text) override;
    void link_closed(std::uint16_t code, const std::string& reason) override;

    // What it was last told of the users it watches.
    const std::map<domain::UserId, client::Presence>& presences() const { return presences_; }

private:
    base::Steady now() const { return steady_at(timeline_.now()); }
    void settle();
    void arm_timer();
    void perform(const client::Connect&);
    void perform(const client::Refresh&);
    void perform(const client::Write& write);
    void perform(const client::Disconnect& disconnect);
    void perform(const client::Notify& notify);
    void happened(const client::Message& message);
    void happened(const client::MessageSent& sent);
    void happened(const client::SendFailed& failed);
    void happened(const client::Gap& gap);
    void happened(const client::Ended& ended);
    void happened(const client::Misunderstood& error);
    void happened(const client::Presence& presence);
    template <class Other>
    void happened(const Other&) {}

    struct Waiting {
        domain::ChatId chat;
        std::string text;
    };

    Timeline& timeline_;
    Dice& dice_;
    Witness& witness_;
    DeviceWorld& world_;
    domain::UserId user_;
    domain::DeviceId id_;
    Credentials credentials_;
    adapters::memory::SeededRandom random_;
    std::unique_ptr<client::ProtocolMachine> machine_;
    std::shared_ptr<Link> link_;
    std::vector<std::pair<domain::ClientId, Waiting>> outbox_;  // the application's own
    std::map<domain::UserId, client::Presence> presences_;
    std::vector<domain::UserId> watched_;
    Micros offline_until_ = 0;
    std::uint64_t life_ = 0;  // timers and answers of an earlier one are void
    std::uint64_t timer_ = 0;
    bool settling_ = false;
    bool may_be_revoked_ = false;
};

}  // namespace banter::simulation
