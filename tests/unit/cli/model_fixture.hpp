#pragma once

#include <clocale>
#include <gtest/gtest.h>

#include "cli/conversation.hpp"
#include "cli/model.hpp"

// A model with two users and two chats.
namespace banter::cli::testing {

using namespace std::chrono_literals;

constexpr UserId alice{1};
constexpr UserId bob{2};
constexpr UserId carol{3};

inline ChatId chat_id(std::uint8_t number) {
    ChatId id;
    id.value.bytes[15] = number;
    return id;
}

inline ClientId client_id(std::uint8_t number) {
    ClientId id;
    id.value.bytes[15] = number;
    return id;
}

class ModelTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
        model.set_self({.id = alice, .username = "alice", .display_name = "Alice", .role = ""});
        model.put_user({.id = bob, .username = "bob", .display_name = "Bob", .role = ""});
        model.put_chat(direct);
        model.put_chat(group);
        model.on_phase({.phase = client::Phase::live, .retry_in = 0ms, .reason = ""}, {});
    }

    static client::ChatSummary summary(std::uint8_t number, const std::string& type,
                                       std::uint64_t head) {
        client::ChatSummary chat;
        chat.id = chat_id(number);
        chat.type = type;
        chat.title = type == "direct" ? "Bob" : "Hike";
        chat.other = type == "direct" ? bob : UserId{};
        chat.head = {head};
        chat.read = {head};
        chat.at = noon + std::chrono::minutes(number);
        chat.role = "member";
        chat.members = type == "direct" ? 2 : 3;
        return chat;
    }

    static Message message(std::uint8_t chat, std::uint64_t seq, UserId sender,
                           const std::string& text = "hi") {
        Message message;
        message.chat = chat_id(chat);
        message.seq = {seq};
        message.sender = sender;
        message.kind = "text";
        message.text = text;
        message.at = noon + std::chrono::hours(1) + std::chrono::seconds(seq);
        return message;
    }

    static Message event(std::uint8_t chat, std::uint64_t seq, UserId sender,
                         client::ChatEvent what) {
        auto made = message(chat, seq, sender, "");
        made.kind = "event";
        made.event = std::move(what);
        return made;
    }

    std::vector<std::string> shown(std::uint8_t chat, std::size_t width = 60) const {
        std::vector<std::string> lines;
        for (const auto& row :
             conversation_rows(model, *model.find(chat_id(chat)), width, noon + 2h)) {
            std::string line;
            for (const auto& span : row.spans)
                line += span.text;
            lines.push_back(line);
        }
        return lines;
    }

    bool shows(std::uint8_t chat, const std::string& part) const {
        for (const auto& line : shown(chat)) {
            if (line.find(part) != std::string::npos) return true;
        }
        return false;
    }

    static constexpr base::Timestamp noon{std::chrono::sys_days{std::chrono::January / 31 / 2026} +
                                          std::chrono::hours(12)};
    client::ChatSummary direct = summary(1, "direct", 4);
    client::ChatSummary group = summary(2, "group", 7);
    Model model;
};

}  // namespace banter::cli::testing
