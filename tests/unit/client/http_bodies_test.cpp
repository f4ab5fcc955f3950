#include "client/http_bodies.hpp"

#include <gtest/gtest.h>

#include "client/server_address.hpp"

namespace banter::client {
namespace {

constexpr auto chat_id = "00000000-0000-4000-8000-000000000001";

TEST(Problem, IsAValueWithItsCode) {
    const auto error = decode_problem(
        429, R"({"code":"rate_limited","title":"Slow down","status":429,"retry_after_ms":250})");
    EXPECT_TRUE(error.is(base::ErrorCode::rate_limited));
    EXPECT_EQ(error.retry_after, std::chrono::milliseconds(250));
    EXPECT_EQ(error.detail, "Slow down");
}

TEST(Problem, TakesItsMeaningFromTheStatusWhenTheBodyIsOfAProxy) {
    EXPECT_TRUE(decode_problem(401, "<html>").is(base::ErrorCode::unauthorized));
    EXPECT_TRUE(decode_problem(404, "{}").is(base::ErrorCode::not_found));
    EXPECT_TRUE(decode_problem(502, "Bad Gateway").is(base::ErrorCode::overloaded));
    EXPECT_TRUE(
        decode_problem(409, R"({"code":"of_a_later_version"})").is(base::ErrorCode::conflict));
}

TEST(Bodies, ASignInHoldsUserDeviceAndTokens) {
    const auto sign_in =
        decode_sign_in(R"({"user":"5","device":"6","access_token":"a","refresh_token":"r",)"
                       R"("expires_at":"2026-01-31T12:15:00.000Z"})");
    ASSERT_TRUE(sign_in.has_value()) << sign_in.error().detail;
    EXPECT_EQ(sign_in->user.id.value, 5u);
    EXPECT_EQ(sign_in->device.value, 6u);
    EXPECT_EQ(sign_in->tokens.access, "a");
    EXPECT_EQ(sign_in->tokens.refresh, "r");
}

TEST(Bodies, APageHoldsItsNeighbours) {
    const auto page = decode_messages(
        std::string(R"({"items":[{"chat":")") + chat_id +
        R"(","seq":3,"message_id":"0e984725-c51c-11ee-9080-000000000000","sender":"2",)"
        R"("kind":"event","event":{"change":"member_added","users":["4"]},)"
        R"("at":"2026-01-31T12:00:00.000Z"}],"next":"2","previous":null})");
    ASSERT_TRUE(page.has_value()) << page.error().detail;
    ASSERT_EQ(page->items.size(), 1u);
    EXPECT_EQ(page->items[0].event->change, "member_added");
    EXPECT_EQ(page->items[0].event->users[0].value, 4u);
    EXPECT_EQ(page->next, "2");
    EXPECT_EQ(page->previous, "");
}

TEST(Bodies, AChatIsReadFromItsSummary) {
    const auto chat = decode_chat(
        std::string(R"({"chat":")") + chat_id +
        R"(","type":"direct","title":"Bob","user":"2","head":7,"first_seq":1,"delivered":6,)"
        R"("read":5,"unread":2,"preview":"hi","at":"2026-01-31T12:00:00.000Z",)"
        R"("role":"member","members":2})");
    ASSERT_TRUE(chat.has_value()) << chat.error().detail;
    EXPECT_EQ(chat->title, "Bob");
    EXPECT_EQ(chat->other.value, 2u);
    EXPECT_EQ(chat->head.value, 7u);
    EXPECT_EQ(chat->read.value, 5u);
    EXPECT_EQ(chat->unread, 2u);
    EXPECT_EQ(chat->preview, "hi");
    EXPECT_EQ(chat->members, 2u);
}

TEST(Bodies, AGroupHoldsWhatItsMembersMayDoAndHowItIsKept) {
    const auto chat = decode_chat(
        std::string(R"({"chat":")") + chat_id +
        R"(","type":"group","title":"Hike","description":"We walk.","picture":"/v1/x?v=1",)"
        R"("permissions":{"send":"admins","edit":"members"},"join_approval":true,)"
        R"("history":"shared","state":{"muted_until":"2026-01-31T12:00:00.000Z","pinned":true,)"
        R"("archived":false,"draft":"hel"}})");
    ASSERT_TRUE(chat.has_value()) << chat.error().detail;
    EXPECT_EQ(chat->description, "We walk.");
    EXPECT_TRUE(chat->has_picture);
    EXPECT_EQ(chat->send_scope, "admins");
    EXPECT_EQ(chat->edit_scope, "members");
    EXPECT_TRUE(chat->join_approval);
    EXPECT_EQ(chat->history, "shared");
    EXPECT_TRUE(chat->kept.muted_until.has_value());
    EXPECT_TRUE(chat->kept.pinned);
    EXPECT_EQ(chat->kept.draft, "hel");
}

TEST(Bodies, FollowingALinkLeadsToTheChatOrToAWait) {
    const auto joined =
        decode_followed(std::string(R"({"chat":")") + chat_id + R"(","type":"group"})");
    ASSERT_TRUE(joined.has_value());
    EXPECT_TRUE(joined->chat.has_value());
    const auto requested = decode_followed(R"({"status":"requested"})");
    ASSERT_TRUE(requested.has_value());
    EXPECT_FALSE(requested->chat.has_value());
}

TEST(Bodies, ALinkOfAnyNumberOfUsesHasNoMost) {
    const auto page = decode_links(
        R"({"items":[{"link":"a","expires_at":"2026-01-31T12:00:00.000Z","max_uses":null,)"
        R"("uses":3,"created_by":"2"},{"link":"b","expires_at":"2026-01-31T12:00:00.000Z",)"
        R"("max_uses":5,"uses":0,"created_by":"2"}],"next":null,"previous":null})");
    ASSERT_TRUE(page.has_value()) << page.error().detail;
    EXPECT_EQ(page->items[0].max_uses, std::nullopt);
    EXPECT_EQ(page->items[0].uses, 3u);
    EXPECT_EQ(page->items[1].max_uses, 5u);
}

TEST(Bodies, WhatIsNotGivenIsNotChanged) {
    EXPECT_EQ(encode(KeptChange{}), "{}");
    KeptChange unmuted;
    unmuted.muted_until.emplace(std::nullopt);
    EXPECT_EQ(encode(unmuted), R"({"muted_until":null})");
    EXPECT_EQ(encode(KeptChange{.archived = true}), R"({"archived":true})");
    EXPECT_EQ(encode(GroupChange{.description = ""}), R"({"description":""})");
    EXPECT_EQ(encode(GroupChange{.send_scope = "admins"}), R"({"permissions":{"send":"admins"}})");
    EXPECT_EQ(encode(LinkOptions{.expires_in = std::chrono::minutes(1), .max_uses = 2}),
              R"({"expires_in_s":60,"max_uses":2})");
}

TEST(Bodies, WhatIsNotAsPromisedIsAnError) {
    for (const auto* body : {"", "[]", "{}", R"({"items":[3]})", R"({"items":[{}]})"}) {
        const auto page = decode_chats(body);
        ASSERT_FALSE(page.has_value()) << body;
        EXPECT_EQ(page.error().kind, Error::Kind::unintelligible);
    }
}

TEST(Bodies, AQueryIsPercentEncoded) {
    EXPECT_EQ(percent_encode("a b&c=ä"), "a%20b%26c%3D%C3%A4");
}

TEST(ServerAddress, IsReadFromAUrl) {
    const auto plain = parse_server_address("http://127.0.0.1:8080/");
    ASSERT_TRUE(plain.has_value());
    EXPECT_EQ(*plain, (ServerAddress{false, "127.0.0.1", "8080", ""}));
    const auto secure = parse_server_address("https://chat.example.org/team/");
    ASSERT_TRUE(secure.has_value());
    EXPECT_EQ(*secure, (ServerAddress{true, "chat.example.org", "443", "/team"}));
    EXPECT_EQ(secure->url(), "https://chat.example.org/team");
    const auto bare = parse_server_address("localhost:9000");
    ASSERT_TRUE(bare.has_value());
    EXPECT_EQ(bare->authority(), "localhost:9000");
    const auto ipv6 = parse_server_address("http://[::1]:8080");
    ASSERT_TRUE(ipv6.has_value());
    EXPECT_EQ(ipv6->host, "::1");
    EXPECT_EQ(ipv6->authority(), "[::1]:8080");
}

TEST(ServerAddress, RefusesWhatIsNone) {
    for (const auto* text : {"", "ftp://host", "http://", "http://a b", "://"}) {
        EXPECT_FALSE(parse_server_address(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace banter::client
