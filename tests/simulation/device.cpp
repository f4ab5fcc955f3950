#include "device.hpp"

#include <algorithm>

namespace banter::simulation {

Device::Device(Timeline& timeline, Dice& dice, Witness& witness, DeviceWorld& world,
               domain::UserId user, domain::DeviceId id, Credentials credentials)
    : timeline_(timeline),
      dice_(dice),
      witness_(witness),
      world_(world),
      user_(user),
      id_(id),
      credentials_(std::move(credentials)),
      random_(dice.next()) {}

void Device::start() {
    if (machine_) return;
    ++life_;
    machine_ =
        std::make_unique<client::ProtocolMachine>(client::ProtocolMachine::Settings{}, random_);
    machine_->on_tokens(now(), credentials_.access, credentials_.expires_at);
    machine_->start(now());
    for (const auto& [id, waiting] : outbox_) {
        domain::Content content;
        content.text = waiting.text;
        machine_->send(now(), id, waiting.chat, std::move(content));
    }
    if (!watched_.empty()) machine_->watch(now(), watched_);
    settle();
}

void Device::kill() {
    if (machine_ && link_) link_->cut(false, dice_.chance(3, 4));
    quit();
}

void Device::quit() {
    if (!machine_) return;
    ++life_;
    ++timer_;
    machine_.reset();
    presences_.clear();
    if (!link_) return;
    witness_.link_ended(link_->number());
    link_->leave();
    link_.reset();
}

domain::ClientId Device::send(const domain::ChatId& chat, std::string text) {
    const domain::ClientId id{random_.uuid()};
    witness_.send_begun(id, {user_, id_, chat, text, timeline_.now(), 0, {}, {}});
    outbox_.emplace_back(id, Waiting{chat, text});
    if (machine_) {
        domain::Content content;
        content.text = std::move(text);
        machine_->send(now(), id, chat, std::move(content));
        settle();
    }
    return id;
}

void Device::read(const domain::ChatId& chat, domain::Seq seq) {
    if (!machine_) return;
    machine_->read(now(), chat, seq);
    settle();
}

void Device::typing(const domain::ChatId& chat) {
    if (!machine_) return;
    machine_->typing(now(), chat, true);
    settle();
}

void Device::watch(std::vector<domain::UserId> users) {
    watched_ = users;
    if (!machine_) return;
    machine_->watch(now(), std::move(users));
    settle();
}

void Device::settle() {
    if (settling_ || !machine_) return;
    settling_ = true;
    const auto life = life_;
    while (machine_ && life == life_) {
        const auto actions = machine_->take_actions();
        if (actions.empty()) break;
        for (const auto& action : actions) {
            std::visit([this](const auto& one) { perform(one); }, action);
            if (life != life_) break;
        }
    }
    settling_ = false;
    arm_timer();
}

void Device::arm_timer() {
    const auto generation = ++timer_;
    if (!machine_) return;
    const auto deadline = machine_->next_deadline();
    if (!deadline) return;
    const auto left = std::chrono::ceil<std::chrono::microseconds>(*deadline - now()).count();
    timeline_.after(std::max<Micros>(left, 1), [this, generation] {
        if (generation != timer_ || !machine_) return;
        machine_->on_time(now());
        settle();
    });
}

void Device::perform(const client::Connect&) {
    link_ = reachable() ? world_.connect(*this) : nullptr;
    if (link_) return;
    const auto life = life_;
    timeline_.after(dice_.between(millisecond, 200 * millisecond), [this, life] {
        if (life != life_) return;
        machine_->on_connect_failed(now(), 0, "no server answers");
        settle();
    });
}

void Device::opened() {
    if (!machine_) return;
    machine_->on_open(now());
    settle();
}

void Device::connect_failed() {
    if (!machine_) return;
    link_.reset();
    machine_->on_connect_failed(now(), 0, "the server went away");
    settle();
}

void Device::perform(const client::Refresh&) {
    world_.refresh(*this);
}

void Device::tokens_came(Credentials credentials) {
    credentials_ = std::move(credentials);
    if (!machine_) return;
    machine_->on_tokens(now(), credentials_.access, credentials_.expires_at);
    settle();
}

void Device::tokens_failed(const client::Error& error) {
    if (!machine_) return;
    machine_->on_refresh_failed(now(), error);
    settle();
}

void Device::perform(const client::Write& write) {
    witness_.wrote(id_, write.frame);
    if (link_) link_->send(write.frame);
}

void Device::perform(const client::Disconnect&) {
    if (!link_) return;
    witness_.link_ended(link_->number());
    link_->leave();
    link_.reset();
}

void Device::perform(const client::Notify& notify) {
    std::visit([this](const auto& event) { happened(event); }, notify.event);
}

void Device::link_text(std::string_view text) {
    if (!machine_) return;
    const auto frame = client::parse_server_frame(text);
    if (frame && link_) witness_.heard({user_, id_, link_->number()}, *frame);
    machine_->on_frame(now(), text);
    settle();
}

void Device::link_closed(std::uint16_t code, const std::string& reason) {
    if (!machine_) return;
    witness_.closed(id_, code);
    if (link_) witness_.link_ended(link_->number());
    link_.reset();
    machine_->on_closed(now(), code, reason);
    settle();
}

void Device::happened(const client::Message& message) {
    world_.arrived(*this, message);
}

void Device::happened(const client::MessageSent& sent) {
    witness_.sent(sent.sent);
    std::erase_if(outbox_, [&](const auto& one) { return one.first == sent.sent.client_id; });
    world_.send_settled(*this, sent.sent);
}

void Device::happened(const client::SendFailed& failed) {
    if (machine_->phase() == client::Phase::ended) return;
    witness_.send_refused(failed.client_id, failed.error);
    std::erase_if(outbox_, [&](const auto& one) { return one.first == failed.client_id; });
}

void Device::happened(const client::Gap& gap) {
    witness_.gap({user_, id_, gap.chat, gap.after, gap.before});
}

void Device::happened(const client::Ended& ended) {
    if (may_be_revoked_) return;
    witness_.fail("P8 honest overload",
                  "device " + to_string(id_) + " was sent away: " + ended.detail);
}

void Device::happened(const client::Presence& presence) {
    presences_[presence.user] = presence;
    world_.saw(*this, presence);
}

void Device::happened(const client::Misunderstood& error) {
    witness_.fail("protocol", error.error.detail);
}

}  // namespace banter::simulation
