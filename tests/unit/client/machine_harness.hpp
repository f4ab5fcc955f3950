#pragma once

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "client/protocol_machine.hpp"

// Drives a ProtocolMachine on virtual time and keeps what it asks for.
namespace banter::client::testing {

using namespace std::chrono_literals;

// Always answers the same byte: 0xFF makes every jittered delay large, 0 makes it zero.
class FixedRandom : public ports::Random {
public:
    explicit FixedRandom(std::uint8_t byte) : byte_(byte) {}
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes)
            byte = byte_;
    }

private:
    std::uint8_t byte_;
};

inline domain::ChatId chat(std::uint8_t number) {
    domain::ChatId id;
    id.value.bytes[15] = number;
    return id;
}

inline domain::ClientId client_id(std::uint8_t number) {
    domain::ClientId id;
    id.value.bytes[6] = 0x40;
    id.value.bytes[15] = number;
    return id;
}

inline domain::Content text(std::string words) {
    domain::Content content;
    content.text = std::move(words);
    return content;
}

constexpr domain::UserId alice{1};
constexpr domain::UserId bob{2};

class Harness {
public:
    explicit Harness(ProtocolMachine::Settings settings = {}, std::uint8_t random_byte = 0)
        : random_(random_byte), machine(std::move(settings), random_) {
        machine.on_tokens(now, "token-1", std::nullopt);
    }

    // ---- the server's side
    void welcome(std::size_t window = 64) {
        frame(R"({"type":"welcome","user":"1","device":"7","session":"s",)"
              R"("server_time":"2026-01-31T12:00:00.000Z","heartbeat_ms":30000,"limits":)"
              R"({"window":)" +
              std::to_string(window) + R"(,"text_bytes":65536,"frame_bytes":262144}})");
    }
    void synced() { frame(R"({"type":"synced","chats":1,"messages":0})"); }
    void message(domain::ChatId where, std::uint64_t seq, domain::UserId sender = bob,
                 const std::string& more = "") {
        frame(R"({"type":"message","chat":")" + to_string(where) + R"(","seq":)" +
              std::to_string(seq) +
              R"(,"message_id":"0e984725-c51c-11ee-9080-000000000000","sender":")" +
              to_string(sender) + R"(","kind":"text","text":"hi","at":"2026-01-31T12:00:00.000Z")" +
              more + "}");
    }
    void sent(domain::ClientId id, domain::ChatId where, std::uint64_t seq) {
        frame(R"({"type":"sent","client_id":")" + to_string(id) + R"(","chat":")" +
              to_string(where) + R"(","seq":)" + std::to_string(seq) +
              R"(,"message_id":"0e984725-c51c-11ee-9080-000000000000",)" +
              R"("at":"2026-01-31T12:00:00.000Z"})");
    }
    void frame(const std::string& json) {
        machine.on_frame(now, json);
        collect();
    }

    // ---- the connection
    void connect() {
        machine.start(now);
        open();
    }
    void open() {
        machine.on_open(now);
        collect();
    }
    void go_live() {
        connect();
        welcome();
        synced();
    }
    void close(std::uint16_t code) {
        machine.on_closed(now, code, "");
        collect();
    }
    void pass(std::chrono::milliseconds time) {
        now += time;
        machine.on_time(now);
        collect();
    }
    // Lets the wait for the next attempt end, and gets connected and welcomed again.
    void reconnect() {
        ASSERT_EQ(machine.phase(), Phase::waiting);
        now = *machine.next_deadline();
        machine.on_time(now);
        collect();
        open();
        welcome();
    }

    // ---- what came out
    void collect() {
        for (auto& action : machine.take_actions()) {
            if (auto* write = std::get_if<Write>(&action)) {
                frames.push_back(boost::json::parse(write->frame).as_object());
            } else if (auto* notify = std::get_if<Notify>(&action)) {
                events.push_back(notify->event);
            } else if (std::get_if<Connect>(&action)) {
                ++connects;
            } else if (auto* refresh = std::get_if<Refresh>(&action)) {
                refreshes.push_back(refresh->spent_access_token);
            } else {
                ++disconnects;
            }
        }
    }
    std::vector<boost::json::object> frames_of(std::string_view type) {
        collect();
        std::vector<boost::json::object> found;
        for (const auto& given : frames) {
            if (given.at("type").as_string() == type) found.push_back(given);
        }
        return found;
    }
    template <class T>
    std::vector<T> events_of() {
        collect();
        std::vector<T> found;
        for (const auto& event : events) {
            if (const auto* wanted = std::get_if<T>(&event)) found.push_back(*wanted);
        }
        return found;
    }
    std::vector<std::uint64_t> seqs() {
        std::vector<std::uint64_t> found;
        for (const auto& given : events_of<Message>())
            found.push_back(given.seq.value);
        return found;
    }
    void forget() {
        collect();
        frames.clear();
        events.clear();
    }

    base::Steady now{std::chrono::hours(1)};

private:
    FixedRandom random_;

public:
    ProtocolMachine machine;
    std::vector<boost::json::object> frames;
    std::vector<Event> events;
    std::vector<std::string> refreshes;
    int connects = 0;
    int disconnects = 0;
};

}  // namespace banter::client::testing
