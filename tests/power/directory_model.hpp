#pragma once

#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "adapters/memory/manual_clock.hpp"
#include "adapters/memory/memory_chat_directory.hpp"
#include "adapters/memory/memory_user_directory.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace banter::power {

// Both directories of one engine.
struct Directories {
    ports::UserDirectory& users;
    ports::ChatDirectory& chats;
};

// One change of the directories, and how to tell whether it has happened.
struct DirectoryStep {
    std::function<base::Task<base::Result<void>>(Directories)> make;
    std::function<base::Task<base::Result<bool>>(Directories)> happened;
};

// Makes up changes. Those between two calls of `next_round` concern different users and chats.
class StepMaker {
public:
    explicit StepMaker(std::uint64_t seed) : random_(seed) {}

    DirectoryStep next();
    DirectoryStep create_user();
    void next_round() { busy_.clear(); }

    // Everything that can be asked about what the steps concerned, a line each.
    base::Task<base::Result<std::vector<std::string>>> describe(Directories directories) const;

private:
    struct Signed {
        domain::UserId user;
        domain::DeviceId device;
        ports::TokenHash access{};
    };

    DirectoryStep rename_user(domain::UserId user);
    DirectoryStep set_password(domain::UserId user);
    DirectoryStep befriend(domain::UserId user);
    DirectoryStep block(domain::UserId user);
    DirectoryStep sign_in(domain::UserId user);
    DirectoryStep sign_in_again(Signed session);
    DirectoryStep sign_out(Signed session);
    DirectoryStep remove_device(Signed session);
    DirectoryStep create_group(domain::UserId owner);
    DirectoryStep change_group(domain::ChatId chat);
    DirectoryStep place_event(ports::ControlMessage control);

    std::uint64_t below(std::uint64_t end);
    bool claim(std::uint64_t subject) { return busy_.insert(subject).second; }
    ports::TokenHash new_hash();
    ports::NewTokens new_tokens();
    domain::Uuid new_uuid();

    std::mt19937_64 random_;
    std::set<std::uint64_t> busy_;
    std::uint64_t next_id_ = 1;
    std::vector<domain::UserId> users_;
    std::vector<Signed> sessions_;
    std::vector<domain::ChatId> chats_;
    std::vector<ports::ControlMessage> controls_;
};

// The directories that every engine is measured against.
class DirectoryModel {
public:
    Directories directories() { return {users_, chats_}; }
    const ports::Clock& clock() const { return clock_; }

private:
    adapters::memory::ManualClock clock_;
    adapters::memory::MemoryUserDirectory users_;
    adapters::memory::MemoryChatDirectory chats_{clock_};
};

}  // namespace banter::power
