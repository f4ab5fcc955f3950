#include "load/net/http_client.hpp"

#include <gtest/gtest.h>

namespace banter::load {
namespace {

struct Parsed {
    std::size_t size;
    HttpResponse response;
    bool keep_alive = true;
};

Parsed parse(std::string_view bytes) {
    Parsed parsed{};
    parsed.size = parse_response(bytes, parsed.response, parsed.keep_alive);
    return parsed;
}

TEST(HttpResponse, NeedsAllOfItsBody) {
    const std::string_view whole = "HTTP/1.1 201 Created\r\ncontent-length: 5\r\n\r\nhello";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_EQ(parse(whole.substr(0, size)).size, 0U);
    }
    const auto parsed = parse(whole);
    EXPECT_EQ(parsed.size, whole.size());
    EXPECT_EQ(parsed.response.status, 201);
    EXPECT_EQ(parsed.response.body, "hello");
    EXPECT_TRUE(parsed.keep_alive);
}

TEST(HttpResponse, HasNoBodyWith204) {
    const std::string_view whole = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    const auto parsed = parse(whole);
    EXPECT_EQ(parsed.size, whole.size());
    EXPECT_TRUE(parsed.response.ok());
    EXPECT_FALSE(parsed.keep_alive);
}

TEST(HttpResponse, MayComeInChunks) {
    const std::string_view whole =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
    EXPECT_EQ(parse(whole.substr(0, whole.size() - 3)).size, 0U);
    const auto parsed = parse(whole);
    EXPECT_EQ(parsed.size, whole.size());
    EXPECT_EQ(parsed.response.body, "hello!");
}

}  // namespace
}  // namespace banter::load
